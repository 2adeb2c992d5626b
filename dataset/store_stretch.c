#include "store_stretch.h"

#include "store_private.h"

#include <string.h>

static bool read_bytes(sqlite3_stmt *s, int column, struct buffer *out)
{
    return buffer_append(out, sqlite3_column_blob(s, column),
                         (size_t)sqlite3_column_bytes(s, column));
}

bool store_find_stretch(struct store *store, int64_t record, struct stretch *stretch,
                        struct digest *digest)
{
    sqlite3_stmt *s = store_prepare(store, SQL_FIND_STRETCH, NULL);
    if (s == NULL)
        return false;
    sqlite3_bind_int64(s, 1, record);
    bool found =
        store_step(store, s, "read", NULL) == 1 && sqlite3_column_bytes(s, 10) == DIGEST_BYTES;
    if (found) {
        stretch->record = record;
        stretch->line = sqlite3_column_int64(s, 0);
        stretch->records = sqlite3_column_int64(s, 1);
        stretch->lines = sqlite3_column_int64(s, 2);
        stretch->bytes = sqlite3_column_int64(s, 3);
        stretch->place = sqlite3_column_int64(s, 4);
        stretch->places = sqlite3_column_int64(s, 5);
        stretch->first_number = sqlite3_column_int64(s, 6);
        stretch->last_number = sqlite3_column_int64(s, 7);
        found = read_bytes(s, 8, &stretch->ids) && read_bytes(s, 9, &stretch->images);
        memcpy(digest->bytes, sqlite3_column_blob(s, 10), DIGEST_BYTES);
    }
    sqlite3_reset(s);
    return found;
}

// Rows of other places lie between them where images were made ready out of their order.
static bool read_row(struct stretch *stretch, sqlite3_stmt *s, bool *ended, struct error *why)
{
    int64_t place = sqlite3_column_int64(s, 1);
    if (place < stretch->place || place - stretch->place >= stretch->places)
        return true;
    struct digest fingerprint = {0};
    if (sqlite3_column_bytes(s, 3) == DIGEST_BYTES)
        memcpy(fingerprint.bytes, sqlite3_column_blob(s, 3), DIGEST_BYTES);
    int state = sqlite3_column_int(s, 2);
    *ended = *ended && state > ITEM_OPEN && state <= ITEM_UNKNOWN;
    return stretch_add_row(stretch, sqlite3_column_int64(s, 0), place, &fingerprint) ||
           error_set(why, ERR_MEMORY, "no memory for a stretch of the input");
}

bool store_read_stretch(struct store *store, struct stretch *stretch, bool *ended,
                        struct error *why)
{
    *ended = true;
    sqlite3_stmt *s = store_prepare(store, SQL_STRETCH_ROWS, why);
    if (s == NULL)
        return false;
    sqlite3_bind_int64(s, 1, stretch->first_number);
    sqlite3_bind_int64(s, 2, stretch->last_number);
    bool good = true;
    int got;
    while (good && *ended && (got = store_step(store, s, "read", why)) != 0)
        good = got == 1 && read_row(stretch, s, ended, why);
    sqlite3_reset(s);
    return good;
}

bool store_admit_stretch(struct store *store, const struct stretch *stretch, struct error *why)
{
    for (size_t i = 0; i < stretch->row_count; i++)
        if (!store_mark_current(store, stretch->rows[i].number, stretch->rows[i].place, why))
            return false;
    return true;
}

static bool far_apart(const struct stretch *stretch)
{
    int64_t rows = (int64_t)stretch->row_count;
    return rows > 0 && stretch->last_number - stretch->first_number >= 2 * rows + STRETCH_RECORDS;
}

bool store_put_stretch(struct store *store, struct stretch *stretch, struct error *why)
{
    sqlite3_stmt *s = store_prepare(store, SQL_PUT_STRETCH, why);
    if (s == NULL || far_apart(stretch))
        return s != NULL;
    struct digest digest = stretch_digest(stretch);
    const int64_t numbers[] = {stretch->line,         stretch->records,    stretch->lines,
                               stretch->bytes,        stretch->place,      stretch->places,
                               stretch->first_number, stretch->last_number};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    for (int i = 0; i < NUMBERS; i++)
        sqlite3_bind_int64(s, i + 1, numbers[i]);
    sqlite3_bind_blob64(s, 9, buffer_text(&stretch->ids), stretch->ids.length, SQLITE_STATIC);
    sqlite3_bind_blob64(s, 10, buffer_text(&stretch->images), stretch->images.length,
                        SQLITE_STATIC);
    sqlite3_bind_blob(s, 11, digest.bytes, DIGEST_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(s, 12, stretch->record);
    return store_run(store, s, "write", why);
}
