// What `vqagen show` tells without reading every call: sums by minute, latencies, the slowest
// calls; and the small tables of probes and lessons.
#include "store_private.h"

#include "clock.h"

#include <stdio.h>
#include <string.h>

static struct store_minute *minute_find(struct store *store, int64_t minute, const char *endpoint);
static bool put_minutes(struct store *store, struct error *why);

void store_sum_call(struct store *store, int64_t item, const struct call *call)
{
    struct store_sums *sums = &store->sums;
    struct store_minute *minute =
        minute_find(store, call->when_ms / 60000, call->endpoint != NULL ? call->endpoint : "?");
    minute->replies += call->replied;
    minute->faults += !call->replied;
    minute->requests += call->attempts;
    if (call->attempts > 0) { // else they were spent by the call that was sent
        minute->input_tokens += call->input_tokens > 0 ? call->input_tokens : 0;
        minute->output_tokens += call->output_tokens > 0 ? call->output_tokens : 0;
    }
    minute->cost_nano += call->cost_nano > 0 ? call->cost_nano : 0;
    sums->changed = store->totals_changed = true;
    if (!call->replied)
        return;
    minute->latency_us += (long long)(call->latency_ms * 1000);
    sums->latencies[histogram_bucket(call->latency_ms)]++;
    store_note_slow(store, item, call);
}

void store_sum_item(struct store *store, enum item_state state)
{
    struct store_minute *minute = minute_find(store, clock_wall_ms() / 60000, "");
    minute->accepted += state == ITEM_ACCEPTED;
    minute->rejected += state == ITEM_REJECTED;
    minute->unknown += state == ITEM_UNKNOWN;
    store->sums.changed = store->totals_changed = true;
}

// Without room the rows go to the database. Should that fail, the last row gives way: what comes
// next is told of the fault.
static struct store_minute *minute_find(struct store *store, int64_t minute, const char *endpoint)
{
    struct store_sums *sums = &store->sums;
    for (size_t i = 0; i < sums->minute_count; i++)
        if (sums->minutes[i].minute == minute && strcmp(sums->minutes[i].endpoint, endpoint) == 0)
            return &sums->minutes[i];
    if (sums->minute_count == STORE_MINUTES)
        sums->minute_count = put_minutes(store, NULL) ? 0 : STORE_MINUTES - 1;
    struct store_minute *row = &sums->minutes[sums->minute_count++];
    *row = (struct store_minute){.minute = minute};
    snprintf(row->endpoint, sizeof row->endpoint, "%s", endpoint);
    return row;
}

void store_note_slow(struct store *store, int64_t item, const struct call *call)
{
    struct store_sums *sums = &store->sums;
    size_t at = call->replied ? sums->slow_count : STORE_SLOWEST;
    while (call->replied && at > 0 && sums->slowest[at - 1].latency_ms < call->latency_ms)
        at--;
    if (at == STORE_SLOWEST)
        return;
    if (sums->slow_count < STORE_SLOWEST)
        sums->slow_count++;
    memmove(&sums->slowest[at + 1], &sums->slowest[at],
            (sums->slow_count - at - 1) * sizeof *sums->slowest);
    sums->slowest[at] = (struct store_slow){item, (int)call->step, call->latency_ms};
    sums->slow_changed = sums->changed = true;
}

static bool put_minutes(struct store *store, struct error *why)
{
    const struct store_sums *sums = &store->sums;
    for (size_t i = 0; i < sums->minute_count; i++) {
        const struct store_minute *row = &sums->minutes[i];
        sqlite3_stmt *s = store_prepare(store, SQL_ADD_MINUTE, why);
        if (s == NULL)
            return false;
        const int64_t numbers[] = {
            row->replies, row->faults,       row->requests,      row->accepted,  row->rejected,
            row->unknown, row->input_tokens, row->output_tokens, row->cost_nano, row->latency_us};
        sqlite3_bind_int64(s, 1, row->minute);
        sqlite3_bind_text(s, 2, row->endpoint, -1, SQLITE_STATIC);
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
            sqlite3_bind_int64(s, (int)n + 3, numbers[n]);
        if (!store_run(store, s, "write", why))
            return false;
    }
    return true;
}

static bool put_latencies(struct store *store, struct error *why)
{
    sqlite3_stmt *s = store_prepare(store, SQL_ADD_LATENCY, why);
    for (int i = 0; s != NULL && i < HISTOGRAM_BUCKETS; i++) {
        if (store->sums.latencies[i] == 0)
            continue;
        sqlite3_bind_int(s, 1, i);
        sqlite3_bind_int64(s, 2, store->sums.latencies[i]);
        if (!store_run(store, s, "write", why))
            return false;
    }
    return s != NULL;
}

