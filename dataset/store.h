// What stays of a run: DIR/run.db, an SQLite database in WAL mode, and the lock on DIR.
//
// One thread owns the store. Rows lie in the order in which items were first seen, so that a large
// store is written and read in runs. A thread of the store's own, with its own connection, moves
// the write-ahead log into the database, so that the owner never waits for a checkpoint.
//
// kill -9 loses nothing that was committed (synchronous=NORMAL: only a power cut can take the last
// commits, never the database's soundness; see store_set_durable). Damage from outside is seen:
// by SQLite, and by a sum over each row that a dataset is made of.
#ifndef VQAGEN_STORE_H
#define VQAGEN_STORE_H

#include "buffer.h"
#include "call.h"

struct store;

enum item_state { ITEM_OPEN, ITEM_ACCEPTED, ITEM_REJECTED, ITEM_UNKNOWN };
const char *item_state_name(enum item_state state); // "open", "accepted", "rejected", "unknown"

// A setting that makes the dataset what it is, as text.
struct store_setting {
    const char *name;
    const char *value;
};

// Makes DIR and run.db when absent, takes the lock (a second run on DIR is refused with the first
// one's process id: ERR_USAGE), recognises a file system that cannot do WAL (ERR_DISK, naming it),
// a store of another version or a file that is none (ERR_DISK, with what to do).
struct store *store_open(const char *directory, struct error *why);

// Every commit reaches the disk before it returns, so that a power cut takes nothing either. Each
// costs a wait for the disk. False: ERR_DISK.
bool store_set_durable(struct store *store, struct error *why);

// Whether DIR and the database's files in it are still those that were opened. False: ERR_DISK. To
// be asked now and then: SQLite goes on writing into files that are gone.
bool store_check_place(const struct store *store, struct error *why);

void store_close(struct store *store); // commits what is open; NULL is fine

// The first call writes the settings. A later one with other values, once the store holds a reply:
// ERR_SETTINGS, each difference with both values, and what to do (another DIR, or the old values).
// Without a reply the new ones are taken, and what failed under the old ones is forgotten.
bool store_check_settings(struct store *store, const struct store_setting *settings, size_t count,
                          struct error *why);

// All changes between begin and commit are one transaction. ERR_DISK when it could not be kept:
// full disk and read-only file systems are named.
bool store_begin(struct store *store, struct error *why);
bool store_commit(struct store *store, struct error *why);

// A file's digest, remembered by path, size and time of change.
bool store_find_digest(struct store *store, const char *path, int64_t size, int64_t changed_ns,
                       struct digest *digest);
bool store_put_digest(struct store *store, const char *path, int64_t size, int64_t changed_ns,
                      const struct digest *digest, struct error *why);

// The figures by which an image is screened, by the digest of its bytes (imaging/figures.h says
// what they are). They hold for the settings that images are prepared with. False from `find`: none
// are known.
struct stored_figures {
    unsigned shorter_px, contrast, detail;
    double blur;
    unsigned char look[32]; // its perceptual hash
};
bool store_find_figures(struct store *store, const struct digest *digest,
                        struct stored_figures *figures);
bool store_put_figures(struct store *store, const struct digest *digest,
                       const struct stored_figures *figures, struct error *why);

// Admits an item of the current input at place `place` (0-based): finds it by id or adds it. A
// finished item whose fingerprint (of everything but replies that its record depends on) is the
// same stays finished; else it is open again, its calls kept. Marks it as part of the current
// input.
struct stored_item {
    int64_t number; // its row
    enum item_state state;
    unsigned round; // how often it was taken up again
};
bool store_admit_item(struct store *store, const char *id, int64_t place,
                      const struct digest *fingerprint, struct stored_item *item,
                      struct error *why);

// Opens a finished item again, in a new round of calls (`--retry`).
bool store_retry_item(struct store *store, int64_t number, unsigned round, struct error *why);

// The end of an item: its line of dataset.jsonl (accepted) or failures.jsonl, without line break.
// kind: of the rejection or the fault; NULL when accepted. topic: NULL when there is none.
bool store_finish_item(struct store *store, int64_t number, enum item_state state, const char *kind,
                       const char *topic, const char *line, struct error *why);

// The line of failures.jsonl of an item that ended so, as it is now.
bool store_put_line(struct store *store, int64_t number, enum item_state state, const char *line,
                    struct error *why);

bool store_add_call(struct store *store, int64_t number, const struct call *call,
                    struct error *why);

// The stored calls of one item, in no promised order. The caller clears each and frees the array.
bool store_load_calls(struct store *store, int64_t number, struct call **calls, size_t *count,
                      struct error *why);

// What refusals taught about an endpoint's model, as words (client/lessons.h). Only what the same
// version of vqagen learned is found: another one may know better. *words: owned; NULL: nothing.
bool store_find_lessons(struct store *store, const char *endpoint, const char *model,
                        const char *version, char **words, struct error *why);
bool store_put_lessons(struct store *store, const char *endpoint, const char *model,
                       const char *version, const char *words, struct error *why);

// Appends the lines (each with a line break) of items in the current input at places from..to-1 and
// in that state, in input order.
typedef bool store_line(void *context, const char *line, size_t length, struct error *why);
bool store_each_line(struct store *store, enum item_state state, int64_t from_place,
                     int64_t to_place, store_line *take, void *context, struct error *why);

// Failed items too, in input order: rejected and unknown together.
bool store_each_failure(struct store *store, store_line *take, void *context, struct error *why);

// The input was gone over to its end: items that are no part of it any more lose their place, and
// are not counted among its items until they come again.
bool store_end_input(struct store *store, struct error *why);

// The output files: what was written from the items' rows, and is still what it was by its size and
// time of change, need not be written again. Each is noted once it is complete, by its path's last
// part. The notes are gone with the first change of an item, its line or its place.
bool store_note_output(struct store *store, const char *path, struct error *why);
bool store_output_stands(struct store *store, const char *path);

// Whether an item changed since the outputs were noted, or since the store was opened.
bool store_items_changed(const struct store *store);

// Counts over the current input by state and kind.
struct store_count {
    enum item_state state;
    char *kind; // NULL for accepted and open; owned
    long long count;
};
bool store_count_items(struct store *store, struct store_count **counts, size_t *length,
                       struct error *why);

// Sums over all stored calls, for run.json. Costs in billionths of a dollar.
struct store_totals {
    long long calls, requests, replies, faults;
    long long input_tokens, cached_tokens, output_tokens, reasoning_tokens;
    long long cache_write_tokens, image_tokens;
    long long images_estimated; // image tokens that are estimates
    long long cost_nano;        // of replies whose price was known
    long long other_nano;       // beside stored calls, see store_add_cost
    long long unpriced;         // replies without a known price
};
bool store_totals(struct store *store, struct store_totals *totals, struct error *why);

// What was spent beside stored calls: on probes, and at the most on requests that brought no reply
// and may have been charged all the same.
bool store_add_cost(struct store *store, long long cost_nano, struct error *why);

// What a probe of an endpoint saw last. False: none was made there with that model.
bool store_find_probe(struct store *store, const char *endpoint, const char *model);
bool store_put_probe(struct store *store, const char *endpoint, const char *model,
                     const char *verdict, struct error *why);

#endif
