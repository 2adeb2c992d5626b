#include "tune_load.h"

#include "clock.h"
#include "random.h"
#include "spending.h"
#include "tune_calls.h"
#include "tune_items.h"
#include "tune_replies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tune_load_open(struct tune_load *load, const struct run_settings *settings,
                    struct upstream *upstream, long long most_calls, struct error *why)
{
    *load = (struct tune_load){.settings = settings,
                               .upstream = upstream,
                               .most_calls = most_calls,
                               .jitter = random_from(settings->seed, "tune", "jitter")};
    upstream->price = spending_price(settings, upstream);
    if (settings->max_cost >= 0 && upstream->price == NULL)
        return error_set(why, ERR_SETTINGS,
                         "--max-cost cannot be kept: the price of %s is not known; give it as "
                         "--price INPUT,OUTPUT in dollars a million tokens",
                         upstream->endpoint.model);
    struct store_totals none = {0};
    budget_init(&load->budget, settings->max_cost, &none, upstream->price);
    buckets_init(&load->buckets, 0, 0);
    struct client_settings client = run_client_settings(settings);
    client.done = tune_replies_later;
    client.context = load;
    load->client = client_new(&client, why);
    return load->client != NULL;
}

void tune_load_close(struct tune_load *load)
{
    if (load->client != NULL)
        client_abort(load->client);
    tune_replies_drop(load);
    client_free(load->client);
    tune_items_end(load, true);
    tune_samples_clear(&load->samples);
    free(load->held);
    *load = (struct tune_load){0};
}

void tune_load_stop(struct tune_load *load, const char *reason)
{
    if (load->stopped[0] == '\0')
        snprintf(load->stopped, sizeof load->stopped, "%s", reason);
}

// ---- A level ------------------------------------------------------------------------------------

// No endpoint that breaks down is pushed on: one call in ten that fails is enough to stop.
static void heed_failures(struct tune_load *load, const struct tune_tally *tally)
{
    enum { ENOUGH = 5, ONE_IN = 10 };
    long long all = tally->replies + tally->refused + tally->failed;
    if (tally->failed < ENOUGH || tally->failed * ONE_IN <= all)
        return;
    char text[160];
    snprintf(text, sizeof text, "at %u calls in flight %lld of %lld calls failed (%s)",
             load->target, tally->failed, all, tune_samples_last_fault(&load->samples));
    tune_load_stop(load, text);
}

static void heed_time(struct tune_load *load, int64_t since_us, bool *full, long long replies)
{
    enum { LONGEST_S = 300, LATENCIES = 30, ENOUGH = 8 };
    double seconds = (double)(clock_now_us() - since_us) / 1e6;
    if (seconds < LONGEST_S + LATENCIES * load->latency_ms / 1000)
        return;
    *full = true;
    if (replies < ENOUGH)
        tune_load_stop(load, "replies come too slowly to measure anything");
}

bool tune_load_level(struct tune_load *load, unsigned concurrency, long long wanted,
                     struct tune_window *window, struct error *why)
{
    size_t first = tune_samples_first_open(&load->samples);
    bool full = false;
    load->target = concurrency;
    load->whole = true;
    while (load->stopped[0] == '\0' && tune_calls_busy(load) > concurrency)
        if (!tune_calls_turn(load, why))
            return false;
    int64_t warm_us = clock_now_us() + (int64_t)(load->latency_ms * 1000);
    do {
        if (!tune_calls_turn(load, why))
            return false;
    } while (load->stopped[0] == '\0' && clock_now_us() < warm_us);
    bool refused_before = load->refused_before;
    bool begins = load->latency_ms <= 0 && first < load->samples.count; // nothing to warm up with
    window->from_us = begins ? load->samples.list[first].start_us : clock_now_us();
    int64_t since_us = window->from_us;
    struct tune_tally tally = {0};
    while (!full && load->stopped[0] == '\0') {
        if (!tune_calls_turn(load, why))
            return false;
        // What was taken before the limit was met says nothing of the limit.
        if (load->refused_before && !refused_before) {
            refused_before = true;
            window->from_us = clock_now_us();
        }
        tally = tune_samples_count(&load->samples, first, window->from_us);
        heed_failures(load, &tally);
        full = tune_window_is_full(wanted, tally.replies, tally.refused + tally.failed);
        heed_time(load, since_us, &full, tally.replies);
    }
    window->to_us = clock_now_us();
    struct knee_level level = {0};
    struct tune_level row;
    if (!tune_window_measure(load->samples.list, load->samples.count, window, &level, &row, why))
        return false;
    if (level.mean_ms > 0)
        load->latency_ms = level.mean_ms;
    return true;
}

bool tune_load_all(struct tune_load *load, unsigned concurrency, struct error *why)
{
    load->target = concurrency;
    load->whole = false;
    size_t first = load->samples.count;
    do {
        if (!tune_calls_turn(load, why))
            return false;
        struct tune_tally tally = tune_samples_count(&load->samples, first, 0);
        heed_failures(load, &tally);
    } while (load->stopped[0] == '\0' && (!load->feed_ended || load->first != NULL));
    return true;
}

bool tune_load_settle(struct tune_load *load, struct error *why)
{
    load->target = 0;
    while (client_in_flight(load->client) > 0 || load->finished != NULL)
        if (!tune_calls_turn(load, why))
            return false;
    tune_items_end(load, true);
    load->held_count = 0;
    load->feed_ended = false;
    return true;
}

bool tune_load_affords(const struct tune_load *load, long long calls, unsigned in_flight)
{
    const struct budget *budget = &load->budget;
    if (load->calls + calls > load->most_calls)
        return false;
    if (budget->limit_nano < 0 || load->replies == 0)
        return true;
    double mean = (double)budget->spent_nano / (double)load->replies;
    double most = (double)load->most_nano * in_flight;
    return (double)budget->spent_nano + mean * (double)calls + most <= (double)budget->limit_nano;
}

double tune_load_limit(const struct tune_load *load)
{
    const struct buckets *buckets = &load->buckets;
    double tokens = load->replies > 0 ? (double)load->tokens_of_replies / (double)load->replies : 0;
    double limit = 0;
    if (buckets->requests.used && buckets->requests.per_ms > 0)
        limit = buckets->requests.per_ms * 1000;
    if (buckets->tokens.used && buckets->tokens.per_ms > 0 && tokens > 0) {
        double calls = buckets->tokens.per_ms * 1000 / tokens;
        limit = limit > 0 && limit < calls ? limit : calls;
    }
    return limit;
}
