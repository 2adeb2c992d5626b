// Latencies at the recommended level.
#include "tune_figure.h"

#include "tune_text.h"

#include <stdio.h>

static double total_of(const struct tune_result *result)
{
    double total = 0;
    for (size_t i = 0; i < TUNE_BUCKETS; i++)
        total += result->histogram[i] > 0 ? (double)result->histogram[i] : 0;
    return result->histogram_ms > 0 ? total : 0;
}

static size_t last_bucket(const struct tune_result *result)
{
    size_t last = 0;
    for (size_t i = 0; i < TUNE_BUCKETS; i++)
        if (result->histogram[i] > 0)
            last = i;
    return last;
}

static double end_of(const struct tune_result *result)
{
    return (double)(last_bucket(result) + 1) * result->histogram_ms;
}

// ---- One result ---------------------------------------------------------------------------------

static void draw_bars(const struct tune_result *result, const struct plot *plot, double unit)
{
    for (size_t i = 0; i < TUNE_BUCKETS; i++) {
        double from = (double)i * result->histogram_ms;
        char hover[200], low[TUNE_TEXT], high[TUNE_TEXT], count[TUNE_TEXT];
        if (result->histogram[i] <= 0)
            continue;
        snprintf(hover, sizeof hover, "%s to %s: %s replies", tune_text_ms(from, low),
                 tune_text_ms(from + result->histogram_ms, high),
                 tune_text_count((double)result->histogram[i], count));
        plot_bar(plot, plot_x(plot, from / unit) + 0.5,
                 plot_x(plot, (from + result->histogram_ms) / unit) - 0.5, 0,
                 (double)result->histogram[i], "s0", hover);
    }
}

static void draw_ranks(const struct tune_result *result, const struct plot *plot, double unit)
{
    const struct tune_level *level = tune_recommended_level(result);
    struct plot_upright marks[2];
    char text[TUNE_TEXT];
    size_t count = 0;
    if (level == NULL)
        return;
    const double values[] = {level->p50_ms, level->p95_ms};
    static const char *const names[] = {"p50", "p95"};
    for (int i = 0; i < 2; i++) {
        if (values[i] < 0 || values[i] / unit > plot->x.high)
            continue;
        marks[count] = (struct plot_upright){.x = values[i] / unit, .name = "rank"};
        snprintf(marks[count++].label, sizeof marks->label, "%s: %s", names[i],
                 tune_text_ms(values[i], text));
    }
    plot_uprights(plot, marks, count);
}

static void draw_one(const struct tune_set *set, struct plot *plot, const void *context)
{
    (void)context;
    const struct tune_result *result = set->results[0];
    double most = 0, unit = end_of(result) >= 2000 ? 1000 : 1;
    for (size_t i = 0; i < TUNE_BUCKETS; i++)
        most = (double)result->histogram[i] > most ? (double)result->histogram[i] : most;
    plot_axis_linear(&plot->x, end_of(result) / unit, plot->narrow ? 5 : 8);
    plot_axis_linear(&plot->y, most, plot->narrow ? 4 : 5);
    plot_axes(plot, unit > 1 ? "latency in seconds" : "latency in milliseconds", "replies");
    draw_bars(result, plot, unit);
    draw_ranks(result, plot, unit);
}

// ---- Several results ----------------------------------------------------------------------------

// Buckets of different widths compare by what share of the replies came within or below each.
static void draw_curves(const struct tune_set *set, struct plot *plot, const void *context)
{
    (void)context;
    double end = 0;
    for (size_t i = 0; i < set->count; i++)
        if (total_of(set->results[i]) > 0 && end_of(set->results[i]) > end)
            end = end_of(set->results[i]);
    double unit = end >= 2000 ? 1000 : 1;
    plot_axis_linear(&plot->x, end / unit, plot->narrow ? 5 : 8);
    plot_axis_linear(&plot->y, 100, 5);
    plot_axes(plot, unit > 1 ? "latency in seconds" : "latency in milliseconds",
              "% of replies that had come");
    for (size_t i = 0; i < set->count; i++) {
        const struct tune_result *result = set->results[i];
        double xs[TUNE_BUCKETS + 1] = {0}, ys[TUNE_BUCKETS + 1] = {0}, sum = 0;
        double total = total_of(result);
        if (total <= 0)
            continue;
        size_t count = last_bucket(result) + 1;
        for (size_t k = 0; k < count; k++) {
            sum += result->histogram[k] > 0 ? (double)result->histogram[k] : 0;
            xs[k + 1] = (double)(k + 1) * result->histogram_ms / unit;
            ys[k + 1] = 100 * sum / total;
        }
        plot_line(plot, xs, ys, count + 1, tune_colour(i));
        size_t half = 1; // the first bucket's end by which half of them had come
        while (half < count && ys[half] < 50)
            half++;
        double part = (50 - ys[half - 1]) / (ys[half] - ys[half - 1]);
        double median = xs[half - 1] + part * (xs[half] - xs[half - 1]);
        char hover[300], text[TUNE_TEXT];
        snprintf(hover, sizeof hover, "%.100s: half of the replies within about %s", set->names[i],
                 tune_text_ms(median * unit, text));
        plot_marker(plot, median, 50, i, tune_colour(i), hover);
    }
}

void tune_figure_histogram(const struct tune_set *set, struct buffer *out)
{
    struct tune_key keys[TUNE_KEYS];
    bool any = false;
    for (size_t i = 0; i < set->count; i++)
        any = any || total_of(set->results[i]) > 0;
    if (!any)
        return;
    if (set->count == 1)
        tune_figure_write(set, "Latencies as recommended",
                          "How long replies took with the recommended number of requests in "
                          "flight.",
                          NULL, 0, 1, draw_one, NULL, out);
    else
        tune_figure_write(set, "Latencies as recommended",
                          "What share of the replies had come within a time, each with its own "
                          "recommended number of requests in flight.",
                          keys, tune_result_keys(set, 0, keys, TUNE_KEYS), 1, draw_curves, NULL,
                          out);
}
