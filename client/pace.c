#include "pace.h"

#include <math.h>

enum {
    FIRST_LIMIT = 4,
    LEAST_COHORT = 24, // calls in a window, once the limit is near
    FIRST_COHORT = 8,  // while it doubles: the steps are large, so that few calls tell
    LEAST_MORE = 6,    // of a step upwards: few calls show little
    RECENT = 24,       // calls that must agree that all has become slower
    LATENCIES_UNTIL_RETRY = 6,
    COSTS_UNTIL_RETRY = 20,
    LONGEST_HOLD_MS = 10000
};
static const double first_step = 2, least_step = 1.25, largest_step = 2, down_step = 0.8;
static const double refused_share = 0.95;    // of those taken, when one more was refused
static const double least_seen = 0.1;        // of a change of latency, in logarithms
static const double slow_ratio = 1.5;        // that calls take longer: something has happened
static const double above_best_ratio = 1.25; // that may lie between the best level and this one

static void begin_window(struct pace *pace);
static void begin_anew(struct pace *pace, int64_t now_ms);
static void set_limit(struct pace *pace, double limit, int64_t now_ms);
static void note_refusal(struct pace *pace, double asked_ms, int64_t now_ms);
static void note_reply(struct pace *pace, const struct pace_call *call, double latency_ms,
                       int64_t now_ms);
static bool is_worth_telling(struct pace *pace);

void pace_init(struct pace *pace, const struct pace_settings *settings)
{
    *pace = (struct pace){.automatic = settings->automatic,
                          .most = settings->concurrency,
                          .limit = settings->concurrency,
                          .reason = PACE_FIXED,
                          .base_level = NAN,
                          .best_level = NAN};
    buckets_init(&pace->buckets, settings->requests_per_minute, settings->tokens_per_minute);
    if (!pace->automatic)
        return;
    pace->limit = pace->most < FIRST_LIMIT ? pace->most : FIRST_LIMIT;
    pace->reason = PACE_BEGINS;
    pace->base_limit = pace->limit;
    pace->step = first_step;
    begin_window(pace);
}

// ---- Room for a call ----------------------------------------------------------------------------

// A raised limit is reached within half a latency, so that an endpoint that refuses meets few.
static double limit_now(const struct pace *pace, int64_t now_ms)
{
    double limit = pace->limit, gone = (double)(now_ms - pace->ramp_since_ms);
    if (pace->ramp_ms <= 0 || gone >= pace->ramp_ms || pace->ramp_from >= pace->limit)
        return limit;
    return pace->ramp_from + (limit - pace->ramp_from) * gone / pace->ramp_ms;
}

static int64_t slot_wait_ms(const struct pace *pace, int64_t now_ms)
{
    if (pace->in_flight >= pace->limit)
        return -1;
    if (pace->hold > 0 && now_ms < pace->hold_until_ms)
        return pace->hold_until_ms - now_ms;
    double missing = pace->in_flight + 1 - limit_now(pace, now_ms);
    if (missing <= 0)
        return 0;
    return 1 + (int64_t)(missing * pace->ramp_ms / (pace->limit - pace->ramp_from));
}

int64_t pace_wait_ms(const struct pace *pace, const struct bucket_cost *cost, int64_t now_ms)
{
    int64_t slot = slot_wait_ms(pace, now_ms);
    if (slot < 0)
        return slot;
    int64_t room = buckets_wait_ms(&pace->buckets, cost, now_ms);
    return room > slot ? room : slot;
}

static double latency_or(const struct pace *pace, double otherwise)
{
    return pace->latency_ms > 0 ? pace->latency_ms : otherwise;
}

struct pace_call pace_begin(struct pace *pace, unsigned kind, const struct bucket_cost *cost,
                            int64_t now_ms)
{
    struct pace_call call = {.began_ms = now_ms, .kind = kind, .cost = *cost};
    buckets_take(&pace->buckets, cost, now_ms);
    pace->in_flight++;
    pace->starts++;
    if (pace->refused_in_a_row > 0) {
        // Nobody knows yet whether this one is taken: the next goes when another has ended.
        pace->hold = 1;
        pace->hold_until_ms = now_ms + (int64_t)latency_or(pace, 1000) + 1;
    }
    // Calls that begin while fewer are in flight say nothing about the limit.
    if (pace->automatic && pace->in_flight >= 0.9 * pace->limit)
        call.window = pace_window_take(&pace->window);
    return call;
}

