#include "fingerprint.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fingerprinter {
    EVP_MAC_CTX *keyed; // read only: copied for each use
};

struct fingerprinter *fingerprinter_new(struct error *why)
{
    static const unsigned char key[16] = "vqagen simulator", nonce[12] = "fingerprint";
    char cipher[] = "AES-128-GCM";
    unsigned char iv[sizeof nonce];
    memcpy(iv, nonce, sizeof iv);
    OSSL_PARAM settings[] = {OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                             OSSL_PARAM_octet_string(OSSL_MAC_PARAM_IV, iv, sizeof iv),
                             OSSL_PARAM_END};
    settings[0].data_size = strlen(cipher);
    struct fingerprinter *fingerprinter = calloc(1, sizeof *fingerprinter);
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "GMAC", NULL);
    if (fingerprinter != NULL && mac != NULL &&
        (fingerprinter->keyed = EVP_MAC_CTX_new(mac)) != NULL &&
        EVP_MAC_init(fingerprinter->keyed, key, sizeof key, settings) == 1) {
        EVP_MAC_free(mac);
        return fingerprinter;
    }
    EVP_MAC_free(mac);
    fingerprinter_free(fingerprinter);
    error_set(why, ERR_MEMORY, "OpenSSL cannot set up GMAC");
    return NULL;
}

void fingerprinter_free(struct fingerprinter *fingerprinter)
{
    if (fingerprinter != NULL)
        EVP_MAC_CTX_free(fingerprinter->keyed);
    free(fingerprinter);
}

bool fingerprint_make(const struct fingerprinter *fingerprinter, const void *bytes, size_t length,
                      struct fingerprint *out, struct error *why)
{
    unsigned char tag[16];
    size_t size = 0;
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(fingerprinter->keyed);
    bool good = context != NULL && EVP_MAC_update(context, bytes, length) == 1 &&
                EVP_MAC_final(context, tag, &size, sizeof tag) == 1 && size == sizeof tag;
    EVP_MAC_CTX_free(context);
    if (!good)
        return error_set(why, ERR_MEMORY, "OpenSSL cannot compute a GMAC");
    memcpy(&out->low, tag, 8);
    memcpy(&out->high, tag + 8, 8);
    return true;
}

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b)
{
    return a->low == b->low && a->high == b->high;
}

void fingerprint_text(const struct fingerprint *fingerprint, char text[33])
{
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)fingerprint->low,
             (unsigned long long)fingerprint->high);
}
