#include "store_row.h"

#include "store_private.h"

#include <stdlib.h>
#include <string.h>

int store_next_row(struct store *store, struct store_row *row, struct error *why)
{
    if (!store_index_places(store, why))
        return -1;
    sqlite3_stmt *s = store_prepare(store, SQL_ROWS_BY_PLACE, why);
    if (s == NULL)
        return -1;
    int got = store_step(store, s, "read", why);
    if (got != 1)
        return got;
    *row = (struct store_row){
        .number = sqlite3_column_int64(s, 0),
        .place = sqlite3_column_int64(s, 1),
        .id = (const char *)sqlite3_column_text(s, 2),
        .state = (enum item_state)sqlite3_column_int(s, 3),
        .round = (unsigned)sqlite3_column_int64(s, 4),
        .kind = (const char *)sqlite3_column_text(s, 5),
        .line = (const char *)sqlite3_column_text(s, 7),
        .topic = (const char *)sqlite3_column_text(s, 8),
    };
    if (row->id == NULL || sqlite3_column_bytes(s, 6) != DIGEST_BYTES) {
        store_damaged(store, "a row of its items is none", why);
        return -1;
    }
    if (row->state != ITEM_OPEN && (row->line == NULL || !sqlite3_column_int(s, 9))) {
        store_damaged(store, "a finished item's line is not as it was written", why);
        return -1;
    }
    memcpy(row->fingerprint.bytes, sqlite3_column_blob(s, 6), DIGEST_BYTES);
    return 1;
}

bool store_put_row(struct store *store, const struct store_row *row, int64_t *number,
                   struct error *why)
{
    sqlite3_stmt *put = store_prepare(store, SQL_PUT_ROW, why);
    sqlite3_stmt *line = store_prepare(store, SQL_PUT_LINE, why);
    if (put == NULL || line == NULL)
        return false;
    sqlite3_bind_text(put, 1, row->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 2, row->place);
    sqlite3_bind_int(put, 3, (int)row->state);
    sqlite3_bind_int64(put, 4, row->round);
    sqlite3_bind_text(put, 5, row->kind, -1, SQLITE_STATIC);
    sqlite3_bind_blob(put, 6, row->fingerprint.bytes, DIGEST_BYTES, SQLITE_STATIC);
    sqlite3_bind_text(put, 7, row->topic, -1, SQLITE_STATIC);
    if (!store_run(store, put, "write", why))
        return false;
    *number = sqlite3_last_insert_rowid(store->database);
    if (row->line == NULL)
        return true;
    sqlite3_bind_int64(line, 1, *number);
    sqlite3_bind_text(line, 2, row->line, -1, SQLITE_STATIC);
    sqlite3_bind_int(line, 3, (int)row->state);
    return store_run(store, line, "write", why);
}

bool store_take_row(struct store *store, const struct store_row *row, struct store *from,
                    struct error *why)
{
    int64_t number;
    struct call *calls = NULL;
    size_t count = 0;
    if (!store_put_row(store, row, &number, why) ||
        !store_mark_current(store, number, row->place, why) ||
        !store_load_calls(from, row->number, &calls, &count, why))
        return false;
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = good && store_copy_call(store, number, &calls[i], why);
        call_clear(&calls[i]);
    }
    free(calls);
    return good;
}

// Puts the rows of one statement into the other, column by column.
static bool copy_rows(sqlite3_stmt *rows, struct store *from, sqlite3_stmt *put,
                      struct store *store, struct error *why)
{
    bool good = rows != NULL && put != NULL;
    int got;
    while (good && (got = store_step(from, rows, "read", why)) != 0) {
        good = got == 1;
        for (int i = 0; good && i < sqlite3_column_count(rows); i++)
            sqlite3_bind_value(put, i + 1, sqlite3_column_value(rows, i));
        good = good && store_run(store, put, "write", why);
    }
    if (rows != NULL)
        sqlite3_reset(rows);
    return good;
}

bool store_take_files(struct store *store, struct store *from, struct error *why)
{
    return copy_rows(store_prepare(from, SQL_ALL_FILES, why), from,
                     store_prepare(store, SQL_PUT_FILE, why), store, why) &&
           copy_rows(store_prepare(from, SQL_ALL_FIGURES, why), from,
                     store_prepare(store, SQL_PUT_FIGURES, why), store, why);
}

bool store_take_sums(struct store *store, struct store *from, struct error *why)
{
    static const struct {
        enum store_statement rows, put;
    } tables[] = {{SQL_ALL_MINUTES, SQL_ADD_MINUTE},
                  {SQL_ALL_LATENCIES, SQL_ADD_LATENCY},
                  {SQL_ALL_LESSONS, SQL_JOIN_LESSONS},
                  {SQL_ALL_PROBES, SQL_JOIN_PROBE}};
    bool good = true;
    for (size_t i = 0; good && i < sizeof tables / sizeof *tables; i++)
        good = copy_rows(store_prepare(from, tables[i].rows, why), from,
                         store_prepare(store, tables[i].put, why), store, why);
    return good;
}

bool store_each_setting(struct store *store, store_take_setting *take, void *context,
                        struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_READ_SETTINGS, why);
    bool good = statement != NULL;
    int got;
    while (good && (got = store_step(store, statement, "read", why)) != 0)
        good = got == 1 && (sqlite3_column_int(statement, 2)
                                ? take(context, (const char *)sqlite3_column_text(statement, 0),
                                       (const char *)sqlite3_column_text(statement, 1), why)
                                : store_damaged(store, "a setting is not as it was written", why));
    if (statement != NULL)
        sqlite3_reset(statement);
    return good;
}
