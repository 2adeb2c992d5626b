#include "outage.h"

#include "log.h"
#include "random.h"

#include <stdio.h>
#include <string.h>

static void say(const struct run *run, struct upstream *upstream, enum breaker_change change,
                int64_t now_ms);

// An answer is an answer, also one that refuses the call; what a retry may heal is not.
static enum breaker_outcome outcome_of(const struct fault *fault)
{
    if (fault->verdict == FAULT_RETRY)
        return strcmp(fault->kind, "aborted") == 0 ? BREAKER_UNTOLD : BREAKER_FAILED;
    return BREAKER_ANSWERED;
}

static void keep_words(struct upstream *upstream, const struct fault *fault)
{
    char status[24] = "";
    if (fault->http_status != 0)
        snprintf(status, sizeof status, ", HTTP %d", fault->http_status);
    snprintf(upstream->away_for, sizeof upstream->away_for, "%s%s: %.*s", fault->kind, status, 120,
             fault->message);
    upstream->away_fix = fault->fix;
}

static bool another_is_there(const struct run *run, const struct upstream *upstream)
{
    for (size_t i = 0; i < run->upstreams.count; i++)
        if (&run->upstreams.list[i] != upstream && upstream_is_there(&run->upstreams.list[i]))
            return true;
    return false;
}

enum { STREAK = 4 }; // of failures, which 30 % of passing faults seldom give

// An endpoint that is dead from the start must cost no retries where others can serve.
static bool is_dead_from_the_start(const struct run *run, const struct upstream *upstream,
                                   const struct fault *fault)
{
    return !upstream->breaker.answered && another_is_there(run, upstream) &&
           (fault->unreachable || breaker_streak(&upstream->breaker) >= STREAK);
}

void outage_note(struct run *run, struct task *task, const struct fault *fault, int64_t now_ms)
{
    struct upstream *upstream = task->upstream;
    enum breaker_outcome outcome = outcome_of(fault);
    if (outcome == BREAKER_ANSWERED)
        retry_budget_earn(&run->retry_budget);
    else if (outcome == BREAKER_FAILED && task->failed_ms == 0)
        task->failed_ms = now_ms;
    if (run->settings->outage_patience_ms == 0)
        return;
    if (outcome == BREAKER_FAILED)
        keep_words(upstream, fault);
    say(run, upstream, breaker_end(&upstream->breaker, outcome, task->sent_ms, now_ms), now_ms);
    if (outcome == BREAKER_FAILED && is_dead_from_the_start(run, upstream, fault))
        say(run, upstream, breaker_trip(&upstream->breaker, now_ms), now_ms);
}

static void say(const struct run *run, struct upstream *upstream, enum breaker_change change,
                int64_t now_ms)
{
    const struct breaker *breaker = &upstream->breaker;
    const char *name = run->upstreams.count > 1 ? upstream->label : "";
    const char *blank = *name != '\0' ? " " : "";
    if (change == BREAKER_OPENED)
        log_warn("the endpoint%s%s is away (%s); %s, and none is used up", blank, name,
                 upstream->away_for,
                 another_is_there(run, upstream) ? "its calls go to the others" : "calls wait");
    else if (change == BREAKER_BACK)
        log_note("the endpoint%s%s answers again after %.0f s", blank, name,
                 (double)breaker->last_for_ms / 1e3);
    else if (change == BREAKER_STILL_AWAY)
        log_detail("the endpoint%s%s is still away after %.0f s (%s); the next call is tried in "
                   "%.0f s",
                   blank, name, (double)breaker_away_ms(breaker, now_ms) / 1e3, upstream->away_for,
                   (double)breaker->cool_ms / 1e3);
}

// A call that cannot be healed fails also when it is the only one, or between others that are
// answered; what fails with all others and brings no answer is not the call's fault.
static bool others_fail_too(const struct run *run, const struct task *task,
                            const struct fault *fault)
{
    const struct breaker *breaker = &task->upstream->breaker;
    if (!breaker->answered || breaker->answered_ms > task->failed_ms)
        return false;
    if (fault->unreachable || breaker_streak(breaker) >= task->attempts + STREAK)
        return true;
    // Whether another call fares better is worth knowing before this one is given up.
    return task->attempts > 1 && (run->ready.count > 0 || run->due.count > 0 || !run->source_ended);
}

bool outage_holds(struct run *run, const struct task *task, const struct fault *fault,
                  int64_t now_ms, int64_t *wait_ms)
{
    struct breaker *breaker = &task->upstream->breaker;
    if (fault->verdict != FAULT_RETRY || run->settings->outage_patience_ms == 0)
        return false;
    if (breaker->state == BREAKER_CLOSED && task->retries >= run->settings->retry.retries &&
        others_fail_too(run, task, fault))
        say(run, task->upstream, breaker_trip(breaker, now_ms), now_ms);
    if (breaker->state == BREAKER_CLOSED)
        return false;
    *wait_ms = 0;
    if (another_is_there(run, task->upstream))
        return true;
    // Calls that were not tried yet are better probes, so this one comes after the next of them.
    int64_t probe_ms = breaker_wait_ms(breaker, now_ms);
    if (probe_ms < 0)
        probe_ms = breaker->cool_ms;
    *wait_ms = probe_ms + (int64_t)((double)run->settings->retry.base_ms *
                                    (1 + random_unit(&run->jitter)) / 4);
    return true;
}

void outage_lose(struct run *run, struct upstream *upstream, const struct error *why)
{
    bool known = upstream->lost; // by another call that was in flight
    upstream_lose(upstream, why);
    size_t left = upstreams_left(&run->upstreams), length = strlen(why->message);
    if (left == 0)
        run_stop(run, why);
    else if (!known)
        log_warn("%s%s The run goes on with the other %s.", why->message,
                 length > 0 && why->message[length - 1] == '.' ? "" : ".",
                 left == 1 ? "endpoint" : "endpoints");
}

// Nobody has answered yet, and nobody else is left to do it: what is wrong is not passing.
static bool is_hopeless(const struct run *run, const struct upstream *upstream)
{
    const struct breaker *breaker = &upstream->breaker;
    return !run->any_reply && !breaker->answered && breaker->state == BREAKER_OPEN &&
           breaker->probes > run->settings->retry.retries && !another_is_there(run, upstream);
}

void outage_check(struct run *run, int64_t now_ms)
{
    for (size_t i = 0; i < run->upstreams.count; i++) {
        struct upstream *upstream = &run->upstreams.list[i];
        int64_t away_ms = breaker_away_ms(&upstream->breaker, now_ms);
        bool hopeless = is_hopeless(run, upstream);
        if (upstream->lost || away_ms == 0 ||
            (away_ms < run->settings->outage_patience_ms && !hopeless))
            continue;
        struct error why = {0};
        bool alone = run->upstreams.count == 1;
        const char *name = alone ? "" : upstream->label, *blank = alone ? "" : " ";
        if (hopeless)
            error_set(&why, ERR_ENDPOINT, "the endpoint%s%s has never answered (%s). %s", blank,
                      name, upstream->away_for, upstream->away_fix);
        else
            error_set(&why, ERR_ENDPOINT,
                      "the endpoint%s%s has been away for %.0f s (%s); what was received is kept, "
                      "and the same command goes on (--outage-patience says how long to wait)",
                      blank, name, (double)away_ms / 1e3, upstream->away_for);
        outage_lose(run, upstream, &why);
    }
}