bool pace_end(struct pace *pace, const struct pace_call *call, const struct pace_result *result,
              int64_t now_ms)
{
    pace->in_flight--;
    if (result->limits != NULL)
        buckets_learn(&pace->buckets, result->limits, now_ms);
    if (result->outcome == PACE_REPLIED)
        buckets_correct(&pace->buckets, &call->cost, &result->used, now_ms);
    else
        buckets_correct(&pace->buckets, &call->cost, &(struct bucket_cost){0, 0}, now_ms);
    if (!pace->automatic)
        return false;
    if (result->outcome == PACE_REPLIED) {
        if (pace->hold > 0)
            pace->hold--;
        if (call->began_ms > pace->refused_ms)
            pace->refused_in_a_row = pace->hold = 0;
        if (pace->shut)
            begin_anew(pace, now_ms);
        note_reply(pace, call, result->latency_ms, now_ms);
    } else {
        if (result->outcome == PACE_FAILED && pace->hold > 0)
            pace->hold--; // it has ended, too
        pace_window_lose(&pace->window, call->window);
        // A rate that is used up says nothing of how many may be in flight.
        if (result->outcome == PACE_REFUSED && !buckets_are_empty(&pace->buckets, now_ms))
            note_refusal(pace, result->wait_ms, now_ms);
    }
    return is_worth_telling(pace);
}

// ---- Refusals -----------------------------------------------------------------------------------

static void note_refusal(struct pace *pace, double asked_ms, int64_t now_ms)
{
    unsigned taken = pace->in_flight;
    double latency_ms = latency_or(pace, 1000);
    pace->refusals++;
    pace->refused_in_a_row++;
    pace->refused_ms = now_ms;
    pace->refused_cost_ms = asked_ms > 0 ? asked_ms : 0;
    pace->shut |= taken == 0;
    // One more once another has ended; if that was refused as well, when a quarter of them have.
    // Who is refused with nothing in flight waits, longer each time.
    pace->hold = pace->refused_in_a_row > 1 ? 1 + taken / 4 : 1;
    double wait_ms = latency_ms > 100 ? latency_ms : 100;
    if (taken == 0)
        wait_ms *= (double)(1u << (pace->refused_in_a_row < 8 ? pace->refused_in_a_row - 1 : 7));
    pace->hold_until_ms = now_ms + (int64_t)(wait_ms < LONGEST_HOLD_MS ? wait_ms : LONGEST_HOLD_MS);
    if (pace->decreased_ms > 0 && (double)(now_ms - pace->decreased_ms) < latency_ms)
        return;
    pace->decreased_ms = now_ms;
    pace->refused_at = taken + 1;
    double lower = refused_share * taken;
    set_limit(pace, lower < pace->limit - 1.0 ? lower : pace->limit - 1.0, now_ms);
    pace->reason = PACE_REFUSALS;
    pace->phase = PACE_WATCH;
    pace->step = 1;
    pace->slowed = false;
    begin_window(pace);
}

// It takes calls again after it had refused every one.
static void begin_anew(struct pace *pace, int64_t now_ms)
{
    pace->shut = false;
    pace->refused_at = 0;
    pace->phase = PACE_START;
    pace->step = first_step;
    pace->base_level = NAN;
    set_limit(pace, FIRST_LIMIT, now_ms);
    begin_window(pace);
}

// ---- Latency ------------------------------------------------------------------------------------

static void begin_window(struct pace *pace)
{
    unsigned least = pace->phase == PACE_START ? FIRST_COHORT : LEAST_COHORT;
    pace_window_begin(&pace->window, pace->limit > least ? pace->limit : least);
}

