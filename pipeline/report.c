#include "report.h"

#include "clock.h"
#include "file.h"
#include "json.h"
#include "learn.h"
#include "memory.h"
#include "provider.h"
#include "spending.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

// Whether an item of this kind was rejected before any model was asked.
static bool is_of_input(const char *kind)
{
    static const char *const kinds[] = {"bad_record", "image_unusable", "image_too_large"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kind != NULL && strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

// What became of the items, by state and kind; owned.
struct counts {
    struct store_count *list;
    size_t length;
};

static void counts_clear(struct counts *counts)
{
    for (size_t i = 0; i < counts->length; i++)
        free(counts->list[i].kind);
    free(counts->list);
}

static void summarize(struct run *run, const struct counts *counts, struct run_summary *summary,
                      const struct error *why)
{
    const struct progress *progress = &run->progress;
    for (size_t i = 0; i < counts->length; i++) {
        const struct store_count *count = &counts->list[i];
        long long *fields[] = {[ITEM_OPEN] = &summary->open,
                               [ITEM_ACCEPTED] = &summary->accepted,
                               [ITEM_REJECTED] = &summary->rejected,
                               [ITEM_UNKNOWN] = &summary->unknown};
        *fields[count->state] += count->count;
        if (count->state == ITEM_REJECTED && screen_is_kind(count->kind))
            summary->screened += count->count;
        if (count->state == ITEM_REJECTED && is_of_input(count->kind))
            summary->unusable += count->count;
    }
    // The store does not know yet the items whose image was not looked at before the run ended.
    summary->items = progress->items;
    summary->open = progress->items - summary->accepted - summary->rejected - summary->unknown;
    summary->calls = progress->calls;
    summary->requests = progress->requests;
    summary->retries = progress->retries;
    spending_tell(run, summary->cost, sizeof summary->cost);
    learn_tell_all(&run->upstreams, summary->learned, sizeof summary->learned);
    summary->exit_code = error_exit_code(why->kind);
    if (summary->exit_code == 0 && summary->rejected - summary->screened + summary->unknown > 0)
        summary->exit_code = error_exit_code(ERR_ITEMS);
}

static void write_counts(const struct counts *counts, const struct run_summary *summary,
                         struct buffer *out)
{
    json_write_name(out, "items");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "total", summary->items);
    json_write_integer_field(out, "accepted", summary->accepted);
    json_write_integer_field(out, "rejected", summary->rejected);
    json_write_integer_field(out, "screened", summary->screened);
    json_write_integer_field(out, "unknown", summary->unknown);
    json_write_integer_field(out, "open", summary->open);
    buffer_append_char(out, '}');
    json_write_name(out, "failures");
    buffer_append_char(out, '{');
    for (size_t i = 0; i < counts->length; i++)
        if (counts->list[i].kind != NULL && counts->list[i].state != ITEM_ACCEPTED)
            json_write_integer_field(out, counts->list[i].kind, counts->list[i].count);
    buffer_append_char(out, '}');
}

// Images, each counted once however many records name it.
static void write_screening(const struct screening *screening, struct buffer *out)
{
    if (screening == NULL)
        return;
    json_write_name(out, "screening");
    buffer_append_char(out, '{');
    for (int i = 0; i < SCREEN_FINDINGS; i++)
        json_write_integer_field(out, screen_finding_name((enum screen_finding)i),
                                 (long long)screening_count(screening, (enum screen_finding)i));
    buffer_append_char(out, '}');
}

static void write_totals(struct store *store, struct buffer *out, struct error *fault)
{
    struct store_totals totals = {0};
    store_totals(store, &totals, fault);
    json_write_name(out, "all_runs");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "calls", totals.calls);
    json_write_integer_field(out, "requests", totals.requests);
    json_write_integer_field(out, "replies", totals.replies);
    json_write_integer_field(out, "faults", totals.faults);
    json_write_integer_field(out, "input_tokens", totals.input_tokens);
    json_write_integer_field(out, "cached_tokens", totals.cached_tokens);
    json_write_integer_field(out, "output_tokens", totals.output_tokens);
    json_write_integer_field(out, "reasoning_tokens", totals.reasoning_tokens);
    json_write_integer_field(out, "cache_write_tokens", totals.cache_write_tokens);
    json_write_integer_field(out, "image_tokens", totals.image_tokens);
    json_write_integer_field(out, "image_tokens_estimated", totals.images_estimated);
    json_write_real_field(out, "cost_usd", (double)(totals.cost_nano + totals.other_nano) / 1e9);
    json_write_real_field(out, "cost_beside_replies_usd", (double)totals.other_nano / 1e9);
    json_write_integer_field(out, "replies_without_price", totals.unpriced);
    buffer_append_char(out, '}');
}

