#include "dispatch.h"

#include "clock.h"
#include "provider.h"
#include "queue.h"
#include "reply_stream.h"
#include "settle.h"
#include "tokens.h"
#include "trace.h"

#include <stdlib.h>

enum { MAX_BODY = 1 << 20 };

static bool write_request(const struct recipe *recipe, const struct task *task,
                          const struct endpoint *endpoint, struct exchange *exchange,
                          struct error *why)
{
    struct buffer prompt;
    buffer_init(&prompt, MAX_BODY);
    task_write_prompt(task, recipe, &prompt);
    struct ask ask = task_ask(task, recipe, buffer_text(&prompt));
    bool good =
        buffer_check(&prompt, "a prompt", why) &&
        endpoint->provider->write_request(endpoint, &ask, &exchange->head, &exchange->tail, why);
    buffer_clear(&prompt);
    return good;
}

struct exchange *dispatch_write(const struct recipe *recipe, struct task *task,
                                struct upstream *upstream, struct error *why)
{
    const struct endpoint *endpoint = &upstream->endpoint;
    size_t most = recipe->settings->max_reply_bytes;
    struct exchange *exchange = exchange_new(most, why);
    bool good = exchange != NULL && write_request(recipe, task, endpoint, exchange, why);
    if (good && endpoint->lessons.stream)
        good = (exchange->stream = reply_stream_new(endpoint->provider, most, why)) != NULL;
    if (!good) {
        exchange_free(exchange);
        return NULL;
    }
    bool prefixed = endpoint->lessons.prefix && task->plan.prefix != NULL;
    exchange->url = endpoint_address(endpoint, prefixed);
    exchange->key = endpoint->key;
    exchange->auth_header = endpoint->provider->auth_header;
    exchange->headers = endpoint->provider->headers;
    exchange->payload = payload_hold(task->subject->image->payload);
    exchange->owner = task;
    task->upstream = upstream;
    task->sent = endpoint->lessons;
    return exchange;
}

// Whether the call fits under --max-cost. If not, it waits for those in flight, which cost less
// than the most that is kept for them; when none is left, the run is at its end.
static bool afford(struct run *run, struct task *task, const struct upstream *upstream,
                   const struct exchange *exchange)
{
    const struct endpoint *endpoint = &upstream->endpoint;
    const struct payload *image = task->subject->image->payload;
    int cap = endpoint->lessons.no_max_tokens ? 0 : task->plan.max_tokens;
    unsigned in_flight = client_in_flight(run->client);
    task->guess =
        budget_guess(&run->budget, upstream->price, exchange->head.length + exchange->tail.length,
                     token_estimate(endpoint->model, image->width, image->height), cap);
    if (budget_admit(&run->budget, &task->guess, in_flight))
        return true;
    struct error why = {0};
    if (in_flight == 0 && run->finished == NULL) {
        budget_exhausted(&run->budget, &task->guess, &why);
        run_stop(run, &why);
    }
    return false;
}

static struct demand demand_of(const struct run *run, const struct task *task)
{
    const struct payload *payload = task->subject->image->payload;
    return (struct demand){.step = task->plan.step,
                           .text_bytes = run->system_bytes + task->prompt_bytes,
                           .width = payload->width,
                           .height = payload->height};
}

// *sent: false when the call cannot be afforded now.
static bool send_task(struct run *run, struct task *task, struct upstream *upstream, bool *sent,
                      struct error *why)
{
    struct exchange *exchange = dispatch_write(&run->recipe, task, upstream, why);
    *sent = exchange != NULL && afford(run, task, upstream, exchange);
    if (!*sent) {
        bool written = exchange != NULL;
        exchange_free(exchange);
        return written;
    }
    if (!asked_add(&run->asked, task)) {
        budget_release(&run->budget, &task->guess, false);
        exchange_free(exchange);
        return error_set(why, ERR_MEMORY, "no memory for a call");
    }
    if (!client_start(run->client, exchange, why)) {
        budget_release(&run->budget, &task->guess, false);
        exchange_free(exchange);
        return false;
    }
    int64_t now_ms = clock_now_ms();
    task->demand = demand_of(run, task);
    task->pace = upstream_begin(upstream, &task->demand, now_ms);
    task->sent_ms = now_ms;
    task->attempts++;
    task->subject->in_flight++;
    run->progress.requests++;
    trace_sent(task, exchange);
    return true;
}

