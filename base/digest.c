#include "digest.h"

#include <stdint.h>
#include <string.h>

// OpenSSL 3 marks this interface as old. The new one allocates for every digest and can therefore
// fail, where a key that is not one would lose or mix up replies; and it costs twice as much for
// the short texts that keys are made of.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct digester digester_begin(void)
{
    struct digester digester;
    SHA256_Init(&digester.context);
    return digester;
}

void digester_add(struct digester *digester, const void *bytes, size_t length)
{
    if (length > 0)
        SHA256_Update(&digester->context, bytes, length);
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
    SHA256_Final(digest.bytes, &digester->context);
    return digest;
}

struct digest digest_of(const void *bytes, size_t length)
{
    struct digester digester = digester_begin();
    digester_add(&digester, bytes, length);
    return digester_end(&digester);
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
