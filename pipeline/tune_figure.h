// The charts of tuning runs: of one, or of several laid over each other. Each function appends a
// <figure> with a heading, a legend and the chart in two widths, or nothing when no result has what
// it shows.
#ifndef VQAGEN_TUNE_FIGURE_H
#define VQAGEN_TUNE_FIGURE_H

#include "plot.h"
#include "tune_result.h"

// The results that a page shows, borrowed. names are shown with more than one.
struct tune_set {
    const struct tune_result *const *results;
    const char *const *names;
    size_t count;
};

void tune_figure_throughput(const struct tune_set *set, struct buffer *out);
void tune_figure_latency(const struct tune_set *set, struct buffer *out);
void tune_figure_outcomes(const struct tune_set *set,
                          struct buffer *out); // several: share of errors
void tune_figure_agreement(const struct tune_set *set, struct buffer *out);
void tune_figure_histogram(const struct tune_set *set, struct buffer *out);

// ---- What they share (tune_figure.c)
// --------------------------------------------------------------

// Draws into an opened plot; called for the wide and for the narrow form.
typedef void tune_draw(const struct tune_set *set, struct plot *plot, const void *context);

// A row of the legend. shape: see plot_shape, or one of these.
enum { TUNE_KEY_BOX = -1, TUNE_KEY_LINE = -2 };
enum { TUNE_KEYS = 68 }; // in a legend, at most
struct tune_key {
    char name[80];
    char style[40]; // classes
    int shape;
    bool dashed;
};

void tune_figure_write(const struct tune_set *set, const char *title, const char *note,
                       const struct tune_key *keys, size_t key_count, int bottom_lines,
                       tune_draw *draw, const void *context, struct buffer *out);

struct tune_key tune_key(const char *name, const char *style, int shape, bool dashed);

bool tune_has_levels(const struct tune_set *set);

// "s3", the class of the colour of a result or a series.
const char *tune_colour(size_t index);

// " dense", the class of smaller markers, when there are many beside each other; else "".
const char *tune_dense(size_t markers);

// A key for each result, as many as fit. Returns their number.
size_t tune_result_keys(const struct tune_set *set, int shape, struct tune_key *keys, size_t most);

// The axis of calls in flight, over the levels of all results.
void tune_level_axis(const struct tune_set *set, struct plot *plot);

// The knee and what is recommended, as upright lines.
void tune_mark_knee(const struct tune_result *result, const struct plot *plot);

#endif
