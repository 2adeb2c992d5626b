// How calls ended, by calls in flight.
#include "tune_figure.h"

#include "tune_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_KINDS = 5 };

// The kinds of fault that are shown by themselves: the commonest; all others are one.
struct outcomes {
    const char *kinds[SHOWN_KINDS];
    size_t count;
};

static const char *const outcome_colours[SHOWN_KINDS] = {"s1", "s4", "s3", "s5", "s6"};

static long long count_of(const struct tune_level *level, const char *kind)
{
    long long count = 0;
    for (size_t i = 0; i < level->fault_count; i++)
        if (strcmp(level->faults[i].kind, kind) == 0)
            count += level->faults[i].count;
    return count;
}

static double total_of(const struct tune_result *result, const char *kind)
{
    double total = 0;
    for (size_t i = 0; i < result->level_count; i++)
        total += (double)count_of(&result->levels[i], kind);
    return total;
}

static bool is_listed(const struct outcomes *outcomes, const char *kind)
{
    for (size_t i = 0; i < outcomes->count; i++)
        if (strcmp(outcomes->kinds[i], kind) == 0)
            return true;
    return false;
}

// The commonest kind not listed yet; NULL: none.
static const char *next_kind(const struct tune_result *result, const struct outcomes *outcomes)
{
    const char *best = NULL;
    double most = 0;
    for (size_t i = 0; i < result->level_count; i++)
        for (size_t k = 0; k < result->levels[i].fault_count; k++) {
            const char *kind = result->levels[i].faults[k].kind;
            double total = total_of(result, kind);
            if (total > most && !is_listed(outcomes, kind)) {
                best = kind;
                most = total;
            }
        }
    return best;
}

static double others_of(const struct tune_level *level, const struct outcomes *outcomes)
{
    double count = 0;
    for (size_t i = 0; i < level->fault_count; i++)
        if (!is_listed(outcomes, level->faults[i].kind))
            count += (double)level->faults[i].count;
    return count;
}

static double outcomes_of(const struct tune_level *level)
{
    double count = (double)level->replies;
    for (size_t i = 0; i < level->fault_count; i++)
        count += (double)level->faults[i].count;
    return count;
}

// One part of a stack; returns where it ends.
static double draw_part(const struct plot *plot, double x, double half, double from, double count,
                        const struct tune_level *level, const char *name, const char *style)
{
    char hover[200], text[TUNE_TEXT];
    if (count <= 0)
        return from;
    snprintf(hover, sizeof hover, "%u in flight: %s %s", level->concurrency,
             tune_text_count(count, text), name);
    plot_bar(plot, x - half, x + half, from, from + count, style, hover);
    return from + count;
}

static void draw_stack(const struct plot *plot, const struct outcomes *outcomes, size_t index,
                       const struct tune_level *level)
{
    double band = plot_x(plot, 1) - plot_x(plot, 0);
    if (plot->x.high < 1)
        band = plot->right - plot->left;
    double x = plot_x(plot, (double)index), half = band * 0.38 < 24 ? band * 0.38 : 24;
    double at = draw_part(plot, x, half, 0, (double)level->replies, level, "replies", "ok");
    for (size_t i = 0; i < outcomes->count; i++)
        at = draw_part(plot, x, half, at, (double)count_of(level, outcomes->kinds[i]), level,
                       outcomes->kinds[i], outcome_colours[i]);
    draw_part(plot, x, half, at, others_of(level, outcomes), level, "other errors", "s7");
}

// Every how manyth level has room for its number.
static size_t label_stride(const struct tune_result *result, const struct plot *plot)
{
    size_t longest = 1;
    for (size_t i = 0; i < result->level_count; i++) {
        char text[PLOT_TEXT];
        size_t length = strlen(plot_number(result->levels[i].concurrency, text));
        longest = length > longest ? length : longest;
    }
    double needed = 7.6 * (double)longest + 6;
    return (size_t)ceil(needed * (double)result->level_count / (plot->right - plot->left));
}

