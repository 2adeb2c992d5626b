// A run's store, read without changing anything in DIR: no lock is taken, so that a run may be at
// work on it meanwhile.
#ifndef VQAGEN_STORE_READING_H
#define VQAGEN_STORE_READING_H

#include "store.h"

// The result is for the functions below, store_load_calls and store_close. NULL: ERR_INPUT (there
// is no run in DIR), ERR_DISK, ERR_MEMORY.
struct store *store_open_reading(const char *directory, struct error *why);

// An item by its id. 1: found; 0: there is none; -1: ERR_DISK.
int store_find_item(struct store *store, const char *id, struct stored_item *item,
                    struct error *why);

// The item's line of dataset.jsonl or failures.jsonl, which the caller frees; NULL: none yet.
bool store_item_line(struct store *store, int64_t number, char **line, struct error *why);

// How many items are not final.
bool store_count_open(struct store *store, long long *count, struct error *why);

// Every failed item (rejected or unknown) ever met, in the order of meeting, with its line of
// failures.jsonl.
typedef bool store_failed(void *context, enum item_state state, const char *line, size_t length,
                          struct error *why);
bool store_each_failed(struct store *store, store_failed *take, void *context, struct error *why);

#endif
