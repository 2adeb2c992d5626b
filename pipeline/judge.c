#include "judge.h"

#include "advance.h"
#include "clock.h"
#include "learn.h"
#include "log.h"
#include "memory.h"
#include "outage.h"
#include "prefix.h"
#include "queue.h"
#include "random.h"
#include "reply_stream.h"
#include "secret.h"
#include "settle.h"
#include "spending.h"
#include "text.h"
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_REPLY = 2000 };

void judge_later(void *context, struct exchange *exchange)
{
    struct run *run = context;
    exchange->transfer = NULL;
    if (run->finished_last != NULL)
        run->finished_last->transfer = exchange;
    else
        run->finished = exchange;
    run->finished_last = exchange;
}

// What a finished exchange means for its task.
struct result {
    struct task *task;
    struct exchange *exchange;
    struct reply reply;
    struct fault fault;
    struct call call; // to be stored, if it is
    bool stored;
};

static void fill_call(struct call *call, const struct task *task, const struct exchange *exchange)
{
    *call = (struct call){.key = task->key,
                          .step = task->plan.step,
                          .try_number = task->plan.try_number,
                          .repeat = task->plan.repeat,
                          .round = task->plan.round,
                          .http_status = exchange->status,
                          .input_tokens = -1,
                          .cached_tokens = -1,
                          .output_tokens = -1,
                          .reasoning_tokens = -1,
                          .cache_write_tokens = -1,
                          .image_tokens = -1,
                          .cost_nano = -1,
                          .attempts = task->attempts,
                          .latency_ms = exchange->seconds_total * 1000,
                          .first_token_ms = exchange->seconds_first_token < 0
                                                ? -1
                                                : exchange->seconds_first_token * 1000,
                          .when_ms = clock_wall_ms(),
                          .endpoint = text_copy(task->upstream->name)};
}

// What it cost, and where the provider does not count the image, about how much that was.
static void take_cost(struct call *call, struct run *run, const struct task *task,
                      const struct usage *usage)
{
    call->cost_nano = budget_settle(&run->budget, &task->guess, task->upstream->price, usage);
    budget_tell_untold(&run->budget, task->upstream->label);
    if (call->image_tokens >= 0 || usage->input_tokens < 0)
        return;
    call->image_tokens = task->guess.image_tokens;
    call->image_estimated = true;
}

static void take_reply(struct call *call, struct reply *reply)
{
    call->replied = true;
    call->text = reply->text;
    reply->text = NULL;
    if (text_is_blank(call->text) && reply->refusal != NULL) {
        free(call->text);
        call->text = text_copy(reply->refusal);
    }
    call->reasoning = reply->reasoning;
    reply->reasoning = NULL;
    call->model = reply->model;
    reply->model = NULL;
    call->finish = text_copy(finish_name(reply->finish));
    call->input_tokens = reply->usage.input_tokens;
    call->cached_tokens = reply->usage.cached_tokens;
    call->output_tokens = reply->usage.output_tokens;
    call->reasoning_tokens = reply->usage.reasoning_tokens;
    call->cache_write_tokens = reply->usage.cache_write_tokens;
    call->image_tokens = reply->usage.image_tokens;
}

// What the call began, the reply goes on with.
static void restore_prefix(const struct task *task, struct reply *reply)
{
    if (!task->sent.prefix || task->plan.prefix == NULL)
        return;
    char *whole = prefix_restore(task->plan.prefix, reply->text);
    free(reply->text);
    reply->text = whole; // without memory the reply is put back: memory_check knows
}

void judge_make_call(struct call *call, const struct task *task, const struct exchange *exchange,
                     struct reply *reply)
{
    fill_call(call, task, exchange);
    restore_prefix(task, reply);
    take_reply(call, reply);
}

// The endpoint's words and what to do about them, as one sentence.
struct advice {
    char text[sizeof(struct fault) + 300];
};

static struct advice advice_of(const struct fault *fault)
{
    struct advice advice;
    size_t length = strlen(fault->message);
    while (fault->fix[0] != '\0' && length > 0 && strchr(". ", fault->message[length - 1]) != NULL)
        length--;
    snprintf(advice.text, sizeof advice.text, "%.*s%s%s", (int)length, fault->message,
             fault->fix[0] != '\0' ? "; " : "", fault->fix);
    return advice;
}

// Some endpoints repeat the key or the image that they refuse. What is hidden before it is cut
// shows no part of a key.
static char *shown_part(const char *text, size_t length)
{
    char *copy = text_repair(text, length);
    if (copy != NULL)
        copy[text_cut(secret_hide_base64(secret_hide(copy)), SHOWN_REPLY)] = '\0';
    return copy;
}

