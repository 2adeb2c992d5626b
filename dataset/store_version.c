// The tables, their version, and how a store of an older version becomes one of today.
#include "store_private.h"

#include "log.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    APPLICATION_ID = 0x56514147, // "VQAG" in the file's header, at byte 68
};

// Version 1, as the first stores were made. It is never changed: what came later is a step below,
// which new stores take as well, so that there is one way to each table.
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

// Step i leads from version i + 1 to the next one. A step is one transaction with its number.
static const char *const steps[] = {
    // 2: when the text of a streamed reply began, negative: it was not streamed; and what refusals
    // taught about an endpoint's model, by the version of vqagen that learned it.
    "ALTER TABLE calls ADD COLUMN first_token_ms REAL NOT NULL DEFAULT -1;"
    "CREATE TABLE lessons (endpoint TEXT NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL,"
    " words TEXT NOT NULL, PRIMARY KEY (endpoint, model)) WITHOUT ROWID;",
    // 3: what calls cost, in billionths of a dollar; -1: no price was known. other: probes, and
    // requests without a reply that may have been charged all the same.
    "ALTER TABLE calls ADD COLUMN cache_write_tokens INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE calls ADD COLUMN image_tokens INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE calls ADD COLUMN image_estimated INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE calls ADD COLUMN cost_nano INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE totals ADD COLUMN cache_write_tokens INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE totals ADD COLUMN image_tokens INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE totals ADD COLUMN images_estimated INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE totals ADD COLUMN cost_nano INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE totals ADD COLUMN other_nano INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE totals ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;"
    "UPDATE totals SET unpriced = replies;",
    // 4: what `vqagen show` tells of a run without reading every call. minutes: since 1970; rows
    // without endpoint count items. latencies: bucket of base/histogram.h. Also what probes saw.
    "ALTER TABLE items ADD COLUMN topic TEXT;"
    "UPDATE items SET topic = (SELECT json_extract(line, '$.topic') FROM lines"
    " WHERE lines.number = items.number AND json_valid(line)) WHERE state <> 0;"
    "CREATE TABLE minutes (minute INTEGER NOT NULL, endpoint TEXT NOT NULL,"
    " replies INTEGER NOT NULL, faults INTEGER NOT NULL, requests INTEGER NOT NULL,"
    " accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, unknown INTEGER NOT NULL,"
    " input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cost_nano INTEGER NOT NULL,"
    " latency_us INTEGER NOT NULL, PRIMARY KEY (minute, endpoint)) WITHOUT ROWID;"
    "INSERT INTO minutes SELECT when_ms / 60000, coalesce(endpoint, '?'), sum(replied),"
    " sum(1 - replied), sum(attempts), 0, 0, 0, sum(max(input_tokens, 0) * (attempts > 0)),"
    " sum(max(output_tokens, 0) * (attempts > 0)), 0, CAST(sum(replied * latency_ms) * 1000 AS "
    "INTEGER)"
    " FROM calls GROUP BY 1, 2;"
    "CREATE TABLE latencies (bucket INTEGER PRIMARY KEY, count INTEGER NOT NULL);"
    "INSERT INTO latencies SELECT CASE WHEN latency_ms > 0.05"
    " THEN min(CAST(ln(latency_ms / 0.05) / ln(1.02) AS INTEGER), 799) ELSE 0 END, count(*)"
    " FROM calls WHERE replied GROUP BY 1;"
    "CREATE TABLE slowest (item INTEGER NOT NULL, step INTEGER NOT NULL, latency_ms REAL NOT NULL);"
    "INSERT INTO slowest SELECT item, step, latency_ms FROM calls WHERE replied"
    " ORDER BY latency_ms DESC LIMIT 10;"
    "CREATE TABLE probes (endpoint TEXT NOT NULL, model TEXT NOT NULL, verdict TEXT NOT NULL,"
    " when_ms INTEGER NOT NULL, PRIMARY KEY (endpoint, model)) WITHOUT ROWID;",
    // 5: what screening measured of images, by the digest of their bytes.
    "CREATE TABLE figures (digest BLOB PRIMARY KEY, shorter_px INTEGER NOT NULL,"
    " contrast INTEGER NOT NULL, blur REAL NOT NULL, detail INTEGER NOT NULL, look BLOB NOT NULL)"
    " WITHOUT ROWID;",
    // 6: sums over what rows hold, so that damage is seen (store_sum.c). NULL: written before.
    "ALTER TABLE settings ADD COLUMN sum INTEGER;"
    "ALTER TABLE files ADD COLUMN sum INTEGER;"
    "ALTER TABLE figures ADD COLUMN sum INTEGER;"
    "ALTER TABLE lines ADD COLUMN sum INTEGER;"
    "ALTER TABLE calls ADD COLUMN sum INTEGER;",
    // 7: the output files that say what the items' rows say, while size and time of change are the
    // same. Empty as soon as an item changes.
    "CREATE TABLE outputs (name TEXT PRIMARY KEY, size INTEGER NOT NULL,"
    " changed_ns INTEGER NOT NULL) WITHOUT ROWID;",
    // 8: what minutes, latencies and slowest do not hold yet (store_unsummed.c). NULL: nothing.
    "ALTER TABLE totals ADD COLUMN unsummed BLOB;",
    // 9: stretches of the input and what they came to (stretch.h), by the records before them.
    "CREATE TABLE stretches (record INTEGER PRIMARY KEY, line INTEGER NOT NULL,"
    " records INTEGER NOT NULL, lines INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " place INTEGER NOT NULL, places INTEGER NOT NULL, first_number INTEGER NOT NULL,"
    " last_number INTEGER NOT NULL, ids BLOB NOT NULL, images BLOB NOT NULL, digest BLOB NOT "
    "NULL);",
};
enum { VERSION = 1 + sizeof steps / sizeof *steps };

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