// The mean and some percentiles of what was measured of the calls; null without any.
static void write_times(const char *name, long long count, double sum_ms,
                        const long long counts[HISTOGRAM_BUCKETS], struct buffer *out)
{
    json_write_name(out, name);
    if (count == 0) {
        buffer_append_text(out, "null");
        return;
    }
    buffer_append_char(out, '{');
    json_write_name(out, "mean");
    buffer_append_format(out, "%.1f", sum_ms / (double)count);
    histogram_write(counts, out);
    buffer_append_char(out, '}');
}

// Endpoints that were away, and the calls that looked whether they were back.
static void write_outages(const struct run *run, struct buffer *out)
{
    long long count = 0, probes = 0;
    int64_t away_ms = 0;
    for (size_t i = 0; i < run->upstreams.count; i++) {
        const struct breaker *breaker = &run->upstreams.list[i].breaker;
        count += breaker->count;
        probes += breaker->probes;
        away_ms += breaker->away_ms + breaker_away_ms(breaker, clock_now_ms());
    }
    json_write_name(out, "outages");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "count", count);
    json_write_name(out, "seconds");
    buffer_append_format(out, "%.3f", (double)away_ms / 1e3);
    json_write_integer_field(out, "probes", probes);
    buffer_append_char(out, '}');
}

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

// What each endpoint did, and how many calls it was given at once, and why so many.
static void write_endpoints(const struct run *run, struct buffer *out)
{
    json_write_name(out, "endpoints");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < run->upstreams.count; i++) {
        const struct upstream *upstream = &run->upstreams.list[i];
        const struct upstream_counts *counts = &upstream->counts;
        if (i > 0)
            buffer_append_char(out, ',');
        buffer_append_char(out, '{');
        json_write_string_field(out, "name", upstream->label);
        json_write_string_field(out, "provider", upstream->endpoint.provider->name);
        json_write_string_field(out, "model", upstream->endpoint.model);
        json_write_integer_field(out, "weight", upstream->weight);
        json_write_string_field(out, "role", upstream->fallback ? "fallback" : "primary");
        json_write_integer_field(out, "requests", counts->requests);
        json_write_integer_field(out, "replies", counts->replies);
        json_write_integer_field(out, "faults", counts->faults);
        json_write_integer_field(out, "refusals", upstream->pace.refusals);
        json_write_name(out, "mean_latency_ms");
        if (counts->replies > 0)
            buffer_append_format(out, "%.1f", counts->latency_sum_ms / (double)counts->replies);
        else
            buffer_append_text(out, "null");
        json_write_bool_field(out, "concurrency_auto", upstream->pace.automatic);
        json_write_integer_field(out, "concurrency", upstream->pace.limit);
        json_write_string_field(out, "concurrency_because",
                                pace_reason_text(upstream->pace.reason));
        json_write_string_field(out, "left_out_because",
                                upstream->lost ? upstream->lost_why.message : NULL);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void write_this_run(struct run *run, struct buffer *out)
{
    const struct progress *progress = &run->progress;
    int64_t elapsed_ms = clock_now_ms() - progress->begun_ms;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    json_write_name(out, "this_run");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "finished_before", progress->done_before);
    json_write_integer_field(out, "finished_unread", progress->unread);
    json_write_integer_field(out, "accepted", progress->accepted);
    json_write_integer_field(out, "rejected", progress->rejected);
    json_write_integer_field(out, "unknown", progress->unknown);
    json_write_integer_field(out, "calls", progress->calls);
    json_write_integer_field(out, "requests", progress->requests);
    json_write_integer_field(out, "retries", progress->retries);
    json_write_integer_field(out, "shared_calls", progress->shared);
    json_write_integer_field(out, "faults", progress->faults);
    json_write_integer_field(out, "most_in_flight", progress->most_in_flight);
    json_write_integer_field(out, "images_prepared", (long long)run->payload_made);
    json_write_integer_field(out, "input_tokens", progress->input_tokens);
    json_write_integer_field(out, "cached_tokens", progress->cached_tokens);
    json_write_integer_field(out, "output_tokens", progress->output_tokens);
    spending_write(run, out);
    json_write_name(out, "seconds");
    buffer_append_format(out, "%.3f", (double)elapsed_ms / 1000);
    json_write_name(out, "cpu_seconds");
    buffer_append_format(out, "%.3f", seconds(&usage.ru_utime) + seconds(&usage.ru_stime));
    json_write_integer_field(out, "peak_memory_kib", memory_peak_kib());
    write_times("latency_ms", progress->latencies, progress->latency_sum_ms, progress->latency,
                out);
    write_times("first_token_ms", progress->first_tokens, progress->first_token_sum_ms,
                progress->first_token, out);
    write_endpoints(run, out);
    write_outages(run, out);
    buffer_append_char(out, '}');
}

