#include "digest.h"

#include "memory.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Short pieces are gathered: for OpenSSL each call costs about what 100 bytes do.
enum { GATHERED = 512 };

struct digester {
    EVP_MD_CTX *context;
    size_t count; // of pending
    unsigned char pending[GATHERED];
};

// OpenSSL 3.0 crashes on every use once its set-up has lacked memory, so it is asked first.
static bool is_set_up(void)
{
    return OSSL_LIB_CTX_get0_global_default() != NULL;
}

// Looking the algorithm up costs more than digesting a short text, so it is done once and kept as
// long as the process lives. Two threads that come first at once both look it up, and one lets go.
static const EVP_MD *sha256(void)
{
    static _Atomic(EVP_MD *) kept;
    EVP_MD *known = atomic_load(&kept);
    if (known != NULL || !is_set_up())
        return known;
    EVP_MD *found = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (found == NULL || atomic_compare_exchange_strong(&kept, &known, found))
        return found;
    EVP_MD_free(found);
    return known;
}

struct digester *digester_new(struct error *why)
{
    struct digester *digester = malloc(sizeof *digester);
    const EVP_MD *algorithm = sha256();
    EVP_MD_CTX *context = algorithm != NULL ? EVP_MD_CTX_new() : NULL;
    if (digester == NULL || context == NULL || EVP_DigestInit_ex(context, algorithm, NULL) != 1) {
        EVP_MD_CTX_free(context);
        free(digester);
        error_set(why, ERR_MEMORY, "no memory for a SHA-256 digest");
        return memory_noted(NULL);
    }
    digester->context = context;
    digester->count = 0;
    return digester;
}

static void digest_pending(struct digester *digester)
{
    if (digester->count > 0)
        EVP_DigestUpdate(digester->context, digester->pending, digester->count);
    digester->count = 0;
}

void digester_add(struct digester *digester, const void *bytes, size_t length)
{
    if (length > GATHERED - digester->count)
        digest_pending(digester);
    if (length > GATHERED) {
        EVP_DigestUpdate(digester->context, bytes, length);
    } else if (length > 0) {
        memcpy(digester->pending + digester->count, bytes, length);
        digester->count += length;
    }
}

void digester_add_field(struct digester *digester, const char *text)
{
    uint64_t length = text != NULL ? strlen(text) : UINT64_MAX;
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++)
        prefix[i] = (unsigned char)(length >> (8 * i));
    digester_add(digester, prefix, sizeof prefix);
    if (text != NULL)
        digester_add(digester, text, (size_t)length);
}

struct digest digester_end(struct digester *digester)
{
    struct digest digest;
    digest_pending(digester);
    EVP_DigestFinal_ex(digester->context, digest.bytes, NULL);
    digester_free(digester);
    return digest;
}

void digester_free(struct digester *digester)
{
    if (digester == NULL)
        return;
    EVP_MD_CTX_free(digester->context);
    free(digester);
}

struct digest digest_of(const void *bytes, size_t length)
{
    struct digest digest = {{0}};
    const EVP_MD *algorithm = sha256();
    // It makes a context of its own.
    bool good =
        algorithm != NULL && EVP_Digest(bytes, length, digest.bytes, NULL, algorithm, NULL) == 1;
    memory_noted(good ? &digest : NULL);
    return digest;
}

void digest_hex(const struct digest *digest, char text[DIGEST_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < DIGEST_BYTES; i++) {
        text[2 * i] = digits[digest->bytes[i] >> 4];
        text[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    text[DIGEST_HEX] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool digest_from_hex(const char *text, struct digest *digest)
{
    if (strlen(text) != DIGEST_HEX)
        return false;
    for (int i = 0; i < DIGEST_BYTES; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        digest->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}
