#include "store.h"

#include "file.h"
#include "lock.h"
#include "log.h"
#include "store_private.h"
#include "text.h"
#include "volume.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    APPLICATION_ID = 0x56514147, // "VQAG" in the file's header, at byte 68
    BUSY_TIMEOUT_MS = 10000,
};

// The tables as they first were. What came to them later stands in `upgrades`.
static const char schema[] =
    // The settings that make the dataset what it is.
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    // Digests of image files, valid while size and time of change are the same. Paths are bytes.
    "CREATE TABLE files (path BLOB PRIMARY KEY, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,"
    " digest BLOB NOT NULL) WITHOUT ROWID;"
    // Every item ever met, numbered in the order of meeting. place: in the input it was last part
    // of. state: enum item_state. kind: of the rejection or the fault. Rows are kept short, so that
    // going over a million finished items reads little: the items' lines lie in a table of their
    // own.
    "CREATE TABLE items (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " place INTEGER NOT NULL, state INTEGER NOT NULL, round INTEGER NOT NULL, kind TEXT,"
    " fingerprint BLOB NOT NULL);"
    // An item's line of dataset.jsonl or failures.jsonl; out of date while its item is open.
    "CREATE TABLE lines (number INTEGER PRIMARY KEY, line TEXT NOT NULL);"
    // Calls with their reply, or their final fault. Kept in the order of items, so that what an
    // item needs lies together. -1 tokens: not said.
    "CREATE TABLE calls (item INTEGER NOT NULL, key BLOB NOT NULL, step INTEGER NOT NULL,"
    " try INTEGER NOT NULL, repeat INTEGER NOT NULL, round INTEGER NOT NULL,"
    " replied INTEGER NOT NULL, http_status INTEGER NOT NULL, input_tokens INTEGER NOT NULL,"
    " cached_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,"
    " reasoning_tokens INTEGER NOT NULL, attempts INTEGER NOT NULL, latency_ms REAL NOT NULL,"
    " when_ms INTEGER NOT NULL, finish TEXT, model TEXT, kind TEXT, endpoint TEXT, message TEXT,"
    " text TEXT, reasoning TEXT, PRIMARY KEY (item, key)) WITHOUT ROWID;"
    // Sums over calls, kept with each transaction: adding up millions of rows takes seconds.
    "CREATE TABLE totals (calls INTEGER, requests INTEGER, replies INTEGER, faults INTEGER,"
    " input_tokens INTEGER, cached_tokens INTEGER, output_tokens INTEGER,"
    " reasoning_tokens INTEGER);"
    "INSERT INTO totals VALUES (0, 0, 0, 0, 0, 0, 0, 0);";

// What each version adds to the one before it: the first entry leads from 1 to 2. A new store goes
// through all of them, and so does an old one that is opened, so that both have the same tables.
static const char *const upgrades[] = {
    // When the text of a streamed reply began; negative: it was not streamed.
    "ALTER TABLE calls ADD COLUMN first_token_ms REAL NOT NULL DEFAULT -1;"
    // What refusals taught about an endpoint's model, by the version of vqagen that learned it.
    "CREATE TABLE lessons (endpoint TEXT NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL,"
    " words TEXT NOT NULL, PRIMARY KEY (endpoint, model)) WITHOUT ROWID;",
    // What screening measured of images, by the digest of their bytes.
    "CREATE TABLE figures (digest BLOB PRIMARY KEY, shorter_px INTEGER NOT NULL,"
    " contrast INTEGER NOT NULL, blur REAL NOT NULL, detail INTEGER NOT NULL, look BLOB NOT NULL)"
    " WITHOUT ROWID;",
};
enum { VERSION = 1 + sizeof upgrades / sizeof *upgrades };

static bool open_database(struct store *store, struct error *why);
static bool check_version(struct store *store, struct error *why);
static int tell_checkpointer(void *context, sqlite3 *database, const char *name, int pages);

struct store *store_open(const char *directory, struct error *why)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the store");
        return NULL;
    }
    store->lock = -1;
    store->in_order = true;
    store->directory = text_copy(directory);
    store->path = file_join(directory, "run.db");
    bool good = store->directory != NULL && store->path != NULL;
    if (!good)
        error_set(why, ERR_MEMORY, "no memory for the store");
    good = good && file_make_directory(directory, why) && volume_check(directory, why) &&
           (store->lock = lock_take(directory, why)) >= 0 && open_database(store, why) &&
           store_read_totals(store, why);
    if (good)
        store->checkpointer = checkpointer_start(store->path, CHECKPOINT_LIMIT_PAGES, why);
    if (store->checkpointer != NULL) {
        sqlite3_wal_hook(store->database, tell_checkpointer, store);
        return store;
    }
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    struct error why = {0};
    if (store->in_transaction && !store_commit(store, &why))
        log_warn("%s", why.message);
    checkpointer_stop(store->checkpointer);
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    // What could not be moved stays in the log, and the next opening finds it there.
    if (store->checkpointer != NULL)
        sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_close(store->database);
    lock_release(store->lock);
    free(store->current);
    free(store->directory);
    free(store->path);
    free(store);
}

