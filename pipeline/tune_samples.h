// The calls of a tuning run as they were sent and as they ended, in the order they were sent, and
// what those since a time came to.
#ifndef VQAGEN_TUNE_SAMPLES_H
#define VQAGEN_TUNE_SAMPLES_H

#include "tune_window.h"

#include <stdbool.h>
#include <stddef.h>

struct tune_samples {
    struct tune_sample *list; // owned
    size_t count, room;
};

// Of calls that ended since a time.
struct tune_tally {
    long long replies, refused, failed;
};

// A call that begins now, of which nothing else is known; the last of the list. NULL: no memory.
struct tune_sample *tune_samples_add(struct tune_samples *samples, int64_t now_us);
void tune_samples_clear(struct tune_samples *samples);

size_t tune_samples_first_open(const struct tune_samples *samples); // count: none is under way

// Of those from `first` on that ended at from_us or later.
struct tune_tally tune_samples_count(const struct tune_samples *samples, size_t first,
                                     int64_t from_us);

// The kind of the last call that failed otherwise than by a refusal; "": none did.
const char *tune_samples_last_fault(const struct tune_samples *samples);

#endif
