#include "tune_replies.h"

#include "advance.h"
#include "clock.h"
#include "judge.h"
#include "learn.h"
#include "random.h"
#include "tune_calls.h"
#include "tune_items.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONGEST_REST_MS = 60000, MOST_ATTEMPTS = 3 };

static bool take(struct tune_load *load, struct exchange *exchange, struct error *why);

void tune_replies_later(void *context, struct exchange *exchange)
{
    struct tune_load *load = context;
    exchange->transfer = load->finished;
    load->finished = exchange;
}

bool tune_replies_collect(struct tune_load *load, struct error *why)
{
    bool good = true, any = load->finished != NULL;
    while (good && load->finished != NULL) {
        struct exchange *exchange = load->finished;
        load->finished = exchange->transfer;
        exchange->transfer = NULL;
        good = take(load, exchange, why);
    }
    if (any)
        tune_items_end(load, false);
    return good;
}

void tune_replies_drop(struct tune_load *load)
{
    while (load->finished != NULL) {
        struct exchange *exchange = load->finished;
        struct tune_call *call = exchange->owner;
        load->finished = exchange->transfer;
        exchange->transfer = NULL;
        call->task->subject->in_flight--;
        task_free(call->task);
        free(call);
        exchange_free(exchange);
    }
}

// ---- One of them --------------------------------------------------------------------------------

static bool take_reply(struct tune_load *load, struct task *task, struct tune_sample *sample,
                       const struct exchange *exchange, struct reply *reply, struct error *why);
static bool take_fault(struct tune_load *load, struct task *task, struct tune_sample *sample,
                       const struct exchange *exchange, const struct fault *fault,
                       struct error *why);

static bool take(struct tune_load *load, struct exchange *exchange, struct error *why)
{
    struct tune_call *call = exchange->owner;
    struct task *task = call->task;
    struct tune_sample *sample = &load->samples.list[call->sample];
    struct reply reply;
    struct fault fault;
    bool good;
    free(call);
    task->subject->in_flight--;
    sample->end_us = clock_now_us();
    sample->latency_ms = exchange->seconds_total * 1000;
    if (exchange->seconds_first_token >= 0)
        sample->first_token_ms = exchange->seconds_first_token * 1000;
    fault_classify(&load->upstream->endpoint, &task->sent, exchange, &reply, &fault);
    if (exchange->status != 0)
        buckets_learn(&load->buckets, &exchange->limits, clock_now_ms());
    if (fault.verdict == FAULT_NONE)
        good = take_reply(load, task, sample, exchange, &reply, why);
    else
        good = take_fault(load, task, sample, exchange, &fault, why);
    reply_clear(&reply);
    exchange_free(exchange);
    return good;
}

static bool take_reply(struct tune_load *load, struct task *task, struct tune_sample *sample,
                       const struct exchange *exchange, struct reply *reply, struct error *why)
{
    const struct usage *usage = &reply->usage;
    struct call call;
    sample->input_tokens = usage->input_tokens;
    sample->cached_tokens = usage->cached_tokens;
    sample->output_tokens = usage->output_tokens;
    sample->cost_nano = budget_settle(&load->budget, &task->guess, load->upstream->price, usage);
    budget_tell_untold(&load->budget, load->upstream->label);
    load->any_reply = true;
    load->replies++;
    load->tokens_of_replies += (usage->input_tokens > 0 ? usage->input_tokens : 0) +
                               (usage->output_tokens > 0 ? usage->output_tokens : 0);
    judge_make_call(&call, task, exchange, reply);
    call.key = task->key;
    subject_take(task->subject, load->feed.recipe, task, &call);
    call_clear(&call);
    bool good = tune_items_advance(load, task->subject, why);
    task_free(task);
    return good;
}

static bool stop_for_fault(struct tune_load *load, const struct fault *fault, struct error *why)
{
    if (!load->any_reply)
        return error_set(
            why, fault->unreachable ? ERR_ENDPOINT : ERR_SETTINGS, "the endpoint %s (%s): %s%s%s",
            fault->unreachable ? "cannot be reached" : "refuses every call", fault->kind,
            fault->message, fault->fix[0] != '\0' ? "; " : "", fault->fix);
    char text[200];
    snprintf(text, sizeof text, "%s: %.150s", fault->kind, fault->message);
    tune_load_stop(load, text);
    return true;
}

static bool rest(struct tune_load *load, const struct fault *fault, struct error *why)
{
    enum { UNKNOWN_MS = 500 };
    double usual_ms = load->latency_ms > 0 ? load->latency_ms : UNKNOWN_MS;
    double ms = usual_ms * (1.5 + random_unit(&load->jitter));
    if (fault->wait_ms > LONGEST_REST_MS) {
        char text[120];
        snprintf(text, sizeof text, "the endpoint asks to wait %lld s (%s)",
                 (long long)fault->wait_ms / 1000, fault->kind);
        tune_load_stop(load, text);
    }
    if ((double)fault->wait_ms > ms)
        ms = (double)fault->wait_ms;
    return tune_calls_rest(load, ms, why);
}

static bool take_fault(struct tune_load *load, struct task *task, struct tune_sample *sample,
                       const struct exchange *exchange, const struct fault *fault,
                       struct error *why)
{
    budget_release(&load->budget, &task->guess,
                   judge_maybe_charged(exchange->transport, exchange->status));
    sample->left_out = fault->verdict == FAULT_ADAPT || exchange->transport == TRANSPORT_ABORTED;
    if (sample->left_out) {
        if (fault->verdict == FAULT_ADAPT)
            learn_tell(load->upstream, fault);
        tune_items_put_back(task);
        return true;
    }
    sample->kind = fault->kind;
    sample->refused = judge_is_refusal(fault);
    load->refused_before |= sample->refused;
    if (fault->verdict == FAULT_RUN ||
        ((fault->unreachable || fault->for_all) && !load->any_reply)) {
        tune_items_put_back(task);
        return stop_for_fault(load, fault, why);
    }
    if (sample->refused) {
        tune_items_put_back(task);
        return rest(load, fault, why);
    }
    // Given up with its image's other questions: another one is asked instead.
    if (fault->verdict == FAULT_ITEM || task->attempts >= MOST_ATTEMPTS) {
        tune_items_fail(task->subject, fault);
        task_free(task);
    } else {
        tune_items_put_back(task);
    }
    return true;
}
