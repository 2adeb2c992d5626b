// The search for the knee against a model of an endpoint whose knee is known: calls in flight are
// held as tune_load.c holds them, in simulated time.
#include "unit.h"

#include "random.h"
#include "tune_knee.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { QUEUE, SLOW, REFUSE, RATE, RATE_TOLD };
static const char *const kind_names[] = {"queue", "slow", "refuse", "rate", "rate told"};

enum { MOST_CALLS = 60000, MOST_SLOTS = 1024, BASE_US = 200000 };

enum slot_state { IDLE, HELD, WAITING, WORKING };

struct slot {
    enum slot_state state;
    double due; // HELD: time; WORKING: worked time left
    double work;
    size_t sample;
    unsigned long order; // of arrival
};

struct model {
    enum kind kind;
    unsigned capacity;
    double sigma;
    uint64_t random;
    double now; // us
    double tokens, filled_at;
    struct slot slots[MOST_SLOTS];
    unsigned used, target, working, in_flight; // slots ever used; of the level; ...
    unsigned long arrivals;
    struct tune_sample *samples;
    size_t count;
    bool refused_before;
};

static double normal(uint64_t *state)
{
    double a = 1 - random_unit(state), b = random_unit(state);
    return sqrt(-2 * log(a)) * cos(2 * 3.14159265358979 * b);
}

// Lognormal with mean BASE_US.
static double draw(struct model *model)
{
    return BASE_US * exp(model->sigma * normal(&model->random) - model->sigma * model->sigma / 2);
}

static bool takes(struct model *model)
{
    if (model->kind == REFUSE)
        return model->working < model->capacity;
    if (model->kind == RATE || model->kind == RATE_TOLD) {
        double per_us = model->capacity / (double)BASE_US;
        double most = model->kind == RATE ? model->capacity * 0.5 + 1 : per_us * 60e6;
        model->tokens = fmin(model->tokens + (model->now - model->filled_at) * per_us, most);
        model->filled_at = model->now;
        if (model->tokens < 1)
            return false;
        model->tokens -= 1;
    }
    return true;
}

static void send(struct model *model, struct slot *slot)
{
    assert_true(model->count < MOST_CALLS);
    slot->sample = model->count;
    slot->order = model->arrivals++;
    struct tune_sample *sample = &model->samples[model->count++];
    *sample = (struct tune_sample){.start_us = (int64_t)model->now,
                                   .end_us = INT64_MAX,
                                   .first_token_ms = -1,
                                   .cost_nano = -1};
    if (!takes(model)) {
        sample->end_us = (int64_t)model->now + 1000;
        sample->latency_ms = 1;
        sample->kind = "rate_limited";
        sample->refused = true;
        slot->state = HELD;
        slot->due = model->now + BASE_US * (1.5 + random_unit(&model->random));
        return;
    }
    slot->work = draw(model);
    bool waits = model->kind == QUEUE && model->working >= model->capacity;
    slot->state = waits ? WAITING : WORKING;
    model->working += !waits;
    model->in_flight++;
}

static double pace_of(const struct model *model)
{
    bool shared = model->kind == SLOW && model->working > model->capacity;
    return shared ? (double)model->capacity / model->working : 1;
}

static void finish(struct model *model, struct slot *slot)
{
    struct tune_sample *sample = &model->samples[slot->sample];
    sample->end_us = (int64_t)model->now;
    sample->latency_ms = (double)(sample->end_us - sample->start_us) / 1000;
    slot->state = IDLE;
    model->working--;
    model->in_flight--;
    struct slot *next = NULL;
    for (size_t i = 0; i < model->used; i++)
        if (model->slots[i].state == WAITING &&
            (next == NULL || model->slots[i].order < next->order))
            next = &model->slots[i];
    if (next != NULL) {
        next->state = WORKING;
        model->working++;
    }
}

