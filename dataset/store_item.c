// Items: admitted, finished, opened again, counted.
#include "store_private.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

const char *item_state_name(enum item_state state)
{
    switch (state) {
    case ITEM_OPEN:
        return "open";
    case ITEM_ACCEPTED:
        return "accepted";
    case ITEM_REJECTED:
        return "rejected";
    case ITEM_UNKNOWN:
        return "unknown";
    }
    return "";
}

struct row {
    int64_t number, place;
    enum item_state state;
    unsigned round;
    bool same_fingerprint;
};

static int find_row(struct store *store, const char *id, const struct digest *fingerprint,
                    struct row *row, struct error *why);
static bool add_row(struct store *store, const char *id, int64_t place,
                    const struct digest *fingerprint, struct row *row, struct error *why);
static bool update_row(struct store *store, int64_t place, const struct digest *fingerprint,
                       struct row *row, struct error *why);

bool store_admit_item(struct store *store, const char *id, int64_t place,
                      const struct digest *fingerprint, struct stored_item *item, struct error *why)
{
    struct row row;
    int found = find_row(store, id, fingerprint, &row, why);
    if (found < 0)
        return false;
    if (!(found > 0 ? update_row(store, place, fingerprint, &row, why)
                    : add_row(store, id, place, fingerprint, &row, why)) ||
        !store_mark_current(store, row.number, place, why))
        return false;
    *item = (struct stored_item){row.number, row.state, row.round};
    return true;
}

static int read_row(struct store *store, sqlite3_stmt *statement, const char *id,
                    const struct digest *fingerprint, struct row *row, struct error *why)
{
    sqlite3_bind_text(statement, 2, id, -1, SQLITE_STATIC);
    int got = store_step(store, statement, "read", why);
    if (got == 1) {
        row->number = sqlite3_column_int64(statement, 0);
        row->place = sqlite3_column_int64(statement, 1);
        row->state = (enum item_state)sqlite3_column_int(statement, 2);
        row->round = (unsigned)sqlite3_column_int64(statement, 3);
        row->same_fingerprint =
            sqlite3_column_bytes(statement, 4) == DIGEST_BYTES &&
            memcmp(sqlite3_column_blob(statement, 4), fingerprint->bytes, DIGEST_BYTES) == 0;
        sqlite3_reset(statement);
        if (row->state < ITEM_OPEN || row->state > ITEM_UNKNOWN) {
            store_damaged(store, "an item's state is none", why);
            return -1;
        }
    }
    return got;
}

// An input that is gone over again has its items in the order of their rows, so the next row is
// tried before the index of ids.
static int find_row(struct store *store, const char *id, const struct digest *fingerprint,
                    struct row *row, struct error *why)
{
    sqlite3_stmt *next = store_prepare(store, SQL_ITEM_AT, why);
    if (next == NULL)
        return -1;
    sqlite3_bind_int64(next, 1, store->last_number + 1);
    int got = read_row(store, next, id, fingerprint, row, why);
    if (got != 0)
        return got;
    sqlite3_stmt *by_id = store_prepare(store, SQL_FIND_ITEM, why);
    return by_id != NULL ? read_row(store, by_id, id, fingerprint, row, why) : -1;
}

static bool add_row(struct store *store, const char *id, int64_t place,
                    const struct digest *fingerprint, struct row *row, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_ADD_ITEM, why);
    if (statement == NULL || !store_note_change(store, why))
        return false;
    sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, place);
    sqlite3_bind_blob(statement, 3, fingerprint->bytes, DIGEST_BYTES, SQLITE_STATIC);
    if (!store_run(store, statement, "write", why))
        return false;
    *row = (struct row){sqlite3_last_insert_rowid(store->database), place, ITEM_OPEN, 0, true};
    return true;
}

static bool update_row(struct store *store, int64_t place, const struct digest *fingerprint,
                       struct row *row, struct error *why)
{
    if (row->same_fingerprint && row->place == place)
        return true;
    sqlite3_stmt *statement =
        store_prepare(store, row->same_fingerprint ? SQL_MOVE_ITEM : SQL_REOPEN_ITEM, why);
    if (statement == NULL || !store_note_change(store, why))
        return false;
    sqlite3_bind_int64(statement, 1, row->number);
    sqlite3_bind_int64(statement, 2, place);
    if (!row->same_fingerprint) {
        sqlite3_bind_blob(statement, 3, fingerprint->bytes, DIGEST_BYTES, SQLITE_STATIC);
        row->state = ITEM_OPEN;
    }
    return store_run(store, statement, "write", why);
}

bool store_mark_current(struct store *store, int64_t number, int64_t place, struct error *why)
{
    size_t byte = (size_t)number / 8;
    if (byte >= store->current_bytes) {
        size_t room = store->current_bytes > 0 ? store->current_bytes : 1024;
        while (room <= byte)
            room *= 2;
        unsigned char *current = realloc(store->current, room);
        if (current == NULL)
            return error_set(why, ERR_MEMORY, "no memory for %zu items", 8 * room);
        memset(current + store->current_bytes, 0, room - store->current_bytes);
        store->current = current;
        store->current_bytes = room;
    }
    store->current_count += (store->current[byte] >> (number % 8) & 1) == 0;
    store->current[byte] |= (unsigned char)(1u << (number % 8));
    store->last_number = number;
    store->in_order = store->in_order && place == number - 1;
    return true;
}