bool store_check_place(const struct store *store, struct error *why)
{
    return lock_check(store->lock, store->directory, why);
}

static int tell_checkpointer(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    struct store *store = context;
    checkpointer_tell(store->checkpointer, pages);
    return SQLITE_OK;
}

static bool read_number(struct store *store, const char *sql, int64_t *number, struct error *why)
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW;
    if (good)
        *number = sqlite3_column_int64(statement, 0);
    else
        store_fail(store, "open", why);
    sqlite3_finalize(statement);
    return good;
}

static bool run_text(struct store *store, const char *sql, struct error *why)
{
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           store_fail(store, "open", why);
}

// The first statement that touches the file finds out whether it is a database, and setting the
// journal's mode whether its folder can have a write-ahead log.
static bool set_journal(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(store->database, "PRAGMA journal_mode = WAL", -1, &statement,
                                   NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW;
    const unsigned char *mode = good ? sqlite3_column_text(statement, 0) : NULL;
    bool refused = good && (mode == NULL || strcmp((const char *)mode, "wal") != 0);
    if (refused)
        error_set(why, ERR_DISK,
                  "the file system of %s cannot hold SQLite's write-ahead log; give a DIR on a "
                  "local disk",
                  store->directory);
    else if (!good)
        store_fail(store, "open", why);
    sqlite3_finalize(statement);
    return good && !refused;
}

static bool open_database(struct store *store, struct error *why)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(store->path, &store->database, flags, NULL) != SQLITE_OK)
        return store_fail(store, "open", why);
    sqlite3_extended_result_codes(store->database, 1);
    sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
    return run_text(store, "PRAGMA page_size = 8192", why) && check_version(store, why) &&
           set_journal(store, why) &&
           run_text(store,
                    "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;"
                    "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;"
                    "PRAGMA temp_store = MEMORY",
                    why);
}

// Brings the tables from that version (0: there are none) to this one, in one transaction: a store
// that was killed meanwhile is what it was.
static bool make_tables(struct store *store, int64_t version, struct error *why)
{
    char numbers[96];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             APPLICATION_ID, (int)VERSION);
    bool good = set_journal(store, why) && run_text(store, "BEGIN IMMEDIATE", why) &&
                (version > 0 || run_text(store, schema, why));
    for (int64_t next = version > 0 ? version : 1; good && next < VERSION; next++)
        good = run_text(store, upgrades[next - 1], why);
    return good && run_text(store, numbers, why) && run_text(store, "COMMIT", why);
}

static bool check_version(struct store *store, struct error *why)
{
    int64_t application = 0, version = 0, tables = 0;
    if (!read_number(store, "PRAGMA application_id", &application, why) ||
        !read_number(store, "PRAGMA user_version", &version, why) ||
        !read_number(store, "SELECT count(*) FROM sqlite_schema", &tables, why))
        return false;
    if (application == 0 && version == 0 && tables == 0)
        return make_tables(store, 0, why);
    if (application != APPLICATION_ID)
        return error_set(why, ERR_DISK, "%s is a database of another program; give another -o DIR",
                         store->path);
    if (version == VERSION)
        return true;
    if (version >= 1 && version < VERSION)
        return make_tables(store, version, why);
    return error_set(why, ERR_DISK,
                     "%s has the tables of version %" PRId64 ", this vqagen reads 1 to %d; go on "
                     "with the %s vqagen, or give another -o DIR",
                     store->path, version, (int)VERSION, version > VERSION ? "newer" : "older");
}

sqlite3_stmt *store_prepare(struct store *store, enum store_statement which, struct error *why)
{
    static const char *const sql[] = {
#define STORE_STATEMENT_SQL(name, text) text,
        STORE_STATEMENTS(STORE_STATEMENT_SQL)
#undef STORE_STATEMENT_SQL
    };
    sqlite3_stmt **statement = &store->statements[which];
    if (*statement == NULL &&
        sqlite3_prepare_v3(store->database, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK) {
        store_fail(store, "read", why);
        return NULL;
    }
    return *statement;
}

int store_step(struct store *store, sqlite3_stmt *statement, const char *what, struct error *why)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        store_fail(store, what, why);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? 0 : -1;
}

bool store_run(struct store *store, sqlite3_stmt *statement, const char *what, struct error *why)
{
    return store_step(store, statement, what, why) == 0;
}

bool store_begin(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_BEGIN, why);
    if (statement == NULL || !store_run(store, statement, "write", why))
        return false;
    store->in_transaction = true;
    return true;
}

// After a failed commit the transaction is gone, and the sums are again those of the database.
bool store_commit(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_COMMIT, why);
    bool good = statement != NULL && (!store->totals_changed || store_put_totals(store, why)) &&
                store_run(store, statement, "write", why);
    store->in_transaction = false;
    store->totals_changed = false;
    if (good)
        return true;
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    store_read_totals(store, NULL);
    return false;
}
