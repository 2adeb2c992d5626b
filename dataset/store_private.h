// What the store's files share.
#ifndef VQAGEN_STORE_PRIVATE_H
#define VQAGEN_STORE_PRIVATE_H

#include "checkpoint.h"
#include "store.h"

#include <sqlite3.h>

// X(name, SQL). Prepared when first used, kept until the store is closed.
#define STORE_STATEMENTS(X)                                                                        \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(READ_SETTINGS, "SELECT name, value FROM settings")                                           \
    X(CLEAR_ITEMS, "DELETE FROM items")                                                            \
    X(CLEAR_LINES, "DELETE FROM lines")                                                            \
    X(CLEAR_CALLS, "DELETE FROM calls")                                                            \
    X(CLEAR_SETTINGS, "DELETE FROM settings")                                                      \
    X(PUT_SETTING, "INSERT INTO settings (name, value) VALUES (?1, ?2)")                           \
    X(FIND_FILE, "SELECT digest FROM files WHERE path = ?1 AND size = ?2 AND changed_ns = ?3")     \
    X(PUT_FILE, "INSERT OR REPLACE INTO files (path, size, changed_ns, digest)"                    \
                " VALUES (?1, ?2, ?3, ?4)")                                                        \
    X(FIND_FIGURES,                                                                                \
      "SELECT shorter_px, contrast, blur, detail, look FROM figures WHERE digest = ?1")            \
    X(PUT_FIGURES, "INSERT OR REPLACE INTO figures (digest, shorter_px, contrast, blur, detail,"   \
                   " look) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                                       \
    X(ALL_FIGURES, "SELECT digest, shorter_px, contrast, blur, detail, look FROM figures")         \
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
    X(FINISH_ITEM, "UPDATE items SET state = ?2, kind = ?3 WHERE number = ?1")                     \
    X(PUT_LINE, "INSERT OR REPLACE INTO lines (number, line) VALUES (?1, ?2)")                     \
    X(LINES_BY_NUMBER,                                                                             \
      "SELECT i.number, l.line FROM items i CROSS JOIN lines l ON l.number = i.number"             \
      " WHERE i.number > ?1 AND i.number <= ?2 AND (?3 >> i.state) & 1 ORDER BY i.number")         \
    X(LINES_BY_PLACE,                                                                              \
      "SELECT i.number, l.line FROM items i CROSS JOIN lines l ON l.number = i.number"             \
      " WHERE i.place >= ?1 AND i.place < ?2 AND (?3 >> i.state) & 1 ORDER BY i.place, i.number")  \
    X(ALL_ITEMS, "SELECT number, state, kind FROM items")                                          \
    X(COUNT_OPEN, "SELECT count(*) FROM items WHERE state = 0")                                    \
    X(ALL_FAILED, "SELECT i.state, l.line FROM items i CROSS JOIN lines l ON l.number = i.number"  \
                  " WHERE i.state >= 2 ORDER BY i.number")                                         \
    X(ROWS_BY_PLACE,                                                                               \
      "SELECT i.number, i.place, i.id, i.state, i.round, i.kind, i.fingerprint, l.line"            \
      " FROM items i LEFT JOIN lines l ON l.number = i.number"                                     \
      " WHERE i.place >= 0 ORDER BY i.place, i.number")                                            \
    X(PUT_ROW, "INSERT INTO items (id, place, state, round, kind, fingerprint)"                    \
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                                                 \
    X(ALL_FILES, "SELECT path, size, changed_ns, digest FROM files")                               \
    X(ADD_CALL,                                                                                    \
      "INSERT INTO calls (item, key, step, try, repeat, round, replied, http_status,"              \
      " input_tokens, cached_tokens, output_tokens, reasoning_tokens, attempts, latency_ms,"       \
      " when_ms, finish, model, kind, endpoint, message, text, reasoning, first_token_ms)"         \
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"  \
      " ?19, ?20, ?21, ?22, ?23) ON CONFLICT (item, key) DO NOTHING")                              \
    X(HAS_REPLY, "SELECT replied, attempts FROM calls WHERE item = ?1 AND key = ?2")               \
    X(DROP_CALL, "DELETE FROM calls WHERE item = ?1 AND key = ?2")                                 \
    X(CALLS_OF,                                                                                    \
      "SELECT key, step, try, repeat, round, replied, http_status, input_tokens, cached_tokens,"   \
      " output_tokens, reasoning_tokens, attempts, latency_ms, when_ms, finish, model, kind,"      \
      " endpoint, message, text, reasoning, first_token_ms FROM calls WHERE item = ?1")            \
    X(FIND_LESSONS,                                                                                \
      "SELECT words FROM lessons WHERE endpoint = ?1 AND model = ?2 AND version = ?3")             \
    X(PUT_LESSONS, "INSERT OR REPLACE INTO lessons (endpoint, model, version, words)"              \
                   " VALUES (?1, ?2, ?3, ?4)")                                                     \
    X(READ_TOTALS, "SELECT calls, requests, replies, faults, input_tokens, cached_tokens,"         \
                   " output_tokens, reasoning_tokens FROM totals")                                 \
    X(PUT_TOTALS, "UPDATE totals SET calls = ?1, requests = ?2, replies = ?3, faults = ?4,"        \
                  " input_tokens = ?5, cached_tokens = ?6, output_tokens = ?7,"                    \
                  " reasoning_tokens = ?8")

enum store_statement {
#define STORE_STATEMENT_ENUM(name, sql) SQL_##name,
    STORE_STATEMENTS(STORE_STATEMENT_ENUM)
#undef STORE_STATEMENT_ENUM
        SQL_COUNT
};

struct store {
    sqlite3 *database;
    sqlite3_stmt *statements[SQL_COUNT];
    char *directory;
    char *path; // of run.db
    int lock;
    struct checkpointer *checkpointer;
    bool in_transaction;

    // Which rows belong to the current input: a bit for each number.
    unsigned char *current;
    size_t current_bytes;
    int64_t current_count;
    int64_t last_number; // admitted last; the next is expected behind it
    bool in_order;       // all admitted so far have place == number - 1
    bool place_indexed;

    struct store_totals totals; // with those of the open transaction
    bool totals_changed;
};

// The statement, ready to be bound. NULL: ERR_DISK.
sqlite3_stmt *store_prepare(struct store *store, enum store_statement which, struct error *why);

// Runs a statement that gives no rows, and resets it. False: ERR_DISK.
bool store_run(struct store *store, sqlite3_stmt *statement, const char *what, struct error *why);

// Steps to the next row: 1, or 0 at the end (the statement is reset), or -1: ERR_DISK (reset too).
int store_step(struct store *store, sqlite3_stmt *statement, const char *what, struct error *why);

// Names the database's last error, with what to do. Always false.
bool store_fail(struct store *store, const char *what, struct error *why);

bool store_mark_current(struct store *store, int64_t number, struct error *why);
bool store_is_current(const struct store *store, int64_t number);

// Makes the index of places, if there is none.
bool store_index_places(struct store *store, struct error *why);

// Stores a call as it is, without adding it to the totals.
bool store_copy_call(struct store *store, int64_t number, const struct call *call,
                     struct error *why);

// Reads the totals as they are in the database.
bool store_read_totals(struct store *store, struct error *why);
bool store_put_totals(struct store *store, struct error *why);

#endif
