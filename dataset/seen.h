// The ids met so far, as 64-bit hashes. Two different ids with one hash have a chance of
// n * n / 2^65: 3 in 10^8 for a million.
//
// The newest lie in a table in memory. When it is full, its hashes go as a sorted run into a
// temporary file without a name, and into a Bloom filter (CACM 13, 1970) of 8 to 12 bits a hash,
// which tells nearly every new id from those in the file without reading it. So a million ids take
// at most 2 MiB of memory, where a table of them takes 16.
#ifndef VQAGEN_SEEN_H
#define VQAGEN_SEEN_H

#include "error.h"

#include <stdint.h>
#include <stdio.h>

enum { SEEN_ROOM_IN_MEMORY = 1 << 16 }; // slots of the full table: 512 KiB

struct seen {
    uint64_t *slots; // open addressing; 0: free
    size_t room;     // a power of two
    size_t count;    // in the table

    FILE *file;  // sorted runs of `run` hashes each; NULL: none, or no file can be had
    size_t run;  // hashes a run
    size_t runs; // in the file
    unsigned char *filter;
    size_t filter_bits;
    bool no_file; // the table grows in memory instead
};

uint64_t seen_hash(const char *id); // never 0

// *is_new: the id was not in the set before; it is now. False: ERR_MEMORY; ERR_DISK when there is
// no room for the temporary file (TMPDIR names another place).
bool seen_add(struct seen *seen, uint64_t hash, bool *is_new, struct error *why);

bool seen_find(const struct seen *seen, uint64_t hash, bool *found, struct error *why);

void seen_clear(struct seen *seen);

#endif
