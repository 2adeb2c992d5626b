// One image as base64 text, made once and shared by every call on that image.
//
// A payload is made on a worker's thread and from then on used by the loop's thread alone, so its
// count of users is a plain number. It is freed with its last user.
#ifndef VQAGEN_PAYLOAD_H
#define VQAGEN_PAYLOAD_H

#include "error.h"

#include <stdint.h>

struct payload {
    char *base64;  // without line breaks; NUL-terminated
    size_t length; // bytes of base64
    unsigned users;
    unsigned width, height; // of the JPEG, for token estimates
};

// Encodes the JPEG; the new payload has one user, the caller. NULL: ERR_MEMORY, ERR_TOO_LARGE.
struct payload *payload_new(const void *jpeg, size_t length, unsigned width, unsigned height,
                            struct error *why);

struct payload *payload_hold(struct payload *payload); // one user more; returns payload
void payload_drop(struct payload *payload);            // one user less; NULL is fine

#endif
