// The files of DIR that people read: dataset.jsonl, its growing part, failures.jsonl.
#ifndef VQAGEN_OUTPUT_H
#define VQAGEN_OUTPUT_H

#include "store.h"

#include <stdio.h>

struct output {
    char *dataset, *part, *failures; // paths; owned
    FILE *stream;                    // of the part; NULL: not begun
    int64_t covered; // the places of which the part holds all accepted items, from 0
    bool stand;      // the files of an earlier run are right for as long as no item changes
};

// Begins a new dataset.jsonl.part, or finds that the files are still what an earlier run left;
// then the part is begun with the first item that changes. False: ERR_DISK.
bool output_open(struct output *output, const char *directory, struct store *store,
                 struct error *why);

// All places before `to` are final: the part grows by the accepted items of those it lacks.
bool output_extend(struct output *output, struct store *store, int64_t to, struct error *why);

// All of the input is final: dataset.jsonl and failures.jsonl take the place of the old ones, and
// the part is gone: it has become dataset.jsonl. `places`: how many items the input has. Files that
// stand are left alone: a million items are a gigabyte.
bool output_complete(struct output *output, struct store *store, int64_t places, struct error *why);

// The run ended early: the part gets every accepted item so far, failures.jsonl every failed one;
// an older dataset.jsonl stays as it is.
bool output_incomplete(struct output *output, struct store *store, int64_t places,
                       struct error *why);

void output_close(struct output *output);

#endif