static bool take_steps(struct store *store, int64_t version, struct error *why)
{
    char number[48];
    for (size_t i = (size_t)version - 1; i < sizeof steps / sizeof *steps; i++) {
        snprintf(number, sizeof number, "PRAGMA user_version = %d", (int)i + 2);
        if (!store_run_text(store, steps[i], why) || !store_run_text(store, number, why))
            return false;
    }
    return true;
}

static bool make_tables(struct store *store, struct error *why)
{
    char numbers[96];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             APPLICATION_ID, 1);
    // One transaction: a store that was killed while being made is an empty one.
    return store_set_journal(store, why) && store_run_text(store, "BEGIN IMMEDIATE", why) &&
           store_run_text(store, schema, why) && store_run_text(store, numbers, why) &&
           take_steps(store, 1, why) && store_run_text(store, "COMMIT", why);
}

// All steps are one transaction: a migration that was killed never began.
static bool migrate(struct store *store, int64_t version, struct error *why)
{
    bool good = store_set_journal(store, why) && store_run_text(store, "BEGIN IMMEDIATE", why) &&
                take_steps(store, version, why) && store_run_text(store, "COMMIT", why);
    if (!good) {
        if (!sqlite3_get_autocommit(store->database))
            sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
        return error_note(why, "bringing the store from version %" PRId64 " to %d", version,
                          VERSION);
    }
    log_note("%s was of version %" PRId64 " and is now of version %d", store->path, version,
             VERSION);
    return true;
}

bool store_check_version(struct store *store, struct error *why)
{
    int64_t application = 0, version = 0, tables = 0;
    if (!read_number(store, "PRAGMA application_id", &application, why) ||
        !read_number(store, "PRAGMA user_version", &version, why) ||
        !read_number(store, "SELECT count(*) FROM sqlite_schema", &tables, why))
        return false;
    if (application == 0 && version == 0 && tables == 0)
        return make_tables(store, why);
    if (application != APPLICATION_ID)
        return error_set(why, ERR_DISK, "%s is a database of another program; give another -o DIR",
                         store->path);
    if (version == VERSION)
        return true;
    if (version >= 1 && version < VERSION)
        return migrate(store, version, why);
    return error_set(why, ERR_DISK,
                     "%s has the tables of version %" PRId64 ", this vqagen reads version %d; go "
                     "on with the %s vqagen, or give another -o DIR",
                     store->path, version, VERSION, version > VERSION ? "newer" : "older");
}

bool store_check_readable(struct store *store, struct error *why)
{
    int64_t version = 0;
    if (!read_number(store, "PRAGMA user_version", &version, why))
        return false;
    if (version == VERSION)
        return true;
    if (version > VERSION)
        return error_set(why, ERR_INPUT,
                         "%s has the tables of version %" PRId64 ", this vqagen reads %d: read it "
                         "with the newer vqagen",
                         store->path, version, (int)VERSION);
    return error_set(why, ERR_INPUT,
                     "%s has the tables of version %" PRId64 " of an older vqagen; the next "
                     "generate on DIR brings it to version %d",
                     store->path, version, (int)VERSION);
}
