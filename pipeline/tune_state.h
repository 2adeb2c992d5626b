// What the phases of a tuning run share: tune.c holds the levels, tune_drafts.c and tune_sides.c
// compare, tune_choose.c recommends.
#ifndef VQAGEN_TUNE_STATE_H
#define VQAGEN_TUNE_STATE_H

#include "tune.h"
#include "tune_images.h"
#include "tune_knee.h"
#include "tune_load.h"

enum { TUNE_QUESTIONS = 24 };

struct tune {
    const struct tune_settings *settings;
    struct tune_result *result;
    struct upstreams upstreams;
    struct recipe recipe;
    struct tune_images images;
    struct tune_load load;
    struct knee knee;
    struct {
        unsigned concurrency;
        bool refined;
        bool broken; // so many calls failed that it was given up: it says nothing of the knee
        struct tune_window window;
    } held[TUNE_LEVELS];
    size_t held_count;
    struct { // accepted in the first phase, for asking again
        size_t image;
        char *text; // owned
    } questions[TUNE_QUESTIONS];
    size_t question_count;
    double calls_per_item; // 0: no item has ended
};

// Calls that the later phases want, so that the first leaves them some.
long long tune_drafts_calls(const struct tune_settings *settings);
long long tune_sides_calls(const struct tune_settings *settings);

bool tune_compare_drafts(struct tune *tune, struct error *why);
bool tune_compare_sides(struct tune *tune, struct error *why);

// Fills in what the result recommends, and why. Pure, of the knee and the result's rows.
void tune_choose(const struct tune_settings *settings, const struct knee *knee,
                 struct tune_result *result);

// Mean cost of the replies since a sample, in dollars; -1: no price is known.
double tune_mean_cost(const struct tune_load *load, size_t first, const struct tune_window *window);

#endif
