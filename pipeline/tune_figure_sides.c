// How the answers at smaller sizes of images agree with those at the largest.
#include "tune_figure.h"

#include "tune_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BANDS = 48 };

// A size that any of the results has.
struct band {
    unsigned side_px;
    int quality;
};

struct bands {
    struct band list[MOST_BANDS]; // smallest first
    size_t count;
    bool qualities; // more than one
};

static int compare(const struct band *a, const struct band *b)
{
    if (a->side_px != b->side_px)
        return a->side_px < b->side_px ? -1 : 1;
    return (a->quality > b->quality) - (a->quality < b->quality);
}

static void add_band(struct bands *bands, struct band band)
{
    size_t at = 0;
    while (at < bands->count && compare(&bands->list[at], &band) < 0)
        at++;
    if (bands->count == MOST_BANDS || (at < bands->count && compare(&bands->list[at], &band) == 0))
        return;
    memmove(&bands->list[at + 1], &bands->list[at], (bands->count - at) * sizeof band);
    bands->list[at] = band;
    bands->count++;
}

static struct bands find_bands(const struct tune_set *set)
{
    struct bands bands = {.count = 0};
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->results[i]->side_count; k++) {
            const struct tune_side *side = &set->results[i]->sides[k];
            if (side->agreement >= 0)
                add_band(&bands, (struct band){side->side_px, side->quality});
        }
    for (size_t i = 1; i < bands.count; i++)
        bands.qualities = bands.qualities || bands.list[i].quality != bands.list[0].quality;
    return bands;
}

static const struct tune_side *side_at(const struct tune_result *result, const struct band *band)
{
    for (size_t i = 0; i < result->side_count; i++)
        if (result->sides[i].side_px == band->side_px &&
            result->sides[i].quality == band->quality && result->sides[i].agreement >= 0)
            return &result->sides[i];
    return NULL;
}

// Wilson's interval at 95 %: how far chance may have moved the share of so many questions.
static void interval(const struct tune_side *side, double *low, double *high)
{
    const double z = 1.959964;
    double n = side->questions > 0 ? (double)side->questions : 1;
    double p = side->agreement < 1 ? side->agreement : 1;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = centre - half > 0 ? 100 * (centre - half) : 0;
    *high = centre + half < 1 ? 100 * (centre + half) : 100;
}

static void draw_side(const struct tune_set *set, size_t index, const struct plot *plot, double x,
                      const struct tune_side *side)
{
    char hover[400], share[TUNE_TEXT], tokens[TUNE_TEXT], name[TUNE_TEXT];
    double low, high, at = plot_x(plot, x);
    interval(side, &low, &high);
    buffer_append_format(plot->out, "<path class=\"whisker %s\" d=\"M%.1f %.1fV%.1f\"/>\n",
                         tune_colour(index), at, plot_y(plot, low), plot_y(plot, high));
    snprintf(hover, sizeof hover,
             "%.100s%s%s: %s of %lld questions agree (95 %% interval %.0f to %.0f %%), %s input "
             "tokens a call",
             set->count > 1 ? set->names[index] : "", set->count > 1 ? ", " : "",
             tune_text_side(side, true, name), tune_text_share(side->agreement, share),
             side->questions, low, high, tune_text_real(side->mean_input_tokens, tokens));
    plot_marker(plot, x, 100 * (side->agreement < 1 ? side->agreement : 1),
                set->count > 1 ? index : 0, tune_colour(index), hover);
}

static void draw_series(const struct tune_set *set, size_t index, const struct bands *bands,
                        const struct plot *plot)
{
    double xs[MOST_BANDS], ys[MOST_BANDS];
    size_t count = 0;
    // Beside each other, so that intervals do not hide each other.
    double aside = set->count > 1 ? ((double)index / (double)(set->count - 1) - 0.5) * 0.36 : 0;
    for (size_t i = 0; i < bands->count; i++) {
        const struct tune_side *side = side_at(set->results[index], &bands->list[i]);
        if (side == NULL)
            continue;
        xs[count] = (double)i + aside;
        ys[count++] = 100 * (side->agreement < 1 ? side->agreement : 1);
    }
    plot_line(plot, xs, ys, count, tune_colour(index));
    for (size_t i = 0; i < bands->count; i++) {
        const struct tune_side *side = side_at(set->results[index], &bands->list[i]);
        if (side != NULL)
            draw_side(set, index, plot, (double)i + aside, side);
    }
}

static void label_bands(const struct tune_set *set, const struct bands *bands,
                        const struct plot *plot)
{
    double width = (plot->right - plot->left) / (double)bands->count, room = 0;
    for (size_t i = 0; i < bands->count; i++) {
        const struct band *band = &bands->list[i];
        char side[40], tokens[TUNE_TEXT];
        double x = plot_x(plot, (double)i);
        snprintf(side, sizeof side, bands->qualities ? "%u q%d" : "%u", band->side_px,
                 band->quality);
        double half = 3.6 * (double)strlen(side);
        if (x - half < room)
            continue;
        room = x + half + 4;
        plot_below(plot, x, 0, side);
        const struct tune_side *one = side_at(set->results[0], band);
        if (set->count == 1 && one != NULL && one->mean_input_tokens > 0 && width > 30)
            plot_below(plot, x, 1, tune_text_real(one->mean_input_tokens, tokens));
    }
}

static void mark_recommended(const struct tune_result *result, const struct bands *bands,
                             const struct plot *plot)
{
    for (size_t i = 0; i < bands->count; i++)
        if (bands->list[i].side_px == result->max_side) {
            struct plot_upright mark = {.x = (double)i, .name = "recommended"};
            snprintf(mark.label, sizeof mark.label, "recommended: %u", result->max_side);
            plot_uprights(plot, &mark, 1);
            return;
        }
}

static void draw_agreement(const struct tune_set *set, struct plot *plot, const void *context)
{
    const struct bands *bands = context;
    plot_axis_bands(&plot->x, bands->count);
    plot_axis_linear(&plot->y, 100, 5);
    bool tokens = set->count == 1 && set->results[0]->sides[0].mean_input_tokens > 0;
    plot_axes(plot,
              tokens ? "longest side in pixels, input tokens a call" : "longest side in pixels",
              "% of answers that agree");
    if (set->count == 1)
        mark_recommended(set->results[0], bands, plot);
    label_bands(set, bands, plot);
    for (size_t i = 0; i < set->count; i++)
        draw_series(set, i, bands, plot);
}

void tune_figure_agreement(const struct tune_set *set, struct buffer *out)
{
    struct tune_key keys[TUNE_KEYS];
    struct bands bands = find_bands(set);
    if (bands.count == 0)
        return;
    size_t count = set->count > 1 ? tune_result_keys(set, 0, keys, TUNE_KEYS) : 0;
    tune_figure_write(set, "Agreement over image size",
                      "The same questions at several sizes: how many answers are those given at "
                      "the largest. Bars are 95 % intervals.",
                      keys, count, set->count > 1 ? 1 : 2, draw_agreement, &bands, out);
}
