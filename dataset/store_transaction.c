// Transactions, and the journal that they are written to.
#include "store_private.h"

#include "clock.h"

#include <string.h>

bool store_begin(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_BEGIN, why);
    if (statement == NULL || !store_run(store, statement, "write", why))
        return false;
    store->in_transaction = true;
    return true;
}

static bool sums_due(const struct store *store)
{
    enum { INTERVAL_MS = 1000 };
    return store->sums.changed && clock_now_ms() - store->sums.written_ms >= INTERVAL_MS;
}

// After a failed commit the transaction is gone, and the sums are again those of the database.
bool store_commit(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_COMMIT, why);
    bool good = statement != NULL && (!sums_due(store) || store_put_sums(store, why)) &&
                (!store->totals_changed || store_put_totals(store, why)) &&
                store_run(store, statement, "write", why);
    store->in_transaction = false;
    store->totals_changed = false;
    if (good)
        return true;
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    store_read_totals(store, NULL);
    store_read_sums(store, NULL);
    return false;
}

// The first statement that touches the file finds out whether it is a database, and setting the
// journal's mode whether its folder can have a write-ahead log.
bool store_set_journal(struct store *store, struct error *why)
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
