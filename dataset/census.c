#include "census.h"

#include "store_private.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

// One statement, and what is made of each of its rows. False: no memory.
typedef bool take_row(struct census *census, sqlite3_stmt *row);

static bool take_item(struct census *census, sqlite3_stmt *row);
static bool take_totals(struct census *census, sqlite3_stmt *row);
static bool take_minute(struct census *census, sqlite3_stmt *row);
static bool take_endpoint(struct census *census, sqlite3_stmt *row);
static bool take_latency(struct census *census, sqlite3_stmt *row);
static bool take_slow(struct census *census, sqlite3_stmt *row);
static bool take_lesson(struct census *census, sqlite3_stmt *row);
static bool take_probe(struct census *census, sqlite3_stmt *row);

static const struct query {
    const char *sql;
    take_row *take;
} queries[] = {
    {"SELECT state, kind, topic, count(*) FROM items WHERE place >= 0 GROUP BY 1, 2, 3", take_item},
    {"SELECT calls, requests, replies, faults, input_tokens, cached_tokens, output_tokens,"
     " reasoning_tokens, cache_write_tokens, image_tokens, images_estimated, cost_nano, other_nano,"
     " unpriced FROM totals",
     take_totals},
    {"SELECT minute, NULL, sum(replies), sum(faults), sum(requests),"
     " sum(accepted + rejected + unknown), sum(input_tokens), sum(output_tokens), sum(cost_nano),"
     " sum(latency_us) FROM minutes GROUP BY minute ORDER BY minute",
     take_minute},
    {"SELECT 0, endpoint, sum(replies), sum(faults), sum(requests),"
     " sum(accepted + rejected + unknown), sum(input_tokens), sum(output_tokens), sum(cost_nano),"
     " sum(latency_us) FROM minutes WHERE endpoint <> '' GROUP BY endpoint ORDER BY sum(replies)"
     " DESC",
     take_endpoint},
    {"SELECT bucket, count FROM latencies", take_latency},
    {"SELECT i.id, s.step, s.latency_ms FROM slowest s JOIN items i ON i.number = s.item"
     " ORDER BY s.latency_ms DESC",
     take_slow},
    {"SELECT endpoint, model, words FROM lessons ORDER BY 1, 2", take_lesson},
    {"SELECT endpoint, model, verdict FROM probes ORDER BY 1, 2", take_probe},
};

static bool run_query(struct store *store, struct census *census, const struct query *query,
                      struct error *why);
static int more_first(const void *a, const void *b);

static bool begin(struct store *store, struct error *why)
{
    return sqlite3_exec(store->database, "PRAGMA temp_store = MEMORY; BEGIN", NULL, NULL, NULL) ==
               SQLITE_OK ||
           store_fail(store, "read", why);
}

bool census_take(struct store *store, struct census *census, struct error *why)
{
    *census = (struct census){0};
    // One transaction: a run that goes on meanwhile does not change what is counted.
    if (!store_check_readable(store, why) || !begin(store, why))
        return false;
    bool good = store_complete_sums(store, why);
    for (size_t i = 0; good && i < sizeof queries / sizeof queries[0]; i++)
        good = run_query(store, census, &queries[i], why);
    sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL);
    if (!good) {
        census_clear(census);
        return false;
    }
    if (census->topics.count > 0)
        qsort(census->topics.list, census->topics.count, sizeof *census->topics.list, more_first);
    if (census->kinds.count > 0)
        qsort(census->kinds.list, census->kinds.count, sizeof *census->kinds.list, more_first);
    return true;
}

static void clear_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

static void clear_counts(struct census_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++)
        free(counts->list[i].name);
    free(counts->list);
}

static void clear_sums(struct census_sums *sums)
{
    for (size_t i = 0; i < sums->count; i++)
        free(sums->list[i].name);
    free(sums->list);
}

void census_clear(struct census *census)
{
    clear_counts(&census->topics);
    clear_counts(&census->kinds);
    clear_sums(&census->minutes);
    clear_sums(&census->endpoints);
    for (size_t i = 0; i < census->slow_count; i++)
        free(census->slowest[i].item);
    clear_texts(census->lessons, census->lesson_count);
    clear_texts(census->probes, census->probe_count);
    *census = (struct census){0};
}

static bool run_query(struct store *store, struct census *census, const struct query *query,
                      struct error *why)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, query->sql, -1, &statement, NULL) != SQLITE_OK)
        return store_fail(store, "read", why);
    int code;
    bool good = true;
    while (good && (code = sqlite3_step(statement)) != SQLITE_DONE) {
        good = code == SQLITE_ROW;
        if (!good)
            store_fail(store, "read", why);
        else if (!(good = query->take(census, statement)))
            error_set(why, ERR_MEMORY, "no memory to count what is in %s", store->path);
    }
    sqlite3_finalize(statement);
    return good;
}

static long long all_of(const struct census_count *count)
{
    long long all = 0;
    for (int i = 0; i < CENSUS_STATES; i++)
        all += count->by_state[i];
    return all;
}

