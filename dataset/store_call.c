// Calls, and the sums over them.
#include "store_private.h"
#include "store_row.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

static bool replace_call(struct store *store, int64_t number, const struct call *call,
                         struct error *why);
static void add_totals(struct store *store, const struct call *call);

static bool insert_call(struct store *store, int64_t number, const struct call *call,
                        unsigned attempts, struct error *why)
{
    sqlite3_stmt *s = store_prepare(store, SQL_ADD_CALL, why);
    if (s == NULL)
        return false;
    const int64_t integers[] = {call->step,
                                call->try_number,
                                call->repeat,
                                call->round,
                                call->replied,
                                call->http_status,
                                call->input_tokens,
                                call->cached_tokens,
                                call->output_tokens,
                                call->reasoning_tokens,
                                attempts};
    const int64_t later[] = {call->cache_write_tokens, call->image_tokens, call->image_estimated,
                             call->cost_nano};
    const char *const texts[] = {call->finish,  call->model, call->kind,     call->endpoint,
                                 call->message, call->text,  call->reasoning};
    sqlite3_bind_int64(s, 1, number);
    sqlite3_bind_blob(s, 2, call->key.bytes, DIGEST_BYTES, SQLITE_STATIC);
    int at = 3;
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++)
        sqlite3_bind_int64(s, at++, integers[i]);
    sqlite3_bind_double(s, at++, call->latency_ms);
    sqlite3_bind_int64(s, at++, call->when_ms);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        sqlite3_bind_text(s, at++, texts[i], -1, SQLITE_STATIC);
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        sqlite3_bind_int64(s, at++, later[i]);
    sqlite3_bind_double(s, at, call->first_token_ms);
    return store_run(store, s, "write", why);
}

bool store_copy_call(struct store *store, int64_t number, const struct call *call,
                     struct error *why)
{
    store_note_slow(store, number, call);
    return insert_call(store, number, call, call->attempts, why);
}

bool store_add_call(struct store *store, int64_t number, const struct call *call, struct error *why)
{
    if (!insert_call(store, number, call, call->attempts, why))
        return false;
    if (sqlite3_changes(store->database) == 0)
        return replace_call(store, number, call, why);
    add_totals(store, call);
    store_sum_call(store, number, call);
    return store->in_transaction || store_put_totals(store, why);
}

// The call is there already. A reply stays, whatever comes later; a fault gives way, and the
// requests that it took are added.
static bool replace_call(struct store *store, int64_t number, const struct call *call,
                         struct error *why)
{
    sqlite3_stmt *find = store_prepare(store, SQL_HAS_REPLY, why);
    sqlite3_stmt *drop = store_prepare(store, SQL_DROP_CALL, why);
    if (find == NULL || drop == NULL)
        return false;
    sqlite3_bind_int64(find, 1, number);
    sqlite3_bind_blob(find, 2, call->key.bytes, DIGEST_BYTES, SQLITE_STATIC);
    if (store_step(store, find, "read", why) != 1)
        return error_set(why, ERR_INTERNAL, "a call is stored and cannot be found");
    bool replied = sqlite3_column_int(find, 0) != 0;
    struct call old = {.attempts = (unsigned)sqlite3_column_int64(find, 1)};
    sqlite3_reset(find);
    if (replied)
        return true;
    sqlite3_bind_int64(drop, 1, number);
    sqlite3_bind_blob(drop, 2, call->key.bytes, DIGEST_BYTES, SQLITE_STATIC);
    if (!store_run(store, drop, "write", why) ||
        !insert_call(store, number, call, call->attempts + old.attempts, why))
        return false;
    store->totals.calls--;
    store->totals.faults--;
    add_totals(store, call);
    store_sum_call(store, number, call);
    return store->in_transaction || store_put_totals(store, why);
}

static void add_tokens(long long *sum, long long tokens)
{
    if (tokens > 0)
        *sum += tokens;
}

static void add_totals(struct store *store, const struct call *call)
{
    struct store_totals *totals = &store->totals;
    totals->calls++;
    totals->requests += call->attempts;
    totals->replies += call->replied;
    totals->faults += !call->replied;
    store->totals_changed = true;
    if (call->attempts == 0) // its tokens were spent by the call that was sent
        return;
    add_tokens(&totals->input_tokens, call->input_tokens);
    add_tokens(&totals->cached_tokens, call->cached_tokens);
    add_tokens(&totals->output_tokens, call->output_tokens);
    add_tokens(&totals->reasoning_tokens, call->reasoning_tokens);
    add_tokens(&totals->cache_write_tokens, call->cache_write_tokens);
    add_tokens(&totals->image_tokens, call->image_tokens);
    add_tokens(&totals->images_estimated, call->image_estimated ? call->image_tokens : 0);
    add_tokens(&totals->cost_nano, call->cost_nano);
    totals->unpriced += call->replied && call->cost_nano < 0;
}

static long long *total_at(struct store_totals *totals, int index)
{
    long long *const fields[] = {
        &totals->calls,         &totals->requests,         &totals->replies,
        &totals->faults,        &totals->input_tokens,     &totals->cached_tokens,
        &totals->output_tokens, &totals->reasoning_tokens, &totals->cache_write_tokens,
        &totals->image_tokens,  &totals->images_estimated, &totals->cost_nano,
        &totals->other_nano,    &totals->unpriced};
    return fields[index];
}
enum { TOTAL_COUNT = 14 };