// What refusals taught, in this run or an earlier one.
static void write_learned(const struct run *run, struct buffer *out)
{
    struct buffer words;
    buffer_init(&words, 1000);
    json_write_name(out, "learned");
    buffer_append_char(out, '[');
    for (size_t i = 0, written = 0; i < run->upstreams.count; i++) {
        const struct upstream *upstream = &run->upstreams.list[i];
        buffer_empty(&words);
        learn_write(upstream, &words);
        if (words.length == 0)
            continue;
        buffer_append_text(out, written++ > 0 ? ",{" : "{");
        json_write_string_field(out, "endpoint", upstream->name);
        json_write_string_field(out, "model", upstream->endpoint.model);
        json_write_string_field(out, "asked_with", buffer_text(&words));
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    buffer_clear(&words);
}

static void write_versions(struct buffer *out)
{
    json_write_name(out, "versions");
    buffer_append_char(out, '{');
    json_write_string_field(out, "vqagen", VQAGEN_VERSION);
    json_write_string_field(out, "prompts", PROMPT_VERSION);
    json_write_string_field(out, "libcurl", curl_version_info(CURLVERSION_NOW)->version);
    json_write_string_field(out, "cjson", cJSON_Version());
    buffer_append_char(out, '}');
}

// cJSON's own printing indents with tabs; it only runs at the end of a run.
static char *indented(const char *text, size_t length)
{
    cJSON *value = json_parse(text, length, NULL);
    char *printed = value != NULL ? cJSON_Print(value) : NULL;
    cJSON_Delete(value);
    return printed;
}

static void write_end(struct run *run, const struct run_summary *summary, const struct error *why,
                      struct buffer *out)
{
    char time[32];
    json_write_string_field(out, "ended", clock_format_utc(clock_wall_ms(), time));
    json_write_string_field(out, "input", run->settings->input);
    json_write_string_field(out, "endpoint", run->recipe.endpoint);
    json_write_string_field(out, "provider", run->recipe.provider);
    json_write_string_field(out, "model", run->recipe.model);
    json_write_integer_field(out, "exit_code", summary->exit_code);
    json_write_bool_field(out, "complete", why->kind == ERR_NONE);
    json_write_string_field(out, "stopped_by", why->kind == ERR_NONE ? NULL : why->message);
}

// Indents the text, puts it into DIR/run.json and, if there is one, into another file.
static bool write_report(struct buffer *out, const char *directory, const char *other,
                         struct error *why)
{
    char *text = out->failed ? NULL : indented(out->data, out->length);
    if (text == NULL)
        return error_set(why, ERR_MEMORY, "no memory for run.json");
    char *path = file_join(directory, "run.json");
    bool good = path != NULL && file_write(path, text, strlen(text), why);
    if (other != NULL)
        good = file_write(other, text, strlen(text), why) && good;
    free(path);
    cJSON_free(text);
    return good;
}

static bool write_run(struct run *run, const struct counts *counts,
                      const struct run_summary *summary, const struct error *why,
                      struct error *fault)
{
    struct buffer out;
    buffer_init(&out, 8 << 20);
    buffer_append_char(&out, '{');
    write_end(run, summary, why, &out);
    write_counts(counts, summary, &out);
    write_screening(run->screening, &out);
    write_this_run(run, &out);
    write_totals(run->store, &out, fault);
    json_write_name(&out, "settings");
    buffer_append_text(&out,
                       run->settings->settings_json != NULL ? run->settings->settings_json : "{}");
    write_learned(run, &out);
    write_versions(&out);
    buffer_append_char(&out, '}');
    bool good = write_report(&out, run->settings->directory, run->settings->summary_file, fault);
    buffer_clear(&out);
    return good;
}

bool report_run(struct run *run, bool writes, struct run_summary *summary, const struct error *why,
                struct error *fault)
{
    struct counts counts = {0};
    store_count_items(run->store, &counts.list, &counts.length, fault);
    summarize(run, &counts, summary, why);
    bool good = !writes || write_run(run, &counts, summary, why, fault);
    counts_clear(&counts);
    return good;
}

bool report_write_merge(struct store *store, const struct merge_settings *settings,
                        const char *directory, const struct merge_summary *summary,
                        struct error *why)
{
    struct run_summary counts = {.items = summary->items,
                                 .accepted = summary->accepted,
                                 .rejected = summary->rejected,
                                 .unknown = summary->unknown,
                                 .open = summary->open};
    char time[32];
    struct buffer out;
    struct counts kinds = {0};
    // Going over a million items takes a while, and only those that failed have a kind.
    if (counts.rejected + counts.unknown > 0)
        store_count_items(store, &kinds.list, &kinds.length, why);
    buffer_init(&out, 8 << 20);
    buffer_append_char(&out, '{');
    json_write_string_field(&out, "ended", clock_format_utc(clock_wall_ms(), time));
    json_write_name(&out, "merged_from");
    for (size_t i = 0; i < settings->part_count; i++) {
        buffer_append_char(&out, i == 0 ? '[' : ',');
        json_write_string(&out, settings->parts[i]);
    }
    buffer_append_char(&out, ']');
    write_counts(&kinds, &counts, &out);
    write_totals(store, &out, why);
    write_versions(&out);
    buffer_append_char(&out, '}');
    bool good = why->kind == ERR_NONE && write_report(&out, directory, NULL, why);
    counts_clear(&kinds);
    buffer_clear(&out);
    return good;
}