// Time goes on to the next event.
static void step(struct model *model)
{
    for (unsigned i = 0; i < model->used; i++) {
        bool taken = model->slots[i].state != IDLE;
        if (!taken && model->in_flight < model->target && i < model->target)
            send(model, &model->slots[i]);
    }
    double pace = pace_of(model), soonest = INFINITY;
    struct slot *first = NULL;
    for (size_t i = 0; i < model->used; i++) {
        struct slot *slot = &model->slots[i];
        double wait = slot->state == WORKING ? slot->work / pace
                      : slot->state == HELD  ? slot->due - model->now
                                             : INFINITY;
        if (wait < soonest) {
            soonest = wait;
            first = slot;
        }
    }
    assert_non_null(first);
    soonest = fmax(soonest, 0);
    model->now += soonest;
    for (size_t i = 0; i < model->used; i++)
        if (model->slots[i].state == WORKING)
            model->slots[i].work -= soonest * pace;
    if (first->state == WORKING)
        finish(model, first);
    else
        first->state = IDLE;
}

static void hold(struct model *model, unsigned concurrency, double warm_us,
                 struct knee_level *level)
{
    struct error why = {0};
    model->target = concurrency;
    model->used = concurrency > model->used ? concurrency : model->used;
    assert_in_range(model->used, 1, MOST_SLOTS);
    while (model->in_flight > concurrency)
        step(model);
    double until = model->now + warm_us;
    while (model->now < until)
        step(model);
    struct tune_window window = {.from_us = (int64_t)model->now};
    long long replies = 0, faults = 0;
    size_t first = model->count;
    do {
        step(model);
        replies = faults = 0;
        for (size_t i = first > 1000 ? first - 1000 : 0; i < model->count; i++) {
            const struct tune_sample *at = &model->samples[i];
            bool inside = at->end_us >= window.from_us && at->end_us <= (int64_t)model->now;
            replies += inside && at->kind == NULL;
            faults += inside && at->kind != NULL;
        }
        if (faults > 0 && !model->refused_before) {
            model->refused_before = true;
            window.from_us = (int64_t)model->now;
        }
    } while (!tune_window_is_full(knee_wanted(concurrency), replies, faults));
    window.to_us = (int64_t)model->now + 1;
    struct tune_level row;
    *level = (struct knee_level){.concurrency = concurrency};
    assert_true(tune_window_measure(model->samples, model->count, &window, level, &row, &why));
    assert_true(fabs(row.littles_ratio - 1) < 0.01);
}

static double search(enum kind kind, unsigned capacity, double sigma, uint64_t seed, size_t *calls)
{
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->samples = calloc(MOST_CALLS, sizeof *model->samples);
    assert_non_null(model->samples);
    model->kind = kind;
    model->capacity = capacity;
    model->sigma = sigma;
    model->random = random_from(seed, kind_names[kind], "knee");
    model->tokens = kind == RATE ? capacity * 0.5 + 1 : 1e9;
    struct knee knee = {.most = 512};
    if (kind == RATE_TOLD)
        knee.limit_per_second = capacity / (BASE_US / 1e6);
    double latency_us = 0;
    unsigned next;
    bool refining;
    knee_judge(&knee);
    while ((next = knee_next(&knee, &refining)) > 0) {
        struct knee_level level;
        hold(model, next, latency_us, &level);
        latency_us = level.mean_ms * 1000;
        knee.refined += refining;
        knee_add(&knee, &level);
        knee_judge(&knee);
    }
    *calls = model->count;
    double place = knee.place;
    free(model->samples);
    free(model);
    return place;
}