bool store_is_current(const struct store *store, int64_t number)
{
    size_t byte = (size_t)number / 8;
    return byte < store->current_bytes && (store->current[byte] >> (number % 8) & 1) != 0;
}

// Runs a change of one row.
static bool change_row(struct store *store, sqlite3_stmt *statement, int64_t number,
                       struct error *why)
{
    if (!store_note_change(store, why) || !store_run(store, statement, "write", why))
        return false;
    if (sqlite3_changes(store->database) == 1)
        return true;
    return error_set(why, ERR_INTERNAL, "the store has no item %lld", (long long)number);
}

bool store_retry_item(struct store *store, int64_t number, unsigned round, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_RETRY_ITEM, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_int64(statement, 2, round);
    return change_row(store, statement, number, why);
}

bool store_put_line(struct store *store, int64_t number, enum item_state state, const char *line,
                    struct error *why)
{
    sqlite3_stmt *put = store_prepare(store, SQL_PUT_LINE, why);
    if (put == NULL || !store_note_change(store, why))
        return false;
    sqlite3_bind_int64(put, 1, number);
    sqlite3_bind_text(put, 2, line, -1, SQLITE_STATIC);
    sqlite3_bind_int(put, 3, (int)state);
    return store_run(store, put, "write", why);
}

bool store_finish_item(struct store *store, int64_t number, enum item_state state, const char *kind,
                       const char *topic, const char *line, struct error *why)
{
    sqlite3_stmt *finish = store_prepare(store, SQL_FINISH_ITEM, why);
    if (finish == NULL)
        return false;
    sqlite3_bind_int64(finish, 1, number);
    sqlite3_bind_int(finish, 2, (int)state);
    sqlite3_bind_text(finish, 3, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(finish, 4, topic, -1, SQLITE_STATIC);
    if (!change_row(store, finish, number, why) || !store_put_line(store, number, state, line, why))
        return false;
    store_sum_item(store, state);
    return true;
}

bool store_end_input(struct store *store, struct error *why)
{
    sqlite3_stmt *last = store_prepare(store, SQL_LAST_NUMBER, why);
    if (last == NULL || store_step(store, last, "read", why) < 0)
        return false;
    int64_t rows = sqlite3_column_int64(last, 0);
    sqlite3_reset(last);
    if (rows == store->current_count) // the usual case, and no row need be looked at
        return true;
    sqlite3_stmt *placed = store_prepare(store, SQL_PLACED_ITEMS, why);
    sqlite3_stmt *move = store_prepare(store, SQL_MOVE_ITEM, why);
    bool good = placed != NULL && move != NULL;
    int got;
    while (good && (got = store_step(store, placed, "read", why)) != 0) {
        int64_t number = got == 1 ? sqlite3_column_int64(placed, 0) : 0;
        good = got == 1;
        if (!good || store_is_current(store, number))
            continue;
        sqlite3_bind_int64(move, 1, number);
        sqlite3_bind_int64(move, 2, -1);
        good = store_note_change(store, why) && store_run(store, move, "write", why);
    }
    if (placed != NULL)
        sqlite3_reset(placed);
    return good;
}

static bool count_row(struct store_count **counts, size_t *length, enum item_state state,
                      const char *kind, struct error *why)
{
    for (size_t i = 0; i < *length; i++) {
        struct store_count *count = &(*counts)[i];
        bool same_kind = count->kind == NULL || kind == NULL ? count->kind == kind
                                                             : strcmp(count->kind, kind) == 0;
        if (count->state == state && same_kind) {
            count->count++;
            return true;
        }
    }
    struct store_count *more = realloc(*counts, (*length + 1) * sizeof *more);
    char *copy = text_copy(kind);
    if (more != NULL)
        *counts = more;
    if (more == NULL || (kind != NULL && copy == NULL)) {
        free(copy);
        return error_set(why, ERR_MEMORY, "no memory for counts");
    }
    more[(*length)++] = (struct store_count){state, copy, 1};
    return true;
}

bool store_count_items(struct store *store, struct store_count **counts, size_t *length,
                       struct error *why)
{
    *counts = NULL;
    *length = 0;
    sqlite3_stmt *statement = store_prepare(store, SQL_ALL_ITEMS, why);
    if (statement == NULL)
        return false;
    int got;
    bool good = true;
    while (good && (got = store_step(store, statement, "read", why)) != 0)
        good = got == 1 &&
               (!store_is_current(store, sqlite3_column_int64(statement, 0)) ||
                count_row(counts, length, (enum item_state)sqlite3_column_int(statement, 1),
                          (const char *)sqlite3_column_text(statement, 2), why));
    sqlite3_reset(statement);
    if (good)
        return true;
    for (size_t i = 0; i < *length; i++)
        free((*counts)[i].kind);
    free(*counts);
    *counts = NULL;
    *length = 0;
    return false;
}