static void take_fault(struct call *call, const struct fault *fault,
                       const struct exchange *exchange)
{
    call->kind = text_copy(fault->kind);
    call->message = text_copy(advice_of(fault).text);
    // Of a stream, what had come of the answer, else what came instead.
    const char *text = exchange->stream != NULL ? reply_stream_so_far(exchange->stream) : "";
    size_t length = strlen(text);
    if (length == 0 && exchange->body.length > 0) {
        text = exchange->body.data;
        length = exchange->body.length;
    }
    call->text = length > 0 ? shown_part(text, length) : NULL;
}

// The first fault of each kind is shown as it happens; the report has them all.
static void warn_once(struct run *run, const struct fault *fault)
{
    for (size_t i = 0; i < run->warned_count; i++)
        if (strcmp(run->warned[i], fault->kind) == 0)
            return;
    if (run->warned_count == sizeof run->warned / sizeof *run->warned)
        return;
    run->warned[run->warned_count++] = fault->kind;
    char status[24] = "";
    if (fault->http_status != 0)
        snprintf(status, sizeof status, " (HTTP %d)", fault->http_status);
    log_warn("%s%s: %s", fault->kind, status, advice_of(fault).text);
}

static void stop_for_fault(struct run *run, struct upstream *upstream, const struct fault *fault)
{
    struct error why = {0};
    enum error_kind kind = fault->unreachable ? ERR_ENDPOINT
                           : run->any_reply   ? ERR_STOPPED
                                              : ERR_SETTINGS;
    char status[24] = "";
    if (fault->http_status != 0)
        snprintf(status, sizeof status, ", HTTP %d", fault->http_status);
    bool alone = run->upstreams.count == 1;
    error_set(&why, kind, "the endpoint %s%s%s (%s%s): %s", alone ? "" : upstream->label,
              alone ? "" : " ", fault->unreachable ? "cannot be reached" : "refuses every call",
              fault->kind, status, advice_of(fault).text);
    outage_lose(run, upstream, &why);
}

// A limit that lasts longer than anybody waits would fail every call to come as well.
static bool is_endless(const struct run *run, const struct fault *fault)
{
    const struct retry_settings *retry = &run->settings->retry;
    return fault->verdict == FAULT_WAIT && retry->retries > 0 &&
           fault->wait_ms > retry->max_wait_ms;
}

static void stop_for_endless(struct run *run, struct upstream *upstream, const struct fault *fault)
{
    char fix[200];
    struct fault told = *fault;
    snprintf(fix, sizeof fix,
             "It asks to wait %.0f s, and %.0f s are the most that is waited; run the same command "
             "then, or use another plan or endpoint.",
             (double)fault->wait_ms / 1e3, (double)run->settings->retry.max_wait_ms / 1e3);
    told.fix = fix;
    stop_for_fault(run, upstream, &told);
}

static void wait_again(struct run *run, struct task *task, const struct fault *fault,
                       int64_t wait_ms)
{
    int64_t now_ms = clock_now_ms();
    task->due_ms = now_ms + wait_ms;
    task->subject->waiting++;
    run->progress.retries++;
    // A rate limit holds for all: nothing is sent before the endpoint's own time is over.
    if (fault->verdict == FAULT_WAIT && fault->wait_ms >= 0) {
        upstream_freeze(task->upstream, now_ms + wait_ms);
        trace_freeze(task->upstream, wait_ms);
    }
    if (!heap_put(&run->due, task)) {
        struct error why = {0};
        error_set(&why, ERR_MEMORY, "no memory for the queue of waiting calls");
        run_stop(run, &why);
    }
}

// Puts the task back as it was, for this run or the next one.
static void put_back(struct run *run, struct task *task)
{
    queue_tasks(task->subject, task);
    queue_subject(run, task->subject);
}

// True when there is something to store.
static bool judge_fault(struct run *run, struct result *result)
{
    struct task *task = result->task;
    const struct fault *fault = &result->fault;
    const struct exchange *exchange = result->exchange;
    run->progress.faults++;
    task->upstream->counts.faults++;
    if (exchange->transport == TRANSPORT_ABORTED) {
        put_back(run, task);
        return false;
    }
    if (fault->verdict == FAULT_ADAPT) {
        learn_tell(task->upstream, fault);
        put_back(run, task);
        return false;
    }
    if (is_endless(run, fault)) {
        stop_for_endless(run, task->upstream, fault);
        put_back(run, task);
        return false;
    }
    warn_once(run, fault);
    if (fault->verdict == FAULT_RUN) {
        stop_for_fault(run, task->upstream, fault);
        put_back(run, task);
        return false;
    }
    if (fault->verdict != FAULT_ITEM) {
        int64_t wait_ms;
        if (outage_holds(run, task, fault, clock_now_ms(), &wait_ms)) {
            trace_waits(task, fault, wait_ms, true);
            wait_again(run, task, fault, wait_ms);
            return false;
        }
        wait_ms =
            retry_wait_ms(&run->settings->retry, fault, ++task->retries,
                          breaker_is_well(&task->upstream->breaker), random_unit(&run->jitter));
        if (wait_ms >= 0) {
            trace_waits(task, fault, wait_ms, false);
            wait_again(run, task, fault, wait_ms);
            return false;
        }
        if (fault->unreachable || (fault->for_all && task->upstream->counts.replies == 0)) {
            stop_for_fault(run, task->upstream, fault);
            put_back(run, task);
            return false;
        }
    }
    trace_gives_up(task, fault);
    fill_call(&result->call, task, exchange);
    take_fault(&result->call, fault, exchange);
    return true;
}

