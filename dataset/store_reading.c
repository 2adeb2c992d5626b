#include "store_reading.h"

#include "file.h"
#include "store_private.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool check_tables(struct store *store, struct error *why);

struct store *store_open_reading(const char *directory, struct error *why)
{
    struct store *store = calloc(1, sizeof *store);
    struct stat facts;
    if (store == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the store");
        return NULL;
    }
    store->lock = -1;
    store->directory = text_copy(directory);
    store->path = file_join(directory, "run.db");
    bool good = (store->directory != NULL && store->path != NULL) ||
                error_set(why, ERR_MEMORY, "no memory for the store");
    if (good && stat(store->path, &facts) != 0)
        good = error_set_errno(why, ERR_INPUT,
                               "%s holds no run: there is no run.db in it; give the DIR of vqagen "
                               "generate -o DIR",
                               directory);
    if (good && store_open_database_reading(store, why) && check_tables(store, why))
        return store;
    store_close(store);
    return NULL;
}

// '?', '#' and '%' have a meaning in SQLite's URIs.
static char *uri_of(const char *path, bool unchanging)
{
    struct buffer uri;
    buffer_init(&uri, 1 << 16);
    buffer_append_text(&uri, "file:");
    for (const char *at = path; *at != '\0'; at++)
        if (*at == '?' || *at == '#' || *at == '%')
            buffer_append_format(&uri, "%%%02X", (unsigned)(unsigned char)*at);
        else
            buffer_append_char(&uri, *at);
    buffer_append_text(&uri, unchanging ? "?immutable=1" : "?mode=ro");
    return buffer_take(&uri);
}

// A write-ahead log stands beside the database while a run is at work, or was killed. Without one
// the database is all there is, and can be read without files being made beside it.
static bool has_log(const struct store *store)
{
    struct stat facts;
    char *log = NULL;
    bool has =
        asprintf(&log, "%s-wal", store->path) >= 0 && stat(log, &facts) == 0 && facts.st_size > 0;
    free(log);
    return has;
}

bool store_open_database_reading(struct store *store, struct error *why)
{
    enum { BUSY_TIMEOUT_MS = 10000 };
    char *uri = uri_of(store->path, !has_log(store));
    if (uri == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(uri, &store->database, flags, NULL);
    free(uri);
    if (code != SQLITE_OK)
        return store_fail(store, "open", why);
    sqlite3_extended_result_codes(store->database, 1);
    sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
    return store_add_sums(store, why);
}

// Statements fail one by one on tables of another version; this says it once and plainly.
static bool check_tables(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->database,
                                  "SELECT i.id, i.state, i.round, l.line, c.replied FROM items i, "
                                  "lines l, calls c LIMIT 0",
                                  -1, &statement, NULL);
    sqlite3_finalize(statement);
    if (code == SQLITE_ERROR)
        return error_set(why, ERR_INPUT, "%s has not the tables of a run", store->path);
    return code == SQLITE_OK || store_fail(store, "read", why);
}

int store_find_item(struct store *store, const char *id, struct stored_item *item,
                    struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_FIND_ITEM, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 2, id, -1, SQLITE_STATIC);
    int got = store_step(store, statement, "read", why);
    if (got == 1) {
        *item = (struct stored_item){.number = sqlite3_column_int64(statement, 0),
                                     .state = (enum item_state)sqlite3_column_int(statement, 2),
                                     .round = (unsigned)sqlite3_column_int64(statement, 3)};
        sqlite3_reset(statement);
    }
    return got;
}

bool store_item_line(struct store *store, int64_t number, char **line, struct error *why)
{
    *line = NULL;
    sqlite3_stmt *statement = store_prepare(store, SQL_LINE_OF, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    int got = store_step(store, statement, "read", why);
    bool whole = got != 1 || sqlite3_column_int(statement, 1) != 0;
    if (!whole)
        store_damaged(store, "an item's line is not as it was written", why);
    else if (got == 1)
        *line = text_copy((const char *)sqlite3_column_text(statement, 0));
    if (got == 1 && whole && *line == NULL)
        error_set(why, ERR_MEMORY, "no memory for an item's line");
    sqlite3_reset(statement);
    return got == 0 || *line != NULL;
}

bool store_count_open(struct store *store, long long *count, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_COUNT_OPEN, why);
    if (statement == NULL || store_step(store, statement, "read", why) != 1)
        return false;
    *count = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return true;
}

bool store_each_failed(struct store *store, store_failed *take, void *context, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_ALL_FAILED, why);
    if (statement == NULL)
        return false;
    int got;
    bool good = true;
    while (good && (got = store_step(store, statement, "read", why)) != 0)
        good = got == 1 && take(context, (enum item_state)sqlite3_column_int(statement, 0),
                                (const char *)sqlite3_column_text(statement, 1),
                                (size_t)sqlite3_column_bytes(statement, 1), why);
    sqlite3_reset(statement);
    return good;
}
