// The images that were judged, by the hash of what names them, each with how many had been kept
// before it: so that an image that is met again gets the verdict it had, whatever came between.
// 24 bytes an image at two thirds full. Two images with one hash have a chance of n * n / 2^65.
#ifndef VQAGEN_JUDGED_H
#define VQAGEN_JUDGED_H

#include "error.h"

#include <stdint.h>

struct judged_slot;

struct judged {
    struct judged_slot *slots;
    size_t room; // a power of two
    size_t count;
};

// *kept_before: as it was given when the key was first met; *is_new: that is now. False:
// ERR_MEMORY.
bool judged_meet(struct judged *judged, uint64_t key, size_t *kept_before, bool *is_new,
                 struct error *why);

void judged_clear(struct judged *judged);

#endif
