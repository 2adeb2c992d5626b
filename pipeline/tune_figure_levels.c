// Throughput and latency over calls in flight.
#include "tune_figure.h"

#include "tune_text.h"

#include <stdio.h>
#include <string.h>

enum { IDEAL_POINTS = 40 };

// A result's name in front of what the pointer shows, when there are several.
static const char *prefix_of(const struct tune_set *set, size_t index)
{
    return set->count > 1 ? set->names[index] : "";
}

// ---- Throughput ---------------------------------------------------------------------------------

struct throughput {
    bool items;
};

static double rate_of(const struct tune_level *level, bool items)
{
    double rate = items ? level->items_per_second : level->calls_per_second;
    return rate > 0 ? rate : 0;
}

// The throughput there would be if nothing slowed down, from the first level on.
static void draw_ideal(const struct tune_result *result, const struct plot *plot, bool items)
{
    double xs[IDEAL_POINTS], ys[IDEAL_POINTS];
    const struct tune_level *first = &result->levels[0];
    const struct tune_level *last = &result->levels[result->level_count - 1];
    if (first->concurrency == 0 || rate_of(first, items) <= 0)
        return;
    double slope = rate_of(first, items) / first->concurrency;
    double end =
        plot->y.high / slope < last->concurrency ? plot->y.high / slope : last->concurrency;
    if (end <= first->concurrency)
        return;
    for (int i = 0; i < IDEAL_POINTS; i++) {
        // Denser at the right end, where the curve is steep on the axis of factors.
        double share = (double)i / (IDEAL_POINTS - 1);
        xs[i] = first->concurrency + (end - first->concurrency) * share;
        ys[i] = slope * xs[i];
    }
    plot_line(plot, xs, ys, IDEAL_POINTS, "ideal");
}

static void draw_rates(const struct tune_set *set, size_t index, const struct plot *plot,
                       bool items)
{
    const struct tune_result *result = set->results[index];
    double xs[TUNE_LEVELS], ys[TUNE_LEVELS];
    for (size_t i = 0; i < result->level_count; i++) {
        xs[i] = result->levels[i].concurrency;
        ys[i] = rate_of(&result->levels[i], items);
    }
    plot_line(plot, xs, ys, result->level_count, tune_colour(index));
    for (size_t i = 0; i < result->level_count; i++) {
        const struct tune_level *level = &result->levels[i];
        char hover[300], rate[TUNE_TEXT], p50[TUNE_TEXT], style[40];
        snprintf(hover, sizeof hover, "%.100s%s%u in flight: %s %s a second, p50 %s%s%s",
                 prefix_of(set, index), set->count > 1 ? ", " : "", level->concurrency,
                 tune_text_real(ys[i], rate), items ? "items" : "calls",
                 tune_text_ms(level->p50_ms, p50), level->saturated ? ", saturated" : "",
                 level->client_bound ? ", the client was the limit" : "");
        snprintf(style, sizeof style, "%s%s%s", tune_colour(index),
                 level->saturated ? " hollow" : "", tune_dense(result->level_count));
        plot_marker(plot, xs[i], ys[i],
                    set->count > 1        ? index
                    : level->client_bound ? 3
                                          : 0,
                    style, hover);
    }
}

// The height of the curve at a number of calls in flight.
static double height_at(const struct tune_result *result, const struct plot *plot, bool items,
                        double concurrency)
{
    size_t next = 0;
    while (next < result->level_count && result->levels[next].concurrency < concurrency)
        next++;
    if (next == 0 || next == result->level_count)
        return plot_y(plot, rate_of(&result->levels[next == 0 ? 0 : next - 1], items));
    const struct tune_level *from = &result->levels[next - 1], *to = &result->levels[next];
    double left = plot_x(plot, from->concurrency), right = plot_x(plot, to->concurrency);
    double low = plot_y(plot, rate_of(from, items)), high = plot_y(plot, rate_of(to, items));
    double part = right > left ? (plot_x(plot, concurrency) - left) / (right - left) : 1;
    return low + part * (high - low);
}

