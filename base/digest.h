// SHA-256 by OpenSSL's libcrypto, over pieces, and its hexadecimal form.
#ifndef VQAGEN_DIGEST_H
#define VQAGEN_DIGEST_H

#include "error.h"

enum { DIGEST_BYTES = 32, DIGEST_HEX = 64 };

struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

struct digester; // a digest in the making

struct digester *digester_new(struct error *why); // NULL: ERR_MEMORY
void digester_add(struct digester *digester, const void *bytes, size_t length);

// Adds the length as eight bytes and then the text, so that ("ab", "c") and ("a", "bc") differ.
// NULL is a field of its own, unlike "".
void digester_add_field(struct digester *digester, const char *text);

struct digest digester_end(struct digester *digester); // the result; frees the digester
void digester_free(struct digester *digester);         // gives it up; NULL is fine

struct digest digest_of(const void *bytes, size_t length);
void digest_hex(const struct digest *digest, char text[DIGEST_HEX + 1]); // lower case
bool digest_from_hex(const char *text, struct digest *digest);
bool digest_equal(const struct digest *a, const struct digest *b);

#endif