static void set_limit(struct pace *pace, double wanted, int64_t now_ms)
{
    unsigned limit = wanted < 1 ? 1 : (unsigned)(wanted + 0.5);
    if (limit > pace->most)
        limit = pace->most;
    pace->ramp_from = pace->limit;
    pace->ramp_since_ms = now_ms;
    pace->ramp_ms = limit > pace->limit ? pace->latency_ms / 2 : 0;
    pace->limit = limit;
    pace->recent.count = 0;
}

// The limit that the next step upwards goes to; the present one when there is none.
static unsigned next_up(const struct pace *pace, int64_t now_ms)
{
    double step = pace->step > least_step ? pace->step : least_step;
    double wanted = pace->limit * step;
    if (wanted < pace->limit + LEAST_MORE)
        wanted = pace->limit + LEAST_MORE;
    if (pace->refused_at > 0 && wanted >= pace->refused_at) {
        double below = floor(0.95 * pace->refused_at);
        // A refusal that stops everything for a while must stay rare.
        double rest_ms = fmax(LATENCIES_UNTIL_RETRY * latency_or(pace, 1000),
                              COSTS_UNTIL_RETRY * pace->refused_cost_ms);
        bool again = (double)(now_ms - pace->refused_ms) >= rest_ms;
        if (below > pace->limit)
            wanted = below;
        else if (again)
            wanted = pace->refused_at * 1.05 + 1;
        else
            wanted = pace->limit;
    }
    return wanted > pace->most ? pace->most : (unsigned)wanted;
}

static void try_limit(struct pace *pace, enum pace_phase phase, double limit, int64_t now_ms)
{
    pace->base_limit = pace->limit;
    pace->phase = phase;
    set_limit(pace, limit, now_ms);
}

static void settle(struct pace *pace, double limit, int64_t now_ms)
{
    pace->phase = PACE_WATCH;
    set_limit(pace, limit, now_ms);
}

// After a level was measured at the present limit: what is tried next.
static void go_on(struct pace *pace, int64_t now_ms)
{
    bool queueing = pace->base_level > pace->best_level + log(above_best_ratio);
    unsigned up = next_up(pace, now_ms);
    if (pace->phase == PACE_START && up > pace->limit)
        try_limit(pace, PACE_START, up, now_ms);
    else if (queueing && pace->windows % 2 == 0 && pace->limit > 1)
        try_limit(pace, PACE_DOWN, pace->limit * down_step, now_ms);
    else if (up > pace->limit)
        try_limit(pace, PACE_UP, up, now_ms);
    else
        pace->phase = PACE_WATCH;
    if (pace->limit == pace->most && pace->phase != PACE_DOWN)
        pace->reason = PACE_CEILING;
}

// A step upwards: what it did to latency is what throughput did not gain.
static void judge_up(struct pace *pace, double level, int64_t now_ms)
{
    double slower = level - pace->base_level, step = log((double)pace->limit / pace->base_limit);
    // With little lost the whole step stands; else as many as carry the new throughput at the old
    // latency.
    double worth = pace->limit * exp(-slower);
    // The first windows are short: only a clear loss ends the doubling. What a small step does is
    // lost in chance: it was tried because more had been refused, and is not.
    double bearable = step * (pace->phase == PACE_START ? 0.6 : 0.5);
    if (bearable < least_seen)
        bearable = least_seen;
    if (slower < step / 4 || step < least_seen)
        worth = pace->limit;
    if (slower < bearable) {
        pace->step = fmin(largest_step, 1.4 * fmax(pace->step, least_step));
        if (pace->refused_at > 0 && pace->limit >= pace->refused_at) {
            pace->refused_at = 0; // it takes more than it did
            pace->step = largest_step;
        }
        // What it is at the limit that is kept, between the two.
        pace->base_level += slower * log(worth / pace->base_limit) / step;
        set_limit(pace, worth, now_ms);
        go_on(pace, now_ms);
        return;
    }
    pace->step = 1;
    pace->reason = PACE_KNEE;
    double least = 0.85 * pace->base_limit;
    settle(pace, worth > least ? worth : least, now_ms);
}

static void judge_down(struct pace *pace, double level, int64_t now_ms)
{
    double quicker = pace->base_level - level, step = log((double)pace->base_limit / pace->limit);
    if (quicker < step / 2) {
        // Fewer in flight do not make it quicker: this is what calls take now.
        pace->best_level = level;
        settle(pace, pace->base_limit, now_ms);
        return;
    }
    pace->base_level = level;
    pace->reason = PACE_KNEE;
    go_on(pace, now_ms);
}