// Where the knees of several lie: a line from each curve down to a marker on the axis.
static void draw_knees(const struct tune_set *set, const struct plot *plot, bool items)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct tune_result *result = set->results[i];
        if (result->knee == 0 || result->level_count == 0)
            continue;
        char hover[200];
        snprintf(hover, sizeof hover, "%.100s: knee %u", set->names[i], result->knee);
        buffer_append_format(plot->out, "<path class=\"foot %s\" d=\"M%.1f %.1fV%.1f\"/>\n",
                             tune_colour(i), plot_x(plot, result->knee), plot->bottom,
                             height_at(result, plot, items, result->knee));
        plot_marker(plot, result->knee, 0, 4, tune_colour(i), hover);
    }
}

static void draw_throughput(const struct tune_set *set, struct plot *plot, const void *context)
{
    const struct throughput *throughput = context;
    double most = 0;
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->results[i]->level_count; k++) {
            double rate = rate_of(&set->results[i]->levels[k], throughput->items);
            most = rate > most ? rate : most;
        }
    tune_level_axis(set, plot);
    plot_axis_linear(&plot->y, most * 1.02, plot->narrow ? 4 : 5);
    plot_axes(plot, "requests in flight", throughput->items ? "items a second" : "calls a second");
    if (set->count == 1) {
        draw_ideal(set->results[0], plot, throughput->items);
        tune_mark_knee(set->results[0], plot);
    } else {
        draw_knees(set, plot, throughput->items);
    }
    for (size_t i = 0; i < set->count; i++)
        draw_rates(set, i, plot, throughput->items);
}

void tune_figure_throughput(const struct tune_set *set, struct buffer *out)
{
    struct tune_key keys[TUNE_KEYS];
    struct throughput throughput = {.items = true};
    size_t count = 0;
    bool saturated = false, client = false;
    if (!tune_has_levels(set))
        return;
    for (size_t i = 0; i < set->count; i++) {
        const struct tune_result *result = set->results[i];
        throughput.items = throughput.items && (tune_counts_items(result) || !result->level_count);
        for (size_t k = 0; k < result->level_count; k++) {
            saturated = saturated || result->levels[k].saturated;
            client = client || result->levels[k].client_bound;
        }
    }
    if (set->count > 1) {
        count = tune_result_keys(set, 0, keys, TUNE_KEYS - 1);
        keys[count++] = tune_key("knee, on the axis", "neutral", 4, false);
    } else {
        keys[count++] = tune_key("measured", "s0", 0, false);
        if (saturated)
            keys[count++] = tune_key("saturated", "s0 hollow", 0, false);
        if (client)
            keys[count++] = tune_key("the client was the limit", "s0", 3, false);
        keys[count++] = tune_key("if nothing slowed down", "ideal", TUNE_KEY_LINE, false);
    }
    tune_figure_write(set, "Throughput",
                      "What came back each second with so many requests in flight. Beyond the knee "
                      "more of them gain nothing.",
                      keys, count, 1, draw_throughput, &throughput, out);
}

// ---- Latency ------------------------------------------------------------------------------------

struct latency_row {
    const char *name;
    size_t offset;
    const char *style;
    size_t shape;
    bool compared; // shown for several results too
};

static const struct latency_row latency_rows[] = {
    {"p50", offsetof(struct tune_level, p50_ms), "s0", 0, true},
    {"p95", offsetof(struct tune_level, p95_ms), "s4", 1, true},
    {"p99", offsetof(struct tune_level, p99_ms), "s1", 2, false},
    {"first token, p50", offsetof(struct tune_level, first_token_p50_ms), "s3", 3, false},
};
enum { LATENCY_ROWS = sizeof latency_rows / sizeof latency_rows[0] };

static double latency_of(const struct tune_level *level, const struct latency_row *row)
{
    double value;
    memcpy(&value, (const char *)level + row->offset, sizeof value);
    return value >= 0 ? value : -1;
}