static void test_known_knees(void **state)
{
    (void)state;
    static const unsigned capacities[] = {8, 37, 150};
    enum { SEEDS = 10 };
    for (enum kind kind = QUEUE; kind <= RATE_TOLD; kind++)
        for (size_t c = 0; c < 3; c++)
            for (int wide = 0; wide < (c < 2 ? 2 : 1); wide++) {
                unsigned good = 0, capacity = capacities[c];
                size_t most = 0;
                double sum = 0, worst = 0;
                for (uint64_t seed = 1; seed <= SEEDS; seed++) {
                    size_t calls;
                    double off = search(kind, capacity, wide ? 0.5 : 0.3, seed, &calls) / capacity;
                    good += fabs(off - 1) <= 0.15;
                    sum += off / SEEDS;
                    worst = fabs(off - 1) > worst ? fabs(off - 1) : worst;
                    most = calls > most ? calls : most;
                }
                printf("%-9s capacity %3u sigma %.1f: %u of %d within 15 %%, mean %.3f, worst "
                       "%.3f, calls at most %zu of %u\n",
                       kind_names[kind], capacity, wide ? 0.5 : 0.3, good, SEEDS, sum, worst, most,
                       200 + 25 * capacity);
                assert_in_range(good, 9, SEEDS);
                assert_in_range(most, 1, 200 + 25 * capacity);
            }
}

static void add(struct knee *knee, unsigned concurrency, double per_second, double mean_ms)
{
    knee_add(knee, &(struct knee_level){.concurrency = concurrency,
                                        .seconds = 10,
                                        .replies = per_second * 10,
                                        .calls_per_second = per_second,
                                        .mean_ms = mean_ms,
                                        .deviation_ms = 0.3 * mean_ms,
                                        .ended = (long long)(per_second * 10)});
    knee_judge(knee);
}

// A machine that was busy for a moment makes a level look saturated; the level beyond it tells.
static void test_a_stall_is_no_knee(void **state)
{
    (void)state;
    struct knee knee = {.most = 512};
    bool refining;
    for (unsigned level = 1; level <= 8; level *= 2)
        add(&knee, level, 5.0 * level, 200);
    add(&knee, 16, 45, 350);
    assert_true(knee.place > 8 && knee.place < 11);
    unsigned next = knee_next(&knee, &refining);
    assert_true(refining);
    assert_int_equal(next, 7);
    add(&knee, next, 35, 200);
    next = knee_next(&knee, &refining);
    assert_true(refining && next > 9 && next < 16);
    add(&knee, next, 5.0 * next, 200);
    add(&knee, 18, 90, 200);
    assert_true(knee.place == 0);
    assert_int_equal(knee_next(&knee, &refining), 36);
    assert_false(refining);
}

// What is still to come is kept: the double of the level, and two levels round where the knee may
// be.
static void test_a_level_is_repeated_within_the_budget(void **state)
{
    (void)state;
    struct knee knee = {.most = 512};
    for (unsigned level = 1; level <= 16; level *= 2)
        add(&knee, level, 5.0 * level, 200);
    assert_int_equal(knee_most_calls(37), 200 + 25 * 37);
    const struct knee_level unsaturated = {.concurrency = 32,
                                           .seconds = 20,
                                           .replies = 3200,
                                           .calls_per_second = 160,
                                           .mean_ms = 200,
                                           .deviation_ms = 60,
                                           .ended = 3200};
    long long to_come = knee_wanted(32) + 32 + knee_wanted(64) + 64 + 2 * (knee_wanted(48) + 48);
    long long spare = knee_most_calls(32) - to_come;
    assert_true(knee_may_repeat(&knee, &unsaturated, spare));
    assert_false(knee_may_repeat(&knee, &unsaturated, spare + 1));
    // With a knee at 16, which may be at 14, there is less to spend, and no double to measure.
    const struct knee_level saturated = {.concurrency = 32,
                                         .seconds = 40,
                                         .replies = 3200,
                                         .calls_per_second = 80,
                                         .mean_ms = 400,
                                         .deviation_ms = 60,
                                         .ended = 3200};
    to_come = knee_wanted(32) + 32 + 2 * (knee_wanted(24) + 24);
    spare = knee_most_calls(13) - to_come;
    assert_true(knee_may_repeat(&knee, &saturated, spare));
    assert_false(knee_may_repeat(&knee, &saturated, spare + 1));
    assert_int_equal(knee.count, 5); // it is a question only
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_knees),
        cmocka_unit_test(test_a_stall_is_no_knee),
        cmocka_unit_test(test_a_level_is_repeated_within_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
