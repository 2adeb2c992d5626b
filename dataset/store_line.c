// The finished items' lines, in the order of the current input.
#include "store_private.h"

#include <string.h>

static bool each_line(struct store *store, unsigned states, int64_t from_place, int64_t to_place,
                      store_line *take, void *context, struct error *why);

bool store_each_line(struct store *store, enum item_state state, int64_t from_place,
                     int64_t to_place, store_line *take, void *context, struct error *why)
{
    return each_line(store, 1u << state, from_place, to_place, take, context, why);
}

bool store_each_failure(struct store *store, store_line *take, void *context, struct error *why)
{
    return each_line(store, 1u << ITEM_REJECTED | 1u << ITEM_UNKNOWN, 0, INT64_MAX, take, context,
                     why);
}

// An index of an earlier run that lost entries would leave items out without a word. SQLite
// compares it with its table in about a second for a million items.
static bool check_index(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(store->database, "PRAGMA integrity_check(items)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    bool good = said != NULL && strcmp(said, "ok") == 0;
    if (said != NULL && !good)
        store_damaged(store, said, why);
    else if (!good)
        store_fail(store, "read", why);
    sqlite3_finalize(statement);
    return good;
}

// While the input grows only at its end, places follow from the rows' numbers. Once it was changed
// otherwise, an index of places is made, and kept with the store.
bool store_index_places(struct store *store, struct error *why)
{
    if (store->place_indexed)
        return true;
    if (!check_index(store, why))
        return false;
    if (sqlite3_exec(store->database, "CREATE INDEX IF NOT EXISTS items_place ON items (place)",
                     NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, "write", why);
    store->place_indexed = true;
    return true;
}

static bool each_line(struct store *store, unsigned states, int64_t from_place, int64_t to_place,
                      store_line *take, void *context, struct error *why)
{
    if (!store->in_order && !store_index_places(store, why))
        return false;
    sqlite3_stmt *statement =
        store_prepare(store, store->in_order ? SQL_LINES_BY_NUMBER : SQL_LINES_BY_PLACE, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, from_place);
    sqlite3_bind_int64(statement, 2, to_place);
    sqlite3_bind_int(statement, 3, (int)states);
    struct buffer line;
    buffer_init(&line, (size_t)1 << 30);
    bool good = true;
    int got;
    while (good && (got = store_step(store, statement, "read", why)) != 0) {
        good = got == 1;
        if (!good || !store_is_current(store, sqlite3_column_int64(statement, 0)))
            continue;
        if (sqlite3_column_type(statement, 1) == SQLITE_NULL || !sqlite3_column_int(statement, 2)) {
            good = store_damaged(store, "a finished item's line is not as it was written", why);
            break;
        }
        buffer_empty(&line);
        buffer_append(&line, sqlite3_column_text(statement, 1),
                      (size_t)sqlite3_column_bytes(statement, 1));
        buffer_append_char(&line, '\n');
        good = buffer_check(&line, "a line", why) && take(context, line.data, line.length, why);
    }
    sqlite3_reset(statement);
    buffer_clear(&line);
    return good;
}
