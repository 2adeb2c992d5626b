#include "trace.h"

#include "log.h"

#include <stdio.h>

struct call_name {
    char text[48];
};

static struct call_name name_of(const struct task *task)
{
    struct call_name name;
    const struct plan *plan = &task->plan;
    int length = snprintf(name.text, sizeof name.text, "%s/%u", call_step_name(plan->step),
                          plan->try_number);
    if (task->subject->repeat > 1 && plan->step == STEP_ANSWER)
        snprintf(name.text + length, sizeof name.text - (size_t)length, "/%u", plan->repeat);
    return name;
}

static const char *item_of(const struct task *task)
{
    return task->item != NULL ? task->item->id : task->subject->question.id;
}

void trace_sent(const struct task *task, const struct exchange *exchange)
{
    if (!log_wants(LOG_CLIENT))
        return;
    log_trace(&(struct log_event){
        .component = LOG_CLIENT,
        .item = item_of(task),
        .call = name_of(task).text,
        .what = task->attempts > 1 ? "sent again" : "sent",
        .fields = {{.name = "endpoint", .text = task->upstream->name},
                   {.name = "bytes", .number = (int64_t)exchange_body_length(exchange)},
                   {.name = "in_flight", .number = task->upstream->pace.in_flight}}});
}

void trace_ended(const struct task *task, const struct exchange *exchange,
                 const struct fault *fault)
{
    if (!log_wants(LOG_CLIENT))
        return;
    log_trace(&(struct log_event){
        .component = LOG_CLIENT,
        .item = item_of(task),
        .call = name_of(task).text,
        .what = fault->verdict == FAULT_NONE ? "answered" : "failed",
        .fields = {
            {.name = "status", .number = exchange->status},
            {.name = "ms", .number = (int64_t)(exchange->seconds_total * 1e3)},
            {.name = "first_byte_ms", .number = (int64_t)(exchange->seconds_first_byte * 1e3)},
            {.name = "bytes", .number = (int64_t)exchange->body.length},
            {.name = "request_id", .text = exchange->request_id},
            {.name = fault->verdict == FAULT_NONE ? NULL : "kind", .text = fault->kind},
            {.name = "message", .text = fault->message}}});
}

void trace_shared(const struct task *task, const struct task *with)
{
    if (!log_wants(LOG_CLIENT))
        return;
    log_trace(&(struct log_event){.component = LOG_CLIENT,
                                  .item = item_of(task),
                                  .call = name_of(task).text,
                                  .what = "is under way",
                                  .fields = {{.name = "for", .text = item_of(with)}}});
}

void trace_waits(const struct task *task, const struct fault *fault, int64_t wait_ms, bool held)
{
    if (!log_wants(LOG_RETRY))
        return;
    log_trace(&(struct log_event){
        .component = LOG_RETRY,
        .item = item_of(task),
        .call = name_of(task).text,
        .what = held ? "waits for the endpoint" : "waits",
        .fields = {{.name = "wait_ms", .number = wait_ms},
                   {.name = "retry", .number = task->retries},
                   {.name = "kind", .text = fault->kind},
                   {.name = fault->wait_ms >= 0 ? "asked_ms" : NULL, .number = fault->wait_ms}}});
}

void trace_gives_up(const struct task *task, const struct fault *fault)
{
    if (!log_wants(LOG_RETRY))
        return;
    log_trace(&(struct log_event){.component = LOG_RETRY,
                                  .item = item_of(task),
                                  .call = name_of(task).text,
                                  .what = "given up",
                                  .fields = {{.name = "attempts", .number = task->attempts},
                                             {.name = "kind", .text = fault->kind}}});
}

static void add_bucket(struct log_field *fields, const char *const names[3],
                       const struct limit_bucket *bucket, size_t *count)
{
    const int64_t numbers[] = {bucket->limit, bucket->remaining, bucket->reset_ms};
    for (size_t i = 0; i < 3; i++)
        if (numbers[i] >= 0 && *count < LOG_FIELDS)
            fields[(*count)++] = (struct log_field){.name = names[i], .number = numbers[i]};
}

void trace_pace(const struct upstream *upstream, unsigned before)
{
    const struct pace *pace = &upstream->pace;
    if (pace->limit == before || !log_wants(LOG_PACE))
        return;
    log_trace(&(struct log_event){
        .component = LOG_PACE,
        .what = "limit",
        .fields = {{.name = "endpoint", .text = upstream->label},
                   {.name = "calls", .number = pace->limit},
                   {.name = "before", .number = before},
                   {.name = "in_flight", .number = pace->in_flight},
                   {.name = "latency_ms", .number = (int64_t)pace->latency_ms},
                   {.name = "phase", .text = pace_phase_word(pace->phase)},
                   {.name = "reason", .text = pace_reason_word(pace->reason)}}});
}

void trace_limits(const struct upstream *upstream, const struct exchange *exchange)
{
    static const char *const requests[] = {"requests", "requests_left", "requests_reset_ms"};
    static const char *const tokens[] = {"tokens", "tokens_left", "tokens_reset_ms"};
    static const char *const input[] = {"input_tokens", "input_left", "input_reset_ms"};
    if (!log_wants(LOG_PACE))
        return;
    struct log_event event = {.component = LOG_PACE, .what = "limits"};
    size_t count = 1;
    event.fields[0] = (struct log_field){.name = "endpoint", .text = upstream->name};
    add_bucket(event.fields, requests, &exchange->limits.requests, &count);
    add_bucket(event.fields, tokens, &exchange->limits.tokens, &count);
    add_bucket(event.fields, input, &exchange->limits.input_tokens, &count);
    if (count > 1)
        log_trace(&event);
}

void trace_freeze(const struct upstream *upstream, int64_t wait_ms)
{
    if (!log_wants(LOG_PACE))
        return;
    log_trace(&(struct log_event){.component = LOG_PACE,
                                  .what = "nothing is sent",
                                  .fields = {{.name = "endpoint", .text = upstream->name},
                                             {.name = "wait_ms", .number = wait_ms}}});
}
