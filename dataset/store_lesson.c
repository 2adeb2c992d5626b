// What refusals taught about an endpoint's model, kept so that a run that goes on does not meet
// them again.
#include "store_private.h"

#include "text.h"

#include <string.h>

bool store_find_lessons(struct store *store, const char *endpoint, const char *model,
                        const char *version, char **words, struct error *why)
{
    *words = NULL;
    sqlite3_stmt *statement = store_prepare(store, SQL_FIND_LESSONS, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 1, endpoint, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, model, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, version, -1, SQLITE_STATIC);
    int got = store_step(store, statement, "read", why);
    if (got == 1)
        *words = text_copy((const char *)sqlite3_column_text(statement, 0));
    bool good = got == 0 || (got == 1 && *words != NULL);
    if (got == 1 && *words == NULL)
        error_set(why, ERR_MEMORY, "no memory for what was learned");
    sqlite3_reset(statement);
    return good;
}

bool store_put_lessons(struct store *store, const char *endpoint, const char *model,
                       const char *version, const char *words, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_PUT_LESSONS, why);
    if (statement == NULL)
        return false;
    const char *const values[] = {endpoint, model, version, words};
    for (int i = 0; i < 4; i++)
        sqlite3_bind_text(statement, i + 1, values[i], -1, SQLITE_STATIC);
    return store_run(store, statement, "write", why);
}