static int more_first(const void *a, const void *b)
{
    const struct census_count *x = a, *y = b;
    long long left = all_of(x), right = all_of(y);
    return left != right ? (left < right) - (left > right) : strcmp(x->name, y->name);
}

static bool add_count(struct census_counts *counts, const char *name, int state, long long more)
{
    for (size_t i = 0; i < counts->count; i++)
        if (strcmp(counts->list[i].name, name) == 0) {
            counts->list[i].by_state[state] += more;
            return true;
        }
    struct census_count *list = realloc(counts->list, (counts->count + 1) * sizeof *list);
    if (list == NULL)
        return false;
    counts->list = list;
    list[counts->count] = (struct census_count){.name = text_copy(name)};
    list[counts->count].by_state[state] = more;
    return list[counts->count++].name != NULL;
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? text : "";
}

static bool take_item(struct census *census, sqlite3_stmt *row)
{
    int state = sqlite3_column_int(row, 0);
    const char *kind = text_at(row, 1), *topic = text_at(row, 2);
    long long count = sqlite3_column_int64(row, 3);
    if (state < 0 || state >= CENSUS_STATES)
        return true;
    census->items += count;
    census->by_state[state] += count;
    // An open item has no topic before its question is drafted.
    if (state != ITEM_OPEN &&
        !add_count(&census->topics, *topic != '\0' ? topic : "-", state, count))
        return false;
    return *kind == '\0' || state == ITEM_OPEN || add_count(&census->kinds, kind, state, count);
}

static bool take_totals(struct census *census, sqlite3_stmt *row)
{
    long long *const fields[] = {&census->totals.calls,
                                 &census->totals.requests,
                                 &census->totals.replies,
                                 &census->totals.faults,
                                 &census->totals.input_tokens,
                                 &census->totals.cached_tokens,
                                 &census->totals.output_tokens,
                                 &census->totals.reasoning_tokens,
                                 &census->totals.cache_write_tokens,
                                 &census->totals.image_tokens,
                                 &census->totals.images_estimated,
                                 &census->totals.cost_nano,
                                 &census->totals.other_nano,
                                 &census->totals.unpriced};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        *fields[i] = sqlite3_column_int64(row, (int)i);
    return true;
}

static bool add_sum(struct census_sums *sums, sqlite3_stmt *row)
{
    struct census_sum *list = realloc(sums->list, (sums->count + 1) * sizeof *list);
    if (list == NULL)
        return false;
    sums->list = list;
    const char *name = (const char *)sqlite3_column_text(row, 1);
    list[sums->count++] =
        (struct census_sum){.minute = sqlite3_column_int64(row, 0),
                            .name = text_copy(name),
                            .replies = sqlite3_column_int64(row, 2),
                            .faults = sqlite3_column_int64(row, 3),
                            .requests = sqlite3_column_int64(row, 4),
                            .items = sqlite3_column_int64(row, 5),
                            .input_tokens = sqlite3_column_int64(row, 6),
                            .output_tokens = sqlite3_column_int64(row, 7),
                            .cost_nano = sqlite3_column_int64(row, 8),
                            .latency_ms = (double)sqlite3_column_int64(row, 9) / 1000};
    return name == NULL || list[sums->count - 1].name != NULL;
}

static bool take_minute(struct census *census, sqlite3_stmt *row)
{
    return add_sum(&census->minutes, row);
}

static bool take_endpoint(struct census *census, sqlite3_stmt *row)
{
    return add_sum(&census->endpoints, row);
}

static bool take_latency(struct census *census, sqlite3_stmt *row)
{
    int bucket = sqlite3_column_int(row, 0);
    if (bucket >= 0 && bucket < HISTOGRAM_BUCKETS)
        census->latencies[bucket] = sqlite3_column_int64(row, 1);
    return true;
}

static bool take_slow(struct census *census, sqlite3_stmt *row)
{
    if (census->slow_count == CENSUS_SLOWEST)
        return true;
    struct census_slow *slow = &census->slowest[census->slow_count++];
    *slow = (struct census_slow){.item = text_copy(text_at(row, 0)),
                                 .step = (enum call_step)sqlite3_column_int(row, 1),
                                 .latency_ms = sqlite3_column_double(row, 2)};
    return slow->item != NULL;
}

// "endpoint, model: what"
static bool add_text(char ***texts, size_t *count, sqlite3_stmt *row)
{
    struct buffer text;
    buffer_init(&text, 1 << 20);
    buffer_append_format(&text, "%s, %s: ", text_at(row, 0), text_at(row, 1));
    buffer_append_text(&text, text_at(row, 2));
    char *whole = buffer_take(&text);
    char **list = whole != NULL ? realloc(*texts, (*count + 1) * sizeof *list) : NULL;
    if (list == NULL) {
        free(whole);
        return false;
    }
    *texts = list;
    list[(*count)++] = whole;
    return true;
}

static bool take_lesson(struct census *census, sqlite3_stmt *row)
{
    return add_text(&census->lessons, &census->lesson_count, row);
}

static bool take_probe(struct census *census, sqlite3_stmt *row)
{
    return add_text(&census->probes, &census->probe_count, row);
}
