// The ids met so far, as 64-bit hashes in an open-addressing table: 8 bytes an id at two thirds
// full. Two different ids with one hash have a chance of n * n / 2^65: 3 in 10^8 for a million.
//
// A small table lies in memory. A larger one lies in a temporary file without a name, so that a
// million ids take no more memory than fifty thousand: reading and writing a slot of a file that
// the system has at hand costs about a microsecond.
#ifndef VQAGEN_SEEN_H
#define VQAGEN_SEEN_H

#include "error.h"

#include <stdint.h>
#include <stdio.h>

enum { SEEN_ROOM_IN_MEMORY = 1 << 16 }; // slots: 512 KiB

struct seen {
    uint64_t *slots; // 0: free. NULL: they are in the file
    FILE *file;      // NULL: they are in memory
    size_t room;     // a power of two
    size_t count;
};

// *is_new: the id was not in the set before; it is now. False: ERR_MEMORY; ERR_DISK when there is
// no room for the temporary file (TMPDIR names another place).
bool seen_add(struct seen *seen, const char *id, bool *is_new, struct error *why);

void seen_clear(struct seen *seen);

#endif