static void draw_outcomes(const struct tune_set *set, struct plot *plot, const void *context)
{
    const struct tune_result *result = set->results[0];
    double most = 0;
    for (size_t i = 0; i < result->level_count; i++) {
        double count = outcomes_of(&result->levels[i]);
        most = count > most ? count : most;
    }
    plot_axis_bands(&plot->x, result->level_count);
    plot_axis_linear(&plot->y, most, plot->narrow ? 4 : 5);
    plot_axes(plot, "requests in flight", "calls that ended");
    size_t stride = label_stride(result, plot);
    for (size_t i = 0; i < result->level_count; i++) {
        char text[PLOT_TEXT];
        draw_stack(plot, context, i, &result->levels[i]);
        if (i % stride == 0)
            plot_below(plot, plot_x(plot, (double)i), 0,
                       plot_number(result->levels[i].concurrency, text));
    }
}

static void draw_error_shares(const struct tune_set *set, struct plot *plot, const void *context)
{
    const double *most = context;
    tune_level_axis(set, plot);
    plot_axis_linear(&plot->y, *most, plot->narrow ? 4 : 5);
    plot_axes(plot, "requests in flight", "% of calls");
    for (size_t i = 0; i < set->count; i++) {
        const struct tune_result *result = set->results[i];
        double xs[TUNE_LEVELS], ys[TUNE_LEVELS];
        for (size_t k = 0; k < result->level_count; k++) {
            double all = outcomes_of(&result->levels[k]);
            xs[k] = result->levels[k].concurrency;
            ys[k] = all > 0 ? 100 * (1 - (double)result->levels[k].replies / all) : -1;
        }
        plot_line(plot, xs, ys, result->level_count, tune_colour(i));
        for (size_t k = 0; k < result->level_count; k++) {
            char hover[300], style[40];
            snprintf(hover, sizeof hover, "%.100s, %.0f in flight: %.1f %% errors", set->names[i],
                     xs[k], ys[k]);
            snprintf(style, sizeof style, "%s%s", tune_colour(i), tune_dense(result->level_count));
            plot_marker(plot, xs[k], ys[k], i, style, hover);
        }
    }
}

// Several results: the share of calls that ended with an error.
static void write_error_shares(const struct tune_set *set, struct buffer *out)
{
    struct tune_key keys[TUNE_KEYS];
    double most = 0;
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->results[i]->level_count; k++) {
            const struct tune_level *level = &set->results[i]->levels[k];
            double all = outcomes_of(level);
            double share = all > 0 ? 100 * (1 - (double)level->replies / all) : 0;
            most = share > most ? share : most;
        }
    most = most > 5 ? most : 5; // no mountains of nothing
    size_t count = tune_result_keys(set, 0, keys, TUNE_KEYS);
    tune_figure_write(set, "Errors", "The share of calls that ended with an error.", keys, count, 1,
                      draw_error_shares, &most, out);
}

void tune_figure_outcomes(const struct tune_set *set, struct buffer *out)
{
    struct tune_key keys[SHOWN_KINDS + 2];
    struct outcomes outcomes = {.count = 0};
    size_t count = 0;
    if (!tune_has_levels(set))
        return;
    if (set->count > 1) {
        write_error_shares(set, out);
        return;
    }
    const char *kind;
    keys[count++] = tune_key("replies", "ok", TUNE_KEY_BOX, false);
    while (outcomes.count < SHOWN_KINDS && (kind = next_kind(set->results[0], &outcomes)) != NULL) {
        keys[count++] = tune_key(kind, outcome_colours[outcomes.count], TUNE_KEY_BOX, false);
        outcomes.kinds[outcomes.count++] = kind;
    }
    if (next_kind(set->results[0], &outcomes) != NULL)
        keys[count++] = tune_key("other errors", "s7", TUNE_KEY_BOX, false);
    tune_figure_write(set, "Outcomes", "How the calls of each level ended.", keys, count, 1,
                      draw_outcomes, &outcomes, out);
}