static bool put_slowest(struct store *store, struct error *why)
{
    sqlite3_stmt *clear = store_prepare(store, SQL_CLEAR_SLOWEST, why);
    sqlite3_stmt *put = store_prepare(store, SQL_PUT_SLOWEST, why);
    if (clear == NULL || put == NULL || !store_run(store, clear, "write", why))
        return false;
    for (size_t i = 0; i < store->sums.slow_count; i++) {
        const struct store_slow *slow = &store->sums.slowest[i];
        sqlite3_bind_int64(put, 1, slow->item);
        sqlite3_bind_int(put, 2, slow->step);
        sqlite3_bind_double(put, 3, slow->latency_ms);
        if (!store_run(store, put, "write", why))
            return false;
    }
    return true;
}

// Within the open transaction, or in one of its own.
bool store_put_sums(struct store *store, struct error *why)
{
    struct store_sums *sums = &store->sums;
    if (!sums->changed)
        return true;
    bool own = !store->in_transaction;
    if (own && !store_begin(store, why))
        return false;
    sums->changed = false;
    store->totals_changed = true; // what was kept of them there is gone with the same transaction
    sums->written_ms = clock_now_ms();
    bool good = put_minutes(store, why) && put_latencies(store, why) &&
                (!sums->slow_changed || put_slowest(store, why));
    sums->minute_count = 0;
    memset(sums->latencies, 0, sizeof sums->latencies);
    sums->slow_changed = false;
    return own ? store_commit(store, why) && good : good;
}

static bool read_slowest(struct store *store, struct error *why)
{
    sqlite3_stmt *s = store_prepare(store, SQL_READ_SLOWEST, why);
    int got = -1;
    while (s != NULL && (got = store_step(store, s, "read", why)) == 1) {
        if (store->sums.slow_count < STORE_SLOWEST)
            store->sums.slowest[store->sums.slow_count++] = (struct store_slow){
                sqlite3_column_int64(s, 0), sqlite3_column_int(s, 1), sqlite3_column_double(s, 2)};
    }
    return got == 0;
}

bool store_read_sums(struct store *store, struct error *why)
{
    struct store_sums *sums = &store->sums;
    *sums = (struct store_sums){.written_ms = sums->written_ms, .packed = sums->packed};
    sqlite3_stmt *s = store_prepare(store, SQL_READ_UNSUMMED, why);
    if (s == NULL || !read_slowest(store, why))
        return false;
    int got = store_step(store, s, "read", why);
    if (got == 1) {
        store_unpack_sums(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0), sums);
        sqlite3_reset(s);
    }
    return got >= 0;
}

// Tables of the connection's own go before those of the database.
bool store_complete_sums(struct store *store, struct error *why)
{
    static const char copies[] =
        "CREATE TEMP TABLE minutes AS SELECT * FROM main.minutes;"
        "CREATE UNIQUE INDEX temp.one_minute ON minutes (minute, endpoint);"
        "CREATE TEMP TABLE latencies AS SELECT * FROM main.latencies;"
        "CREATE UNIQUE INDEX temp.one_latency ON latencies (bucket);"
        "CREATE TEMP TABLE slowest AS SELECT * FROM main.slowest;";
    struct store_sums *sums = &store->sums;
    bool good = store_read_sums(store, why) &&
                (!sums->changed ||
                 (store_run_text(store, copies, why) && put_minutes(store, why) &&
                  put_latencies(store, why) && (!sums->slow_changed || put_slowest(store, why))));
    sums->changed = false; // nothing of it is to be written
    return good;
}

bool store_find_probe(struct store *store, const char *endpoint, const char *model)
{
    sqlite3_stmt *s = store_prepare(store, SQL_FIND_PROBE, NULL);
    if (s == NULL)
        return false;
    sqlite3_bind_text(s, 1, endpoint, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, model, -1, SQLITE_STATIC);
    int got = store_step(store, s, "read", NULL);
    sqlite3_reset(s);
    return got == 1;
}

bool store_put_probe(struct store *store, const char *endpoint, const char *model,
                     const char *verdict, struct error *why)
{
    sqlite3_stmt *s = store_prepare(store, SQL_PUT_PROBE, why);
    if (s == NULL)
        return false;
    sqlite3_bind_text(s, 1, endpoint, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, model, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, verdict, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, clock_wall_ms());
    return store_run(store, s, "write", why);
}
