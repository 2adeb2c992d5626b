#include "tune_state.h"

#include "batch.h"
#include "tune_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Answers at a smaller side may agree so much less with the largest's than those do themselves.
static const double agreement_margin = 0.05;

static void choose_concurrency(const struct tune_settings *settings, const struct knee *knee,
                               struct tune_result *result, char *reason, size_t size);
static void add_doubt(struct tune_result *result);
static void choose_side(const struct tune_settings *settings, struct tune_result *result);
static void choose_draft(const struct tune_settings *settings, struct tune_result *result);

void tune_choose(const struct tune_settings *settings, const struct knee *knee,
                 struct tune_result *result)
{
    if (knee->count == 0) {
        snprintf(result->reason, sizeof result->reason,
                 "too many calls fail; vqagen diagnose finds out why");
        return;
    }
    choose_concurrency(settings, knee, result, result->reason, sizeof result->reason);
    add_doubt(result);
    choose_side(settings, result);
    choose_draft(settings, result);
    result->batch_size = batch_size_for(result->concurrency, result->per_image);
    if (result->batch_size < settings->run->batch_size)
        result->batch_size = settings->run->batch_size;
}

// What a client that did not keep up measures is too low.
static void add_doubt(struct tune_result *result)
{
    size_t bound = 0, length = strlen(result->reason);
    for (size_t i = 0; i < result->level_count; i++)
        bound += result->levels[i].client_bound;
    if (bound > 0)
        snprintf(result->reason + length, sizeof result->reason - length,
                 " In %zu of %zu levels the client was the limit: on a machine with less to do "
                 "more may be found.",
                 bound, result->level_count);
}

static bool is_sound(const struct tune_level *row)
{
    return (row->calls - row->replies) * 50 <= row->calls;
}

static const struct tune_level *best_within(const struct tune_settings *settings,
                                            const struct tune_result *result)
{
    const struct tune_level *best = NULL;
    for (size_t i = 0; i < result->level_count; i++) {
        const struct tune_level *row = &result->levels[i];
        bool within = settings->latency_goal_ms <= 0 ||
                      (row->p95_ms >= 0 && row->p95_ms <= settings->latency_goal_ms);
        if (within && is_sound(row) && (best == NULL || row->concurrency > best->concurrency))
            best = row;
    }
    return best;
}

// The lowest level that brings nearly all there is, where throughput goes on growing beyond the
// knee as the endpoint slows down gradually; 0: it does not.
static unsigned gradual(const struct knee *knee)
{
    double most = 0, beside = 0;
    for (size_t i = 0; i < knee->count; i++) {
        most = fmax(most, knee->levels[i].calls_per_second);
        if (knee->levels[i].concurrency >= 1.15 * knee->place && beside == 0)
            beside = knee->levels[i].calls_per_second;
    }
    for (size_t i = 0; beside > 0 && beside < 0.85 * most && i < knee->count; i++)
        if (knee->levels[i].calls_per_second >= 0.93 * most)
            return knee->levels[i].concurrency;
    return 0;
}

static const char *seen_as(const struct knee *knee)
{
    if (knee->limit_per_second > 0 && knee->capacity_per_second >= knee->limit_per_second)
        return "the endpoint's headers allow no more";
    return knee->refuses ? "more is refused" : "more only waits";
}

static void choose_by_knee(const struct knee *knee, struct tune_result *result, char *reason,
                           size_t size)
{
    unsigned beyond = knee->refuses ? 0 : gradual(knee);
    char alone[TUNE_TEXT];
    // Where more is refused, a little room keeps chance from filling it.
    result->concurrency =
        knee->refuses ? (unsigned)fmax(1, floor(0.95 * knee->place)) : result->knee;
    snprintf(reason, size,
             "Capacity is %.2f replies/s and a call alone takes %s, so that %u in flight %s it "
             "all; %s.",
             knee->capacity_per_second, tune_text_ms(knee->base_ms, alone), result->knee,
             result->knee == 1 ? "uses" : "use", seen_as(knee));
    if (beyond == 0)
        return;
    result->concurrency = beyond;
    snprintf(reason, size,
             "Latency begins to grow at %u calls in flight, but throughput still grows up to %u.",
             result->knee, beyond);
}

static void choose_concurrency(const struct tune_settings *settings, const struct knee *knee,
                               struct tune_result *result, char *reason, size_t size)
{
    const struct tune_level *best = best_within(settings, result);
    unsigned highest =
        result->level_count > 0 ? result->levels[result->level_count - 1].concurrency : 1;
    result->concurrency = best != NULL ? best->concurrency : 1;
    if (settings->latency_goal_ms > 0 &&
        (best == NULL || result->knee == 0 || best->concurrency < result->knee)) {
        snprintf(reason, size,
                 best != NULL ? "With %u calls in flight 95 %% of the replies come within %.2f s."
                              : "Not even %u call alone comes within %.2f s 95 times of 100.",
                 result->concurrency, settings->latency_goal_ms / 1000);
    } else if (result->knee == 0) {
        snprintf(reason, size,
                 "The endpoint was not saturated with %u call%s in flight, the most that were "
                 "tried: it may take more.",
                 highest, highest == 1 ? "" : "s");
    } else if (settings->goal == TUNE_LATENCY && settings->latency_goal_ms <= 0) {
        result->concurrency = (unsigned)fmax(1, floor(0.7 * knee->place));
        snprintf(reason, size,
                 "At seven tenths of the knee of %u calls in flight hardly any call waits for "
                 "another.",
                 result->knee);
    } else {
        choose_by_knee(knee, result, reason, size);
    }
}

static void choose_side(const struct tune_settings *settings, struct tune_result *result)
{
    result->max_side = settings->run->limits.max_side_px;
    if (result->side_count < 2 || result->sides[0].agreement < 0)
        return;
    result->max_side = result->sides[0].side_px;
    for (size_t i = 1; i < result->side_count; i++) {
        const struct tune_side *row = &result->sides[i];
        if (row->agreement < result->sides[0].agreement - agreement_margin)
            break;
        result->max_side = row->side_px;
    }
}

// The most usable ones count alike; of them the one that takes least.
static void choose_draft(const struct tune_settings *settings, struct tune_result *result)
{
    double best = 0, least = INFINITY;
    result->per_image = settings->run->per_image;
    for (size_t i = 0; i < result->draft_count; i++)
        best = fmax(best, result->drafts[i].usable);
    for (size_t i = 0; i < result->draft_count && best > 0; i++) {
        const struct tune_draft *row = &result->drafts[i];
        double takes = settings->goal == TUNE_COST ? row->tokens_per_item : row->seconds_per_item;
        if (row->usable < best - 0.1 || takes >= least)
            continue;
        least = takes;
        result->per_image = row->questions;
    }
}
