// What the store's files share.
#ifndef VQAGEN_STORE_PRIVATE_H
#define VQAGEN_STORE_PRIVATE_H

#include "checkpoint.h"
#include "histogram.h"
#include "store.h"

#include <sqlite3.h>
#include <sys/types.h>

// Rows that hold what a dataset is made of carry a sum over their values (store_sum.c). Rows of
// stores that were made before have none. Files and figures that fail theirs are made anew.
#define STORE_SETTING_SUM "row_sum(name, value)"
#define STORE_FILE_SUM "row_sum(path, size, changed_ns, digest)"
#define STORE_FIGURES_SUM "row_sum(digest, shorter_px, contrast, blur, detail, look)"
#define STORE_CALL_COLUMNS                                                                         \
    "key, step, try, repeat, round, replied, http_status, input_tokens, cached_tokens,"            \
    " output_tokens, reasoning_tokens, attempts, latency_ms, when_ms, finish, model, kind,"        \
    " endpoint, message, text, reasoning, cache_write_tokens, image_tokens, image_estimated,"      \
    " cost_nano, first_token_ms"
#define STORE_CALL_VALUES /* the item, then those columns */                                       \
    "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"   \
    " ?21, ?22, ?23, ?24, ?25, ?26, ?27"
#define STORE_CALL_SUM "row_sum(item, " STORE_CALL_COLUMNS ")"
#define STORE_LINE_SUM "row_sum(i.number, l.line, i.state)"
#define STORE_WHOLE(sum) "(sum IS NULL OR sum = " sum ")"
#define STORE_CALLS_OF                                                                             \
    "SELECT " STORE_CALL_COLUMNS ", " STORE_WHOLE(STORE_CALL_SUM) " FROM calls WHERE item = ?1"