bool store_read_totals(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_READ_TOTALS, why);
    int got = statement != NULL ? store_step(store, statement, "read", why) : -1;
    if (got == 0)
        error_set(why, ERR_DISK, "%s is damaged: it has no totals; give another -o DIR",
                  store->path);
    if (got != 1)
        return false;
    for (int i = 0; i < TOTAL_COUNT; i++)
        *total_at(&store->totals, i) = sqlite3_column_int64(statement, i);
    sqlite3_reset(statement);
    return true;
}

bool store_put_totals(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_PUT_TOTALS, why);
    if (statement == NULL)
        return false;
    for (int i = 0; i < TOTAL_COUNT; i++)
        sqlite3_bind_int64(statement, i + 1, *total_at(&store->totals, i));
    struct buffer *packed = &store->sums.packed;
    store_pack_sums(&store->sums, packed);
    if (packed->length > 0)
        sqlite3_bind_blob(statement, TOTAL_COUNT + 1, packed->data, (int)packed->length,
                          SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, TOTAL_COUNT + 1);
    store->totals_changed = false;
    return store_run(store, statement, "write", why);
}

bool store_add_totals(struct store *store, const struct store_totals *totals, struct error *why)
{
    struct store_totals more = *totals;
    for (int i = 0; i < TOTAL_COUNT; i++)
        *total_at(&store->totals, i) += *total_at(&more, i);
    store->totals_changed = true;
    return store->in_transaction || store_put_totals(store, why);
}

bool store_totals(struct store *store, struct store_totals *totals, struct error *why)
{
    (void)why;
    *totals = store->totals;
    return true;
}

bool store_add_cost(struct store *store, long long cost_nano, struct error *why)
{
    store->totals.other_nano += cost_nano;
    store->totals_changed = true;
    return store->in_transaction || store_put_totals(store, why);
}

// NULL in the table is NULL here. False: no memory.
static bool copy_column(sqlite3_stmt *statement, int column, char **text)
{
    *text = text_copy((const char *)sqlite3_column_text(statement, column));
    return *text != NULL || sqlite3_column_type(statement, column) == SQLITE_NULL;
}

bool store_read_call(sqlite3_stmt *s, struct call *call)
{
    *call = (struct call){.step = (enum call_step)sqlite3_column_int(s, 1),
                          .try_number = (unsigned)sqlite3_column_int64(s, 2),
                          .repeat = (unsigned)sqlite3_column_int64(s, 3),
                          .round = (unsigned)sqlite3_column_int64(s, 4),
                          .replied = sqlite3_column_int(s, 5) != 0,
                          .http_status = sqlite3_column_int(s, 6),
                          .input_tokens = sqlite3_column_int64(s, 7),
                          .cached_tokens = sqlite3_column_int64(s, 8),
                          .output_tokens = sqlite3_column_int64(s, 9),
                          .reasoning_tokens = sqlite3_column_int64(s, 10),
                          .attempts = (unsigned)sqlite3_column_int64(s, 11),
                          .latency_ms = sqlite3_column_double(s, 12),
                          .when_ms = sqlite3_column_int64(s, 13),
                          .cache_write_tokens = sqlite3_column_int64(s, 21),
                          .image_tokens = sqlite3_column_int64(s, 22),
                          .image_estimated = sqlite3_column_int(s, 23) != 0,
                          .cost_nano = sqlite3_column_int64(s, 24),
                          .first_token_ms = sqlite3_column_double(s, 25)};
    if (sqlite3_column_bytes(s, 0) == DIGEST_BYTES)
        memcpy(call->key.bytes, sqlite3_column_blob(s, 0), DIGEST_BYTES);
    char **const texts[] = {&call->finish,  &call->model, &call->kind,     &call->endpoint,
                            &call->message, &call->text,  &call->reasoning};
    bool good = true;
    for (int i = 0; i < 7; i++)
        good = copy_column(s, 14 + i, texts[i]) && good;
    return good;
}

static bool take_call(struct store *store, sqlite3_stmt *statement, struct call **calls,
                      size_t *count, struct error *why)
{
    if (!sqlite3_column_int(statement, 26))
        return store_damaged(store, "a stored reply is not as it was written", why);
    struct call *more = realloc(*calls, (*count + 1) * sizeof *more);
    if (more != NULL)
        *calls = more;
    return (more != NULL && store_read_call(statement, &more[(*count)++])) ||
           error_set(why, ERR_MEMORY, "no memory for stored calls");
}

bool store_load_calls(struct store *store, int64_t number, struct call **calls, size_t *count,
                      struct error *why)
{
    *calls = NULL;
    *count = 0;
    sqlite3_stmt *statement = store_prepare(store, SQL_CALLS_OF, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    int got;
    bool good = true;
    while (good && (got = store_step(store, statement, "read", why)) != 0)
        good = got == 1 && take_call(store, statement, calls, count, why);
    sqlite3_reset(statement);
    if (good)
        return true;
    for (size_t i = 0; i < *count; i++)
        call_clear(&(*calls)[i]);
    free(*calls);
    *calls = NULL;
    *count = 0;
    return false;
}
