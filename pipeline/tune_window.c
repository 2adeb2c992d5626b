#include "tune_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Of replies that ended inside.
struct ended {
    double *latencies, *starts; // ms; s after the window began
    size_t count;
    double *first_tokens;
    size_t first_count;
};

static bool gather(const struct tune_sample *samples, size_t count,
                   const struct tune_window *window, struct ended *ended, struct error *why);
static void add_parts(const struct tune_sample *samples, size_t count,
                      const struct tune_window *window, struct knee_level *level,
                      struct tune_level *row);
static void add_outcomes(const struct tune_sample *samples, size_t count,
                         const struct tune_window *window, struct knee_level *level,
                         struct tune_level *row);
static void fit_slope(const struct ended *ended, struct knee_level *level);
static double percentile(double *values, size_t count, double share);

static bool is_inside(const struct tune_sample *sample, const struct tune_window *window)
{
    return !sample->left_out && sample->end_us >= window->from_us && sample->end_us < window->to_us;
}

bool tune_window_measure(const struct tune_sample *samples, size_t count,
                         const struct tune_window *window, struct knee_level *level,
                         struct tune_level *row, struct error *why)
{
    struct ended ended = {0};
    unsigned concurrency = level->concurrency;
    *level = (struct knee_level){.concurrency = concurrency};
    *row = (struct tune_level){.concurrency = concurrency, .cost_per_1000_items = -1};
    if (!gather(samples, count, window, &ended, why))
        return false;
    level->seconds = row->seconds = (double)(window->to_us - window->from_us) / 1e6;
    add_parts(samples, count, window, level, row);
    add_outcomes(samples, count, window, level, row);
    fit_slope(&ended, level);
    row->p50_ms = percentile(ended.latencies, ended.count, 0.5);
    row->p95_ms = percentile(ended.latencies, ended.count, 0.95);
    row->p99_ms = percentile(ended.latencies, ended.count, 0.99);
    row->first_token_p50_ms = percentile(ended.first_tokens, ended.first_count, 0.5);
    row->mean_ms = level->replies > 0 ? level->mean_ms : -1;
    row->calls_per_second = level->calls_per_second;
    free(ended.latencies);
    free(ended.starts);
    free(ended.first_tokens);
    return true;
}

bool tune_window_is_full(long long wanted, long long replies, long long faults)
{
    return replies >= wanted || (replies >= wanted / 2 && replies + faults >= wanted) ||
           replies + faults >= 2 * wanted;
}

static bool gather(const struct tune_sample *samples, size_t count,
                   const struct tune_window *window, struct ended *ended, struct error *why)
{
    ended->latencies = calloc(count + 1, sizeof *ended->latencies);
    ended->starts = calloc(count + 1, sizeof *ended->starts);
    ended->first_tokens = calloc(count + 1, sizeof *ended->first_tokens);
    if (ended->latencies == NULL || ended->starts == NULL || ended->first_tokens == NULL) {
        free(ended->latencies);
        free(ended->starts);
        free(ended->first_tokens);
        return error_set(why, ERR_MEMORY, "no memory for the calls of a level");
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_inside(&samples[i], window) || samples[i].kind != NULL)
            continue;
        ended->starts[ended->count] = (double)(samples[i].start_us - window->from_us) / 1e6;
        ended->latencies[ended->count++] = samples[i].latency_ms;
        if (samples[i].first_token_ms >= 0)
            ended->first_tokens[ended->first_count++] = samples[i].first_token_ms;
    }
    return true;
}