static void show_limit(struct run *run)
{
    const struct upstreams *upstreams = &run->upstreams;
    const struct pace *first = &upstreams->list[0].pace;
    run->progress.limit = 0;
    run->progress.endpoints = upstreams->count;
    run->progress.there = 0;
    for (size_t i = 0; i < upstreams->count; i++) {
        const struct upstream *upstream = &upstreams->list[i];
        run->progress.there += upstream_is_there(upstream);
        if (upstream->pace.automatic)
            run->progress.limit += upstream->pace.limit;
    }
    run->progress.limit_word = upstreams->count == 1 ? pace_reason_word(first->reason) : "auto";
}

// The call is under way for another item, and brings the same to both.
static void follow(struct task *same, struct task *task)
{
    task->next = same->followers;
    same->followers = task;
    trace_shared(task, same);
    task->subject->waiting++;
}

bool dispatch_send(struct run *run, struct error *why)
{
    bool sent = true;
    while (!run->stopping && !run->budget.waits && run->ready.count > 0) {
        struct subject *subject = heap_first(&run->ready);
        struct task *task = subject->ready, *same = asked_find(&run->asked, task);
        struct upstream *upstream = NULL;
        if (same == NULL) {
            struct demand demand = demand_of(run, task);
            upstream = upstreams_choose(&run->upstreams, &demand, clock_now_ms());
            if (upstream == NULL)
                break;
        }
        if (same == NULL && !send_task(run, task, upstream, &sent, why))
            return false;
        if (!sent)
            break;
        subject->ready = task->next;
        task->next = NULL;
        if (subject->ready == NULL)
            heap_remove(&run->ready, subject);
        if (same != NULL)
            follow(same, task);
    }
    show_limit(run);
    unsigned in_flight = client_in_flight(run->client);
    run->progress.in_flight = in_flight;
    if (in_flight > run->progress.most_in_flight)
        run->progress.most_in_flight = in_flight;
    return true;
}

bool dispatch_wake_due(struct run *run, int64_t now_ms, struct error *why)
{
    struct task *task;
    while ((task = heap_first(&run->due)) != NULL && task->due_ms <= now_ms &&
           retry_budget_wait_ms(&run->retry_budget, now_ms) == 0) {
        struct subject *subject = task->subject;
        heap_take(&run->due);
        subject->waiting--;
        if (subject->image->state == IMAGE_FAILED) { // its items have ended meanwhile
            queue_give_up(run, task);
            if (!settle_subject(run, subject, why))
                return false;
            continue;
        }
        retry_budget_take(&run->retry_budget, now_ms);
        queue_tasks(subject, task);
        queue_subject(run, subject);
    }
    return true;
}

int dispatch_wait_ms(const struct run *run, int64_t now_ms)
{
    enum { LONGEST_WAIT_MS = 100 }; // progress is shown ten times a second
    int64_t wait = LONGEST_WAIT_MS;
    const struct task *task = heap_first(&run->due);
    int64_t budget_in = retry_budget_wait_ms(&run->retry_budget, now_ms);
    if (task != NULL) {
        int64_t due_in = task->due_ms - now_ms > budget_in ? task->due_ms - now_ms : budget_in;
        wait = due_in < wait ? due_in : wait;
    }
    const struct subject *first = heap_first(&run->ready);
    if (first == NULL || run->budget.waits)
        return wait > 0 ? (int)wait : 0;
    struct demand demand = demand_of(run, first->ready);
    int64_t free_in = upstreams_wait_ms(&run->upstreams, &demand, now_ms);
    if (free_in >= 0 && free_in < wait)
        wait = free_in;
    return wait > 0 ? (int)wait : 0;
}