static void watch(struct pace *pace, double level, int64_t now_ms)
{
    pace->base_level = level;
    if (!pace->slowed) {
        go_on(pace, now_ms);
        return;
    }
    pace->slowed = false;
    double slower = level - pace->best_level;
    if (slower > log(slow_ratio) && pace->limit > 1)
        try_limit(pace, PACE_DOWN, pace->limit * exp(-slower), now_ms);
    else
        go_on(pace, now_ms);
}

static void read_window(struct pace *pace, int64_t now_ms)
{
    double level = pace_window_level(&pace->window);
    pace->windows++;
    // The best fades, so that an endpoint that became slower for good is taken as it is. Half of
    // what is lower is chance.
    if (isnan(pace->best_level))
        pace->best_level = level;
    pace->best_level += level < pace->best_level ? (level - pace->best_level) / 2 : 0.003;
    if (isnan(pace->base_level)) {
        pace->base_level = level;
        go_on(pace, now_ms);
    } else if (pace->phase == PACE_WATCH) {
        watch(pace, level, now_ms);
    } else if (pace->phase == PACE_DOWN) {
        judge_down(pace, level, now_ms);
    } else {
        judge_up(pace, level, now_ms);
    }
    begin_window(pace);
}

static void note_reply(struct pace *pace, const struct pace_call *call, double latency_ms,
                       int64_t now_ms)
{
    double level = pace_offsets_apply(&pace->offsets, call->kind, latency_ms);
    pace->latency_ms = pace->latency_ms > 0
                           ? exp(log(pace->latency_ms) + (level - log(pace->latency_ms)) / 16)
                           : latency_ms;
    pace_window_end(&pace->window, call->window, level);
    pace_recent_add(&pace->recent, level);
    if (pace_window_is_full(&pace->window)) {
        read_window(pace, now_ms);
        return;
    }
    // All calls of late took much longer than they should: how much is measured at once.
    if (pace->phase == PACE_START || pace->slowed || isnan(pace->best_level))
        return;
    double expected = pace->base_level > pace->best_level ? pace->base_level : pace->best_level;
    if (pace->phase == PACE_UP)
        expected += log((double)pace->limit / pace->base_limit);
    if (pace_recent_median(&pace->recent, RECENT) > expected + log(slow_ratio)) {
        pace->phase = PACE_WATCH;
        pace->slowed = true;
        begin_window(pace);
    }
}

// ---- For people ---------------------------------------------------------------------------------

static bool is_worth_telling(struct pace *pace)
{
    if (pace->phase == PACE_START || pace->reason == PACE_BEGINS)
        return false;
    if (pace->phase != PACE_WATCH)
        return false;
    bool first = pace->lowest == 0;
    if (!first && pace->limit * 2 > pace->lowest && pace->limit < pace->highest * 2)
        return false;
    pace->lowest = pace->highest = pace->limit;
    return true;
}

const char *pace_reason_text(enum pace_reason reason)
{
    static const char *const texts[] = {
        [PACE_FIXED] = "as set",
        [PACE_BEGINS] = "still rising",
        [PACE_KNEE] = "with more in flight calls only take longer",
        [PACE_REFUSALS] = "the endpoint refuses more",
        [PACE_CEILING] = "the most that is allowed",
    };
    return texts[reason];
}

const char *pace_reason_word(enum pace_reason reason)
{
    static const char *const words[] = {[PACE_FIXED] = "fixed",
                                        [PACE_BEGINS] = "rising",
                                        [PACE_KNEE] = "knee",
                                        [PACE_REFUSALS] = "refusals",
                                        [PACE_CEILING] = "ceiling"};
    return words[reason];
}

const char *pace_phase_word(enum pace_phase phase)
{
    static const char *const words[] = {
        [PACE_START] = "start", [PACE_WATCH] = "watch", [PACE_UP] = "up", [PACE_DOWN] = "down"};
    return words[phase];
}