// Busy, or too much at once. Other failures say nothing of how many calls it can take.
bool judge_is_refusal(const struct fault *fault)
{
    enum { OVERLOADED = 529 }; // Anthropic's own
    return fault->http_status == 429 || fault->http_status == 503 ||
           fault->http_status == OVERLOADED;
}

static void tell_pace(const struct run *run, const struct upstream *upstream)
{
    bool alone = run->upstreams.count == 1;
    log_note("concurrency%s%s: %u in flight (%s)", alone ? "" : " of ",
             alone ? "" : upstream->label, upstream->pace.limit,
             pace_reason_text(upstream->pace.reason));
}

// A run that stands still must say why.
static void tell_used_up(struct upstream *upstream, int64_t now_ms)
{
    enum { WORTH_TELLING_MS = 120 * 1000 };
    int64_t left_ms = buckets_used_up_ms(&upstream->pace.buckets, now_ms);
    if (left_ms > WORTH_TELLING_MS && !upstream->used_up_told)
        log_warn("%s says that its limit is used up, for %lld min: it is asked once a minute until "
                 "then, or until it says otherwise",
                 upstream->label, (long long)(left_ms + 59999) / 60000);
    upstream->used_up_told = left_ms > WORTH_TELLING_MS;
}

// What the endpoint could take, learned from how the call ended.
static void end_at_upstream(struct run *run, const struct result *result)
{
    struct task *task = result->task;
    struct upstream *upstream = task->upstream;
    const struct exchange *exchange = result->exchange;
    bool replied = result->fault.verdict == FAULT_NONE;
    const struct usage *usage = &result->reply.usage;
    struct pace_result end = {.outcome = replied                            ? PACE_REPLIED
                                         : judge_is_refusal(&result->fault) ? PACE_REFUSED
                                                                            : PACE_FAILED,
                              .latency_ms = exchange->seconds_total * 1000,
                              .wait_ms = (double)result->fault.wait_ms,
                              .used = {-1, -1},
                              .limits = exchange->status != 0 ? &exchange->limits : NULL};
    if (replied) {
        end.used = (struct bucket_cost){(double)usage->input_tokens, (double)usage->output_tokens};
        estimate_learn(&upstream->estimate, &task->demand, usage);
    }
    unsigned before = upstream->pace.limit;
    if (upstream_end(upstream, &task->pace, &end, clock_now_ms()))
        tell_pace(run, upstream);
    tell_used_up(upstream, clock_now_ms());
    trace_pace(upstream, before);
}

// Reads what came, and what it says about the endpoint.
static void read_exchange(struct run *run, struct exchange *exchange, struct result *result)
{
    result->exchange = exchange;
    struct task *task = result->task = exchange->owner;
    task->subject->in_flight--;
    fault_classify(&task->upstream->endpoint, &task->sent, exchange, &result->reply,
                   &result->fault);
    end_at_upstream(run, result);
    trace_ended(task, exchange, &result->fault);
    trace_limits(task->upstream, exchange);
    outage_note(run, task, &result->fault, clock_now_ms());
}

static void count_reply(struct run *run, struct upstream *upstream, const struct reply *reply,
                        const struct call *call)
{
    run->any_reply = true;
    upstream->counts.replies++;
    upstream->counts.latency_sum_ms += call->latency_ms;
    progress_add_latency(&run->progress, call->latency_ms);
    if (call->first_token_ms >= 0)
        progress_add_first_token(&run->progress, call->first_token_ms);
    if (reply->usage.input_tokens > 0)
        run->progress.input_tokens += reply->usage.input_tokens;
    if (reply->usage.cached_tokens > 0)
        run->progress.cached_tokens += reply->usage.cached_tokens;
    if (reply->usage.output_tokens > 0)
        run->progress.output_tokens += reply->usage.output_tokens;
}

