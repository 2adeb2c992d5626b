// The files of DIR that people read: dataset.jsonl, its growing part, failures.jsonl.
#ifndef VQAGEN_OUTPUT_H
#define VQAGEN_OUTPUT_H

#include "store.h"

#include <stdio.h>

struct output {
    char *dataset, *part, *failures; // paths; owned
    FILE *stream;                    // of the part
    int64_t covered; // places of which the part holds all accepted items, from 0; -1: with gaps
};

// Begins a new dataset.jsonl.part. False: ERR_DISK.
bool output_open(struct output *output, const char *directory, struct error *why);

// Appends the accepted items of the places from..to-1.
bool output_extend(struct output *output, struct store *store, int64_t from, int64_t to,
                   struct error *why);

// All of the input is final: dataset.jsonl and failures.jsonl take the place of the old ones, and
// the part is gone: it has become dataset.jsonl. `places`: how many items the input has.
bool output_complete(struct output *output, struct store *store, int64_t places, struct error *why);

// The run ended early: the part gets every accepted item so far, failures.jsonl every failed one;
// an older dataset.jsonl stays as it is.
bool output_incomplete(struct output *output, struct store *store, int64_t places,
                       struct error *why);

void output_close(struct output *output);

#endif
