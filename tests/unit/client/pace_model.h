// An endpoint and its caller as a discrete event model: calls begin as the pace allows, take a
// lognormal time, and are refused, queued or slowed down above a capacity that changes with time.
// A minute of it takes milliseconds, and every run with a seed is the same.
#ifndef VQAGEN_PACE_MODEL_H
#define VQAGEN_PACE_MODEL_H

#include "pace.h"
#include "random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum model_kind { MODEL_REFUSES, MODEL_QUEUES, MODEL_SHARES, MODEL_GRADUAL };

struct model_settings {
    enum model_kind kind;
    double latency_ms, sigma; // median and spread of a call's own work
    struct {
        double from_ms;
        unsigned capacity; // 0: all is refused
    } steps[4];
    double end_ms;
    double wait_ms;            // that a refusal asks for; it holds for all calls
    double refusal_ms;         // until a refusal comes back
    unsigned slow_call;        // the number of one call that takes 50 times as long; 0: none
    long long per_minute;      // requests that the endpoint takes in a fixed minute; 0: no limit
    bool tells;                // it says so in headers
    double idle_from, idle_to; // the caller has nothing to send
    bool two_kinds;            // every fourth call takes four times as long
    uint64_t seed;
};

enum { MODEL_CALLS = 4096, MODEL_SAMPLES = 200000 };

struct model_job {
    struct pace_call call;
    double began_ms, left_ms, due_ms; // left_ms: of its own work
    bool refused, serving;
};

struct model {
    struct model_settings settings;
    struct pace pace;
    struct model_job jobs[MODEL_CALLS];
    unsigned out, serving, told;
    double now_ms, minute_ms, frozen_ms;
    long long in_minute;
    uint64_t random;
    long long begun, replied, refused;
    float *latencies, *times; // of replies
    unsigned *limits;         // at each reply
    double most_idle_ms;      // longest time without a call taken by the endpoint
    double taken_ms;
};