// Who stops listening does not stop the endpoint from answering, and from charging.
bool judge_maybe_charged(enum transport transport, int status)
{
    switch (transport) {
    case TRANSPORT_OK:
    case TRANSPORT_TOO_LARGE:
    case TRANSPORT_CUT:
        return status == 200 || status == 0;
    case TRANSPORT_IDLE_TIMEOUT:
        return status != 0; // else the request was not even sent whole
    case TRANSPORT_FIRST_BYTE_TIMEOUT:
    case TRANSPORT_TIMEOUT:
    case TRANSPORT_RESET:
    case TRANSPORT_ABORTED:
        return true;
    default:
        return false;
    }
}

static void judge(struct run *run, struct result *result)
{
    if (result->fault.verdict == FAULT_NONE) {
        judge_make_call(&result->call, result->task, result->exchange, &result->reply);
        take_cost(&result->call, run, result->task, &result->reply.usage);
        result->stored = true;
        count_reply(run, result->task->upstream, &result->reply, &result->call);
    } else {
        const struct exchange *exchange = result->exchange;
        budget_release(&run->budget, &result->task->guess,
                       judge_maybe_charged(exchange->transport, exchange->status));
        result->stored = judge_fault(run, result);
    }
    reply_clear(&result->reply);
    // What was read with too little memory is put back, and asked again by the next run.
    if (result->stored && !memory_check(NULL)) {
        result->stored = false;
        call_clear(&result->call);
        put_back(run, result->task);
    }
}

static bool store_result(struct run *run, const struct task *task, const struct call *call,
                         struct error *why)
{
    const struct item *owner = task->item != NULL ? task->item : &task->subject->items[0];
    return store_add_call(run->store, owner->number, call, why);
}

static bool make_something_of(struct run *run, const struct task *task, const struct call *call,
                              struct error *why)
{
    struct subject *subject = task->subject;
    struct task *wanted = NULL;
    run->progress.calls++;
    subject_take(subject, &run->recipe, task, call);
    bool good = subject_advance(subject, &run->recipe, &wanted, why);
    queue_tasks(subject, wanted);
    queue_subject(run, subject);
    return good && settle_subject(run, subject, why);
}

// What the items take that asked the same: the call as it is, for which no request of theirs was
// sent.
static struct call followed(const struct call *call)
{
    struct call copy = *call;
    copy.attempts = 0;
    copy.cost_nano = 0;
    return copy;
}

static bool store_followers(struct run *run, const struct result *result, struct error *why)
{
    struct call call = followed(&result->call);
    for (const struct task *at = result->task->followers; at != NULL; at = at->next)
        if (!store_result(run, at, &call, why))
            return false;
    return true;
}

static bool end_followers(struct run *run, const struct result *result, struct error *why)
{
    struct call call = followed(&result->call);
    bool good = true;
    for (const struct task *at = result->task->followers; at != NULL; at = at->next) {
        at->subject->waiting--;
        run->progress.shared++;
        good = good && make_something_of(run, at, &call, why);
    }
    return good;
}

static struct result *read_all(struct run *run, size_t *count)
{
    size_t room = 0;
    for (struct exchange *at = run->finished; at != NULL; at = at->transfer)
        room++;
    struct result *results = calloc(room + 1, sizeof *results);
    *count = 0;
    while (results != NULL && run->finished != NULL) {
        struct exchange *exchange = run->finished;
        run->finished = exchange->transfer;
        exchange->transfer = NULL;
        read_exchange(run, exchange, &results[(*count)++]);
    }
    if (run->finished == NULL)
        run->finished_last = NULL;
    return results;
}

// Leaves the results that are to be stored, in their order; the tasks of the others are on their
// way again.
static size_t judge_all(struct run *run, struct result *results, size_t count)
{
    size_t stored = 0;
    for (size_t i = 0; i < count; i++) {
        judge(run, &results[i]);
        exchange_free(results[i].exchange);
        if (results[i].stored)
            results[stored++] = results[i];
    }
    return stored;
}

bool judge_finished(struct run *run, struct error *why)
{
    if (run->finished == NULL)
        return true;
    size_t count;
    struct result *results = read_all(run, &count);
    if (results == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the replies of a turn");
    count = judge_all(run, results, count);
    // All replies of the turn are one transaction, and on disk before they are used.
    bool good = (count == 0 && run->budget.unkept_nano == 0) || run_write(run, why);
    good = good && spending_keep(run, why) && learn_keep(run, why);
    for (size_t i = 0; good && i < count; i++)
        good = store_result(run, results[i].task, &results[i].call, why) &&
               store_followers(run, &results[i], why);
    good = good && (count == 0 || run_commit(run, why));
    run->lost += good ? 0 : (unsigned)count;
    for (size_t i = 0; i < count; i++) {
        asked_remove(&run->asked, results[i].task);
        good = good && make_something_of(run, results[i].task, &results[i].call, why) &&
               end_followers(run, &results[i], why);
        call_clear(&results[i].call);
        task_free(results[i].task);
    }
    free(results);
    return good;
}
