// SHA-256 by OpenSSL's libcrypto, over pieces, and its hexadecimal form. It needs no memory but the
// caller's, so it cannot fail.
#ifndef VQAGEN_DIGEST_H
#define VQAGEN_DIGEST_H

#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX = 64 };

struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

struct digester { // a digest in the making; it owns nothing
    SHA256_CTX context;
};

struct digester digester_begin(void);
void digester_add(struct digester *digester, const void *bytes, size_t length);

// Adds the length as eight bytes and then the text, so that ("ab", "c") and ("a", "bc") differ.
// NULL is a field of its own, unlike "".
void digester_add_field(struct digester *digester, const char *text);

struct digest digester_end(struct digester *digester);

struct digest digest_of(const void *bytes, size_t length);
void digest_hex(const struct digest *digest, char text[DIGEST_HEX + 1]); // lower case
bool digest_from_hex(const char *text, struct digest *digest);
bool digest_equal(const struct digest *a, const struct digest *b);

#endif