static double model_normal(struct model *model)
{
    double u = random_unit(&model->random), v = random_unit(&model->random);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

static unsigned model_capacity(const struct model *model)
{
    unsigned capacity = model->settings.steps[0].capacity;
    for (int i = 1; i < 4 && model->settings.steps[i].from_ms > 0; i++)
        if (model->now_ms >= model->settings.steps[i].from_ms)
            capacity = model->settings.steps[i].capacity;
    return capacity;
}

static double model_next_step(const struct model *model)
{
    double next = model->settings.end_ms;
    for (int i = 1; i < 4 && model->settings.steps[i].from_ms > 0; i++)
        if (model->settings.steps[i].from_ms > model->now_ms &&
            model->settings.steps[i].from_ms < next)
            next = model->settings.steps[i].from_ms;
    return next;
}

// The speed at which a job that is served is worked on.
static double model_speed(const struct model *model)
{
    double capacity = model_capacity(model), serving = model->serving;
    if (serving == 0)
        return 1;
    if (model->settings.kind == MODEL_SHARES)
        return serving > capacity ? capacity / serving : 1;
    if (model->settings.kind == MODEL_GRADUAL) // a batching server: latency grows from the start
        return 1 / (1 + serving / capacity);
    return 1;
}

// Puts waiting jobs to work, oldest first.
static void model_serve(struct model *model)
{
    unsigned capacity = model->settings.kind == MODEL_QUEUES ? model_capacity(model) : MODEL_CALLS;
    while (model->serving < capacity) {
        struct model_job *oldest = NULL;
        for (unsigned i = 0; i < model->out; i++) {
            struct model_job *job = &model->jobs[i];
            if (!job->refused && !job->serving &&
                (oldest == NULL || job->began_ms < oldest->began_ms))
                oldest = job;
        }
        if (oldest == NULL)
            return;
        oldest->serving = true;
        model->serving++;
    }
}

static bool model_refuses(struct model *model)
{
    if (model->settings.per_minute > 0) {
        if (model->now_ms >= model->minute_ms + 60000) {
            model->minute_ms = floor(model->now_ms / 60000) * 60000;
            model->in_minute = 0;
        }
        if (model->in_minute >= model->settings.per_minute)
            return true;
        model->in_minute++;
    }
    return model->settings.kind == MODEL_REFUSES && model->serving >= model_capacity(model);
}

static void model_begin(struct model *model)
{
    struct model_job *job = &model->jobs[model->out++];
    unsigned kind = model->settings.two_kinds && model->begun % 4 == 0;
    model->begun++;
    *job = (struct model_job){.began_ms = model->now_ms};
    job->call =
        pace_begin(&model->pace, kind, &(struct bucket_cost){100, 50}, (int64_t)model->now_ms);
    job->left_ms = model->settings.latency_ms * exp(model->settings.sigma * model_normal(model));
    if (kind == 1)
        job->left_ms *= 4;
    if (model->settings.slow_call > 0 && model->begun == model->settings.slow_call)
        job->left_ms *= 50;
    job->refused = model_refuses(model);
    if (job->refused) {
        job->due_ms = model->now_ms + model->settings.refusal_ms;
    } else {
        if (model->now_ms - model->taken_ms > model->most_idle_ms)
            model->most_idle_ms = model->now_ms - model->taken_ms;
        model->taken_ms = model->now_ms;
    }
    model_serve(model);
}

static void model_end(struct model *model, struct model_job *job)
{
    struct limit_headers limits;
    struct pace_result result = {.outcome = job->refused ? PACE_REFUSED : PACE_REPLIED,
                                 .latency_ms = model->now_ms - job->began_ms,
                                 .used = {100, 50}};
    if (model->settings.tells) {
        limits = (struct limit_headers){.requests = {-1, -1, -1},
                                        .tokens = {-1, -1, -1},
                                        .input_tokens = {-1, -1, -1},
                                        .output_tokens = {-1, -1, -1}};
        limits.requests.limit = model->settings.per_minute;
        limits.requests.remaining = model->settings.per_minute - model->in_minute;
        limits.requests.reset_ms = (int64_t)(model->minute_ms + 60000 - model->now_ms);
        if (model->now_ms >= model->minute_ms + 60000) {
            limits.requests.remaining = model->settings.per_minute;
            limits.requests.reset_ms = 60000;
        }
        result.limits = &limits;
    }
    struct pace_call call = job->call;
    if (job->refused) {
        model->refused++;
        result.wait_ms = model->settings.wait_ms;
        model->frozen_ms = fmax(model->frozen_ms, model->now_ms + model->settings.wait_ms);
    } else {
        model->serving--;
        if (model->replied < MODEL_SAMPLES) {
            model->latencies[model->replied] = (float)result.latency_ms;
            model->times[model->replied] = (float)model->now_ms;
            model->limits[model->replied] = model->pace.limit;
        }
        model->replied++;
    }
    *job = model->jobs[--model->out];
    model->told += pace_end(&model->pace, &call, &result, (int64_t)model->now_ms);
    model_serve(model);
}

static void model_advance(struct model *model, double to_ms)
{
    double work = (to_ms - model->now_ms) * model_speed(model);
    for (unsigned i = 0; i < model->out; i++)
        if (model->jobs[i].serving)
            model->jobs[i].left_ms -= work;
    model->now_ms = to_ms;
}

static bool model_idle(const struct model *model)
{
    if (model->now_ms < model->frozen_ms)
        return true;
    return model->now_ms >= model->settings.idle_from && model->now_ms < model->settings.idle_to;
}

static void model_run(struct model *model, const struct model_settings *settings,
                      const struct pace_settings *pace)
{
    static const struct bucket_cost cost = {100, 50};
    *model = (struct model){.settings = *settings, .random = settings->seed};
    model->latencies = calloc(MODEL_SAMPLES, sizeof *model->latencies);
    model->times = calloc(MODEL_SAMPLES, sizeof *model->times);
    model->limits = calloc(MODEL_SAMPLES, sizeof *model->limits);
    pace_init(&model->pace, pace);
    while (model->now_ms < settings->end_ms) {
        int64_t wait;
        while ((wait = pace_wait_ms(&model->pace, &cost, (int64_t)model->now_ms)) == 0 &&
               !model_idle(model) && model->out < MODEL_CALLS)
            model_begin(model);
        double next = model_next_step(model), speed = model_speed(model);
        struct model_job *first = NULL;
        for (unsigned i = 0; i < model->out; i++) {
            struct model_job *job = &model->jobs[i];
            double due = job->refused   ? job->due_ms
                         : job->serving ? model->now_ms + job->left_ms / speed
                                        : INFINITY;
            if (due < next) {
                next = due;
                first = job;
            }
        }
        if (wait > 0 && model->now_ms + (double)wait < next && !model_idle(model)) {
            next = floor(model->now_ms) + (double)wait;
            first = NULL;
        }
        double idle_to = model->now_ms < model->frozen_ms ? model->frozen_ms : settings->idle_to;
        if (model_idle(model) && idle_to < next) {
            next = idle_to;
            first = NULL;
        }
        model_advance(model, next);
        if (first != NULL)
            model_end(model, first);
    }
    if (model->now_ms - model->taken_ms > model->most_idle_ms)
        model->most_idle_ms = model->now_ms - model->taken_ms;
}

static void model_clear(struct model *model)
{
    free(model->latencies);
    free(model->times);
    free(model->limits);
}

// Replies a second between the two times.
static double model_throughput(const struct model *model, double from_ms, double to_ms)
{
    long long count = 0;
    for (long long i = 0; i < model->replied; i++)
        count += (double)model->times[i] >= from_ms && (double)model->times[i] < to_ms;
    return (double)count * 1000 / (to_ms - from_ms);
}

static int model_compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double model_median(const struct model *model, double from_ms, double to_ms)
{
    float *some = calloc((size_t)model->replied + 1, sizeof *some);
    size_t count = 0;
    for (long long i = 0; i < model->replied; i++)
        if ((double)model->times[i] >= from_ms && (double)model->times[i] < to_ms)
            some[count++] = model->latencies[i];
    qsort(some, count, sizeof *some, model_compare);
    double median = count > 0 ? (double)some[count / 2] : NAN;
    free(some);
    return median;
}

// When, after from_ms, a run fits the capacity: the calls of the last two latencies took less than
// 1.5 of them in the median, and were above 85 % of what the capacity allows. INFINITY: never.
static double model_follows(const struct model *model, double from_ms, unsigned capacity)
{
    double latency = model->settings.latency_ms, span = 2 * latency;
    double ideal = capacity * 1000 / (latency * exp(pow(model->settings.sigma, 2) / 2));
    for (double at = from_ms + span; at < model->now_ms; at += latency / 4)
        if (model_median(model, at - span, at) < 1.5 * latency &&
            model_throughput(model, at - span, at) > 0.85 * ideal)
            return at;
    return INFINITY;
}

#endif
