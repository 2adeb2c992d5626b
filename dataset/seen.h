// The ids met so far, as 64-bit hashes in an open-addressing table: 8 bytes an id at two thirds
// full. Two different ids with one hash have a chance of n * n / 2^65: 3 in 10^8 for a million.
#ifndef VQAGEN_SEEN_H
#define VQAGEN_SEEN_H

#include "error.h"

#include <stdint.h>

struct seen {
    uint64_t *slots; // 0: free
    size_t room;     // a power of two
    size_t count;
};

// *is_new: the id was not in the set before; it is now. False: ERR_MEMORY.
bool seen_add(struct seen *seen, const char *id, bool *is_new, struct error *why);

void seen_clear(struct seen *seen);

#endif