// X(name, SQL). Prepared when first used, kept until the store is closed.
#define STORE_STATEMENTS(X)                                                                        \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(READ_SETTINGS, "SELECT name, value, " STORE_WHOLE(STORE_SETTING_SUM) " FROM settings")       \
    X(CLEAR_ITEMS, "DELETE FROM items")                                                            \
    X(CLEAR_LINES, "DELETE FROM lines")                                                            \
    X(CLEAR_CALLS, "DELETE FROM calls")                                                            \
    X(CLEAR_SETTINGS, "DELETE FROM settings")                                                      \
    X(PUT_SETTING, "INSERT INTO settings (name, value, sum)"                                       \
                   " VALUES (?1, ?2, row_sum(?1, ?2))")                                            \
    X(FIND_FILE, "SELECT digest FROM files WHERE path = ?1 AND size = ?2 AND changed_ns = ?3"      \
                 " AND " STORE_WHOLE(STORE_FILE_SUM))                                              \
    X(PUT_FILE, "INSERT OR REPLACE INTO files (path, size, changed_ns, digest, sum)"               \
                " VALUES (?1, ?2, ?3, ?4, row_sum(?1, ?2, ?3, ?4))")                               \
    X(FIND_FIGURES,                                                                                \
      "SELECT shorter_px, contrast, blur, detail, look FROM figures WHERE digest = ?1"             \
      " AND " STORE_WHOLE(STORE_FIGURES_SUM))                                                      \
    X(PUT_FIGURES, "INSERT OR REPLACE INTO figures (digest, shorter_px, contrast, blur, detail,"   \
                   " look, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"                                   \
                   " row_sum(?1, ?2, ?3, ?4, ?5, ?6))")                                            \
    X(ALL_FIGURES, "SELECT digest, shorter_px, contrast, blur, detail, look FROM figures"          \
                   " WHERE " STORE_WHOLE(STORE_FIGURES_SUM))                                       \
    X(CLEAR_FIGURES, "DELETE FROM figures")                                                        \
    X(ITEM_AT, "SELECT number, place, state, round, fingerprint FROM items"                        \
               " WHERE number = ?1 AND +id = ?2")                                                  \
    X(FIND_ITEM, "SELECT number, place, state, round, fingerprint FROM items WHERE id = ?2")       \
    X(ADD_ITEM, "INSERT INTO items (id, place, state, round, fingerprint)"                         \
                " VALUES (?1, ?2, 0, 0, ?3)")                                                      \
    X(MOVE_ITEM, "UPDATE items SET place = ?2 WHERE number = ?1")                                  \
    X(REOPEN_ITEM, "UPDATE items SET place = ?2, state = 0, kind = NULL, fingerprint = ?3"         \
                   " WHERE number = ?1")                                                           \
    X(LAST_NUMBER, "SELECT max(number) FROM items")                                                \
    X(PLACED_ITEMS, "SELECT number FROM items WHERE +place >= 0")                                  \
    X(RETRY_ITEM, "UPDATE items SET state = 0, kind = NULL, round = ?2 WHERE number = ?1")         \
    X(FINISH_ITEM, "UPDATE items SET state = ?2, kind = ?3, topic = ?4 WHERE number = ?1")         \
    X(PUT_LINE, "INSERT OR REPLACE INTO lines (number, line, sum)"                                 \
                " VALUES (?1, ?2, row_sum(?1, ?2, ?3))")                                           \
    X(LINE_OF,                                                                                     \
      "SELECT l.line, " STORE_WHOLE(                                                               \
          STORE_LINE_SUM) " FROM items i JOIN lines l ON l.number = i.number WHERE i.number = ?1") \
    X(LINES_BY_NUMBER,                                                                             \
      "SELECT i.number, l.line, " STORE_WHOLE(                                                     \
          STORE_LINE_SUM) " FROM items i LEFT JOIN lines l ON l.number = i.number"                 \
                          " WHERE i.number > ?1 AND i.number <= ?2 AND (?3 >> i.state) & 1 ORDER " \
                          "BY i.number")                                                           \
    X(LINES_BY_PLACE, "SELECT i.number, l.line, " STORE_WHOLE(                                     \
                          STORE_LINE_SUM) " FROM items i LEFT JOIN lines l ON l.number = i.number" \
                                          " WHERE i.place >= ?1 AND i.place < ?2 AND (?3 >> "      \
                                          "i.state) & 1 ORDER BY i.place, i.number")               \
    X(ALL_ITEMS, "SELECT number, state, kind FROM items")                                          \
    X(COUNT_OPEN, "SELECT count(*) FROM items WHERE state = 0")                                    \
    X(ALL_FAILED, "SELECT i.state, l.line FROM items i CROSS JOIN lines l ON l.number = i.number"  \
                  " WHERE i.state >= 2 ORDER BY i.number")                                         \
    X(ROWS_BY_PLACE,                                                                               \
      "SELECT i.number, i.place, i.id, i.state, i.round, i.kind, i.fingerprint, l.line, i.topic,"  \
      " " STORE_WHOLE(STORE_LINE_SUM) " FROM items i LEFT JOIN lines l ON l.number = i.number"     \
                                      " WHERE i.place >= 0 ORDER BY i.place, i.number")            \
    X(PUT_ROW, "INSERT INTO items (id, place, state, round, kind, fingerprint, topic)"             \
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                             \
    X(ALL_FILES, "SELECT path, size, changed_ns, digest FROM files"                                \
                 " WHERE " STORE_WHOLE(STORE_FILE_SUM))                                            \
    X(ADD_CALL, "INSERT INTO calls (item, " STORE_CALL_COLUMNS ", sum)"                            \
                " VALUES (" STORE_CALL_VALUES ", row_sum(" STORE_CALL_VALUES "))"                  \
                " ON CONFLICT (item, key) DO NOTHING")                                             \
    X(HAS_REPLY, "SELECT replied, attempts FROM calls WHERE item = ?1 AND key = ?2")               \
    X(DROP_CALL, "DELETE FROM calls WHERE item = ?1 AND key = ?2")                                 \
    X(CALLS_OF, STORE_CALLS_OF)                                                                    \
    X(CALLS_OF_BACKWARDS, STORE_CALLS_OF " ORDER BY key DESC")                                     \
    X(SALVAGE_ITEM,                                                                                \
      "SELECT id, place, state, round, kind, fingerprint, topic FROM items WHERE number = ?1")     \
    X(SALVAGE_LINE, /* with the state by which its sum holds */                                    \
      "SELECT line, CASE sum WHEN row_sum(number, line, 1) THEN 1 WHEN row_sum(number, line, 2)"   \
      " THEN 2 WHEN row_sum(number, line, 3) THEN 3 ELSE 0 END FROM lines WHERE number = ?1")      \
    X(SALVAGE_SETTING, "INSERT OR REPLACE INTO settings (name, value, sum)"                        \
                       " VALUES (?1, ?2, row_sum(?1, ?2))")                                        \
    X(SALVAGE_ID, "INSERT OR REPLACE INTO salvaged_ids VALUES (?1, ?2)")                           \
    X(SALVAGED_ID, "SELECT id FROM salvaged_ids WHERE number = ?1")                                \
    X(FIND_LESSONS,                                                                                \
      "SELECT words FROM lessons WHERE endpoint = ?1 AND model = ?2 AND version = ?3")             \
    X(PUT_LESSONS, "INSERT OR REPLACE INTO lessons (endpoint, model, version, words)"              \
                   " VALUES (?1, ?2, ?3, ?4)")                                                     \
    X(READ_TOTALS,                                                                                 \
      "SELECT calls, requests, replies, faults, input_tokens, cached_tokens,"                      \
      " output_tokens, reasoning_tokens, cache_write_tokens, image_tokens, images_estimated,"      \
      " cost_nano, other_nano, unpriced FROM totals")                                              \
    X(PUT_TOTALS, "UPDATE totals SET calls = ?1, requests = ?2, replies = ?3, faults = ?4,"        \
                  " input_tokens = ?5, cached_tokens = ?6, output_tokens = ?7,"                    \
                  " reasoning_tokens = ?8, cache_write_tokens = ?9, image_tokens = ?10,"           \
                  " images_estimated = ?11, cost_nano = ?12, other_nano = ?13, unpriced = ?14,"    \
                  " unsummed = ?15")                                                               \
    X(READ_UNSUMMED, "SELECT unsummed FROM totals WHERE unsummed IS NOT NULL")                     \
    X(ADD_MINUTE, "INSERT INTO minutes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)" \
                  " ON CONFLICT DO UPDATE SET replies = replies + ?3, faults = faults + ?4,"       \
                  " requests = requests + ?5, accepted = accepted + ?6, rejected = rejected + ?7," \
                  " unknown = unknown + ?8, input_tokens = input_tokens + ?9,"                     \
                  " output_tokens = output_tokens + ?10, cost_nano = cost_nano + ?11,"             \
                  " latency_us = latency_us + ?12")                                                \
    X(ADD_LATENCY, "INSERT INTO latencies VALUES (?1, ?2)"                                         \
                   " ON CONFLICT DO UPDATE SET count = count + ?2")                                \
    X(READ_SLOWEST, "SELECT item, step, latency_ms FROM slowest ORDER BY latency_ms DESC")         \
    X(CLEAR_SLOWEST, "DELETE FROM slowest")                                                        \
    X(PUT_SLOWEST, "INSERT INTO slowest VALUES (?1, ?2, ?3)")                                      \
    X(ALL_MINUTES, "SELECT * FROM minutes")                                                        \
    X(ALL_LATENCIES, "SELECT * FROM latencies")                                                    \
    X(ALL_LESSONS, "SELECT endpoint, model, version, words FROM lessons")                          \
    X(JOIN_LESSONS, "INSERT INTO lessons (endpoint, model, version, words)"                        \
                    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET version = ?3, words = ?4"  \
                    " WHERE length(?4) > length(words)")                                           \
    X(ALL_PROBES, "SELECT endpoint, model, verdict, when_ms FROM probes")                          \
    X(JOIN_PROBE, "INSERT INTO probes (endpoint, model, verdict, when_ms) VALUES (?1, ?2, ?3, ?4)" \
                  " ON CONFLICT DO UPDATE SET verdict = ?3, when_ms = ?4 WHERE ?4 > when_ms")      \
    X(FIND_PROBE, "SELECT verdict FROM probes WHERE endpoint = ?1 AND model = ?2")                 \
    X(PUT_PROBE, "INSERT OR REPLACE INTO probes VALUES (?1, ?2, ?3, ?4)")                          \
    X(FIND_OUTPUT, "SELECT 1 FROM outputs WHERE name = ?1 AND size = ?2 AND changed_ns = ?3")      \
    X(PUT_OUTPUT, "INSERT OR REPLACE INTO outputs VALUES (?1, ?2, ?3)")                            \
    X(CLEAR_OUTPUTS, "DELETE FROM outputs")                                                        \
    X(FIND_STRETCH, "SELECT line, records, lines, bytes, place, places, first_number,"             \
                    " last_number, ids, images, digest FROM stretches WHERE record = ?1")          \
    X(PUT_STRETCH, "INSERT OR REPLACE INTO stretches (line, records, lines, bytes, place, places," \
                   " first_number, last_number, ids, images, digest, record)"                      \
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")                  \
    X(CLEAR_STRETCHES, "DELETE FROM stretches")                                                    \
    X(STRETCH_ROWS, "SELECT number, place, state, fingerprint FROM items"                          \
                    " WHERE number >= ?1 AND number <= ?2 ORDER BY number")

enum store_statement {
#define STORE_STATEMENT_ENUM(name, sql) SQL_##name,
    STORE_STATEMENTS(STORE_STATEMENT_ENUM)
#undef STORE_STATEMENT_ENUM
        SQL_COUNT
};

// What happened since the sums were written last, by minute and endpoint. They are written once a
// second and when the store is closed. Each transaction in between keeps them as they lie here, in
// one value, which costs far less than their rows; after kill -9 the next opening writes the rows.
enum { STORE_MINUTES = 16, STORE_SLOWEST = 10 };
struct store_minute {
    int64_t minute;
    char endpoint[120]; // "": items, not calls
    long long replies, faults, requests, accepted, rejected, unknown;
    long long input_tokens, output_tokens, cost_nano, latency_us;
};
struct store_slow {
    int64_t item;
    int step;
    double latency_ms;
};
struct store_sums {
    struct store_minute minutes[STORE_MINUTES];
    size_t minute_count;
    long long latencies[HISTOGRAM_BUCKETS];
    struct store_slow slowest[STORE_SLOWEST]; // of all runs, slowest first
    size_t slow_count;
    bool slow_changed, changed;
    int64_t written_ms;
    struct buffer packed;
};

// The database and its log: in WAL mode both are there from the first reading to the end.
enum { STORE_FILES = 2 };
struct store_file {
    dev_t device;
    ino_t inode;
};

struct store {
    sqlite3 *database;
    sqlite3_stmt *statements[SQL_COUNT];
    char *directory;
    char *path; // of run.db
    int lock;
    struct store_file files[STORE_FILES]; // as they were opened
    struct checkpointer *checkpointer;
    bool in_transaction;

    // Which rows belong to the current input: a bit for each number.
    unsigned char *current;
    size_t current_bytes;
    int64_t current_count;
    int64_t last_number; // admitted last; the next is expected behind it
    bool in_order;       // all admitted so far have place == number - 1
    bool place_indexed;
    bool items_changed; // since the output files were noted last, or the store was opened

    struct store_totals totals; // with those of the open transaction
    bool totals_changed;
    struct store_sums sums;
};

// The statement, ready to be bound. NULL: ERR_DISK.
sqlite3_stmt *store_prepare(struct store *store, enum store_statement which, struct error *why);

// Runs a statement that gives no rows, and resets it. False: ERR_DISK.
bool store_run(struct store *store, sqlite3_stmt *statement, const char *what, struct error *why);

// Steps to the next row: 1, or 0 at the end (the statement is reset), or -1: ERR_DISK (reset too).
int store_step(struct store *store, sqlite3_stmt *statement, const char *what, struct error *why);

// Names the database's last error, with what to do. Always false.
bool store_fail(struct store *store, const char *what, struct error *why);

// To be called with each change of an item or of its line: the output files are out of date now.
bool store_note_change(struct store *store, struct error *why);

// The item is part of the current input, at that place. To be called in the order of the input.
bool store_mark_current(struct store *store, int64_t number, int64_t place, struct error *why);
bool store_is_current(const struct store *store, int64_t number);

// Makes the index of places, if there is none.
bool store_index_places(struct store *store, struct error *why);

// Stores a call as it is, without adding it to the totals.
bool store_copy_call(struct store *store, int64_t number, const struct call *call,
                     struct error *why);

// Reads the totals as they are in the database.
bool store_read_totals(struct store *store, struct error *why);
bool store_put_totals(struct store *store, struct error *why);

// Name of the only setting of a store whose settings were lost: the next run gives it new ones.
#define STORE_SETTINGS_LOST "lost by damage"

// Opens the file at store->path for reading only.
bool store_open_database_reading(struct store *store, struct error *why);

struct store_row;
// Adds the item's row and its line. *number: its number.
bool store_put_row(struct store *store, const struct store_row *row, int64_t *number,
                   struct error *why);

// A row of CALLS_OF as a call, which the caller clears. False: no memory.
bool store_read_call(sqlite3_stmt *statement, struct call *call);

// Makes row_sum known to the database.
bool store_add_sums(struct store *store, struct error *why);

// Says what of the store is not as it was written, and what to do. Always false: ERR_DISK.
bool store_damaged(const struct store *store, const char *what, struct error *why);

// Runs statements without parameters.
bool store_run_text(struct store *store, const char *sql, struct error *why);

bool store_set_journal(struct store *store, struct error *why);

// Keeps which files were opened, for store_check_place.
bool store_note_place(struct store *store, struct error *why);

// Makes the tables in an empty file, brings those of an older version to today's, refuses what is
// none of ours.
bool store_check_version(struct store *store, struct error *why);

// Whether a store that was opened for reading has today's tables; an older one is brought up to
// date by the next run only. False: ERR_INPUT, ERR_DISK.
bool store_check_readable(struct store *store, struct error *why);

// See struct store_sums.
void store_sum_call(struct store *store, int64_t item, const struct call *call);
void store_note_slow(struct store *store, int64_t item, const struct call *call); // if it is
void store_sum_item(struct store *store, enum item_state state);
bool store_put_sums(struct store *store, struct error *why);

// The sums as the database has them, with what was not written before a kill. False: ERR_DISK.
bool store_read_sums(struct store *store, struct error *why);

// For reading: lays copies of the sums' tables over them that have what is not in them yet.
// False: ERR_DISK.
bool store_complete_sums(struct store *store, struct error *why);

// The sums that are not in their tables, as one value; empty: there are none. It is for the same
// build on the same machine: read elsewhere it is passed over.
void store_pack_sums(const struct store_sums *sums, struct buffer *out);
bool store_unpack_sums(const void *bytes, size_t length, struct store_sums *sums);

#endif