// Whether any level has such a latency; widens low and high by what there is.
static bool latency_range(const struct tune_set *set, const struct latency_row *row, double *low,
                          double *high)
{
    bool any = false;
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->results[i]->level_count; k++) {
            double value = latency_of(&set->results[i]->levels[k], row);
            if (value < 0)
                continue;
            any = true;
            *low = value < *low ? value : *low;
            *high = value > *high ? value : *high;
        }
    return any;
}

static void draw_latencies(const struct tune_set *set, size_t index, const struct latency_row *row,
                           const struct plot *plot, double unit)
{
    const struct tune_result *result = set->results[index];
    double xs[TUNE_LEVELS], ys[TUNE_LEVELS];
    for (size_t i = 0; i < result->level_count; i++) {
        double value = latency_of(&result->levels[i], row);
        xs[i] = result->levels[i].concurrency;
        ys[i] = value < 0 ? -1 : value / unit;
    }
    bool several = set->count > 1;
    char style[40];
    snprintf(style, sizeof style, "%s%s", several ? tune_colour(index) : row->style,
             several && row != latency_rows ? " dashed" : "");
    plot_line(plot, xs, ys, result->level_count, style);
    strcat(style, tune_dense(result->level_count));
    for (size_t i = 0; i < result->level_count; i++) {
        char hover[300], latency[TUNE_TEXT];
        snprintf(hover, sizeof hover, "%.100s%s%u in flight: %s %s", prefix_of(set, index),
                 several ? ", " : "", result->levels[i].concurrency, row->name,
                 tune_text_ms(ys[i] < 0 ? -1 : ys[i] * unit, latency));
        plot_marker(plot, xs[i], ys[i], several ? index : row->shape, style, hover);
    }
}

static void draw_latency(const struct tune_set *set, struct plot *plot, const void *context)
{
    (void)context;
    double low = 1e300, high = 0;
    for (int row = 0; row < LATENCY_ROWS; row++)
        if (set->count == 1 || latency_rows[row].compared)
            latency_range(set, &latency_rows[row], &low, &high);
    double unit = high >= 2000 ? 1000 : 1;
    tune_level_axis(set, plot);
    // A tail of timeouts would press everything else onto the axis.
    bool factors = low > 0 && high > 30 * low;
    if (factors)
        plot_axis_log(&plot->y, low / unit, high / unit, 10, plot->narrow ? 7 : 9);
    else
        plot_axis_linear(&plot->y, high / unit * 1.02, plot->narrow ? 4 : 5);
    plot_axes(plot, "requests in flight", unit > 1 ? "seconds" : "milliseconds");
    if (set->count == 1)
        tune_mark_knee(set->results[0], plot);
    for (size_t i = 0; i < set->count; i++)
        for (int row = LATENCY_ROWS - 1; row >= 0; row--)
            if (set->count == 1 || latency_rows[row].compared)
                draw_latencies(set, i, &latency_rows[row], plot, unit);
}

void tune_figure_latency(const struct tune_set *set, struct buffer *out)
{
    struct tune_key keys[TUNE_KEYS];
    double low = 1e300, high = 0;
    size_t count = 0;
    bool any = false;
    if (set->count > 1) {
        count = tune_result_keys(set, 0, keys, TUNE_KEYS - 2);
        keys[count++] = tune_key("p50", "neutral", TUNE_KEY_LINE, false);
        keys[count++] = tune_key("p95", "neutral", TUNE_KEY_LINE, true);
    }
    for (int row = 0; row < LATENCY_ROWS; row++) {
        const struct latency_row *at = &latency_rows[row];
        if (!latency_range(set, at, &low, &high))
            continue;
        any = true;
        if (set->count == 1)
            keys[count++] = tune_key(at->name, at->style, (int)at->shape, false);
    }
    if (any)
        tune_figure_write(set, "Latency",
                          "How long a reply took with so many requests in flight: p95 is the time "
                          "within which 95 of 100 replies came.",
                          keys, count, 1, draw_latency, NULL, out);
}