// Of a call under way only how long it has taken is known: it is taken to last as long as the mean.
static void add_parts(const struct tune_sample *samples, size_t count,
                      const struct tune_window *window, struct knee_level *level,
                      struct tune_level *row)
{
    double parts = 0, weighted = 0, squares = 0, in_flight = 0, of_transfers = 0;
    double open_us = 0, open_parts = 0;
    for (size_t i = 0; i < count; i++) {
        const struct tune_sample *at = &samples[i];
        bool open = at->end_us == INT64_MAX;
        int64_t begin = at->start_us > window->from_us ? at->start_us : window->from_us;
        int64_t end = at->end_us < window->to_us ? at->end_us : window->to_us;
        if (begin > end || at->end_us < window->from_us || at->start_us >= window->to_us)
            continue;
        double inside = (double)(end - begin);
        in_flight += inside;
        double whole = open ? 0 : (double)(at->end_us - at->start_us);
        double share = whole > 0 ? inside / whole : 1;
        if (open) {
            open_us += inside;
            open_parts += 1;
        } else {
            of_transfers += at->left_out ? inside : share * at->latency_ms * 1000;
        }
        if (open || at->left_out || at->kind != NULL)
            continue;
        parts += share;
        weighted += share * at->latency_ms;
        squares += share * at->latency_ms * at->latency_ms;
    }
    double span = (double)(window->to_us - window->from_us);
    double mean = parts > 0 ? weighted / parts : 0;
    if (mean > 0 && open_us > 0)
        parts += fmin(open_us / (mean * 1000), open_parts);
    level->replies = parts;
    level->calls_per_second = span > 0 ? parts / (span / 1e6) : 0;
    level->mean_ms = mean;
    level->deviation_ms =
        weighted > 0 ? sqrt(fmax(squares / (weighted / mean) - mean * mean, 0)) : 0;
    row->in_flight = span > 0 ? in_flight / span : 0;
    // Faults take calls in flight as well, so all calls are held against it.
    row->littles_ratio = in_flight > 0 ? (of_transfers + open_us) / in_flight : 1;
    row->client_bound = fabs(row->littles_ratio - 1) > 0.05;
}

static void count_fault(struct tune_level *row, const char *kind)
{
    for (size_t i = 0; i < row->fault_count; i++)
        if (strcmp(row->faults[i].kind, kind) == 0) {
            row->faults[i].count++;
            return;
        }
    if (row->fault_count < TUNE_KINDS)
        row->faults[row->fault_count++] = (struct tune_kind){.kind = kind, .count = 1};
}

static void add_outcomes(const struct tune_sample *samples, size_t count,
                         const struct tune_window *window, struct knee_level *level,
                         struct tune_level *row)
{
    for (size_t i = 0; i < count; i++) {
        const struct tune_sample *at = &samples[i];
        if (!is_inside(at, window))
            continue;
        level->ended++;
        row->calls++;
        row->replies += at->kind == NULL;
        level->refused += at->kind != NULL && at->refused;
        level->failed += at->kind != NULL && !at->refused;
        if (at->kind != NULL)
            count_fault(row, at->kind);
        row->input_tokens += at->input_tokens > 0 ? at->input_tokens : 0;
        row->cached_tokens += at->cached_tokens > 0 ? at->cached_tokens : 0;
        row->output_tokens += at->output_tokens > 0 ? at->output_tokens : 0;
    }
}

// Least squares: slope Sxy / Sxx, its standard error sqrt(RSS / (n - 2) / Sxx).
static void fit_slope(const struct ended *ended, struct knee_level *level)
{
    double n = (double)ended->count, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < ended->count; i++) {
        x += ended->starts[i] / n;
        y += ended->latencies[i] / n;
    }
    for (size_t i = 0; i < ended->count; i++) {
        double dx = ended->starts[i] - x, dy = ended->latencies[i] - y;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if (ended->count < 5 || xx <= 0)
        return;
    level->slope = xy / xx;
    level->slope_error = sqrt(fmax(yy - level->slope * xy, 0) / (n - 2) / xx);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The smallest value that at least that share of them do not exceed.
static double percentile(double *values, size_t count, double share)
{
    if (count == 0)
        return -1;
    qsort(values, count, sizeof *values, compare);
    size_t rank = (size_t)ceil(share * (double)count);
    return values[rank > 0 ? rank - 1 : 0];
}

void tune_window_histogram(const struct tune_sample *samples, size_t count,
                           const struct tune_window *window, long long *buckets, double *width_ms)
{
    double longest = 0;
    for (size_t i = 0; i < count; i++)
        if (is_inside(&samples[i], window) && samples[i].kind == NULL)
            longest = fmax(longest, samples[i].latency_ms);
    *width_ms = longest / TUNE_BUCKETS;
    memset(buckets, 0, TUNE_BUCKETS * sizeof *buckets);
    for (size_t i = 0; i < count && longest > 0; i++) {
        if (!is_inside(&samples[i], window) || samples[i].kind != NULL)
            continue;
        size_t bucket = (size_t)(samples[i].latency_ms / *width_ms);
        buckets[bucket < TUNE_BUCKETS ? bucket : TUNE_BUCKETS - 1]++;
    }
}
