// How many requests the simulated endpoint works on at once, over time, and what becomes of more.
#ifndef VQAGEN_CAPACITY_H
#define VQAGEN_CAPACITY_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

enum capacity_mode {
    CAPACITY_QUEUE,  // they wait for a place
    CAPACITY_REFUSE, // they are refused
    CAPACITY_SLOW,   // all share the work of that many, as a batching server does: none is refused,
                     // each takes longer
};

struct capacity_step {
    unsigned places; // 0: no limit
    int64_t from_ns; // since the first request
};

struct capacity {
    enum capacity_mode mode;
    struct capacity_step *steps; // owned; ascending, the first from 0
    size_t count;                // 0: no limit at all
};

// text: "0", "40", or "40@0s,13@20s,40@40s"; NULL is "0". mode: "queue", "refuse", "slow"; NULL is
// "queue". False: ERR_SETTINGS, ERR_MEMORY.
bool capacity_parse(const char *text, const char *mode, struct capacity *capacity,
                    struct error *why);
void capacity_clear(struct capacity *capacity);

#endif
