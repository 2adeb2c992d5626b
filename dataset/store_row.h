// Whole rows of a store, for putting several stores together.
#ifndef VQAGEN_STORE_ROW_H
#define VQAGEN_STORE_ROW_H

#include "store.h"

// An item as its row has it. Texts are valid until the next row is read.
struct store_row {
    int64_t number, place;
    const char *id;
    enum item_state state;
    unsigned round;
    const char *kind;  // of the rejection or the fault; NULL: none
    const char *topic; // NULL: none
    struct digest fingerprint;
    const char *line; // of dataset.jsonl or failures.jsonl; NULL: none yet
};

// The items of the input, by place. 1: *row is the next; 0: the end; -1: ERR_DISK.
int store_next_row(struct store *store, struct store_row *row, struct error *why);

// Adds the item behind those that are there, with its line and its calls from the other store, and
// counts it to the current input. A call is added to no totals: see store_add_totals.
bool store_take_row(struct store *store, const struct store_row *row, struct store *from,
                    struct error *why);

// The digests of files that the other store remembers, and the figures of images.
bool store_take_files(struct store *store, struct store *from, struct error *why);

// What `vqagen show` tells of the other store: sums by minute and latency, lessons (of two for one
// model the longer), probes (the latest). The slowest calls come with the items.
bool store_take_sums(struct store *store, struct store *from, struct error *why);

bool store_add_totals(struct store *store, const struct store_totals *totals, struct error *why);

// Each setting that the store was made with; false from take ends it.
typedef bool store_take_setting(void *context, const char *name, const char *value,
                                struct error *why);
bool store_each_setting(struct store *store, store_take_setting *take, void *context,
                        struct error *why);

#endif
