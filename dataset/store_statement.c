// Running statements on the store's database: those of STORE_STATEMENTS, and plain texts.
#include "store_private.h"

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

bool store_run_text(struct store *store, const char *sql, struct error *why)
{
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           store_fail(store, "open", why);
}
