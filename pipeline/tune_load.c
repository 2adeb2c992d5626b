#include "tune_load.h"

#include "advance.h"
#include "clock.h"
#include "dispatch.h"
#include "judge.h"
#include "learn.h"
#include "log.h"
#include "queue.h"
#include "random.h"
#include "reply_stream.h"
#include "spending.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_TURN_MS = 100, LONGEST_REST_MS = 60000, MOST_ATTEMPTS = 3 };

// A request under way.
struct tune_call {
    struct task *task;
    size_t sample;
};

static bool turn(struct tune_load *load, struct error *why);
static bool fill(struct tune_load *load, struct error *why);
static bool collect(struct tune_load *load, struct error *why);
static void end_subjects(struct tune_load *load, bool all);

static void on_done(void *context, struct exchange *exchange)
{
    struct tune_load *load = context;
    exchange->transfer = load->finished;
    load->finished = exchange;
}

bool tune_load_open(struct tune_load *load, const struct run_settings *settings,
                    struct upstream *upstream, long long most_calls, struct error *why)
{
    *load = (struct tune_load){.settings = settings,
                               .upstream = upstream,
                               .most_calls = most_calls,
                               .jitter = random_from(settings->seed, "tune", "jitter")};
    upstream->price = spending_price(settings, &upstream->endpoint);
    if (settings->max_cost >= 0 && upstream->price == NULL)
        return error_set(why, ERR_SETTINGS,
                         "--max-cost cannot be kept: the price of %s is not known; give it as "
                         "--price INPUT,OUTPUT in dollars a million tokens",
                         upstream->endpoint.model);
    struct store_totals none = {0};
    budget_init(&load->budget, settings->max_cost, &none, upstream->price);
    buckets_init(&load->buckets, 0, 0);
    struct client_settings client = {.timeout_ms = settings->timeout_ms,
                                     .connect_timeout_ms = settings->connect_timeout_ms,
                                     .first_byte_timeout_ms = settings->first_byte_timeout_ms,
                                     .idle_timeout_ms = settings->idle_timeout_ms,
                                     .max_reply_bytes = settings->max_reply_bytes,
                                     .user_agent = "vqagen/" VQAGEN_VERSION,
                                     .ca_file = settings->ca_file,
                                     .proxy = settings->proxy,
                                     .done = on_done,
                                     .context = load};
    load->client = client_new(&client, why);
    return load->client != NULL;
}

static void drop_finished(struct tune_load *load)
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

void tune_load_close(struct tune_load *load)
{
    if (load->client != NULL)
        client_abort(load->client);
    drop_finished(load);
    client_free(load->client);
    end_subjects(load, true);
    free(load->samples);
    free(load->held);
    *load = (struct tune_load){0};
}

static void stop(struct tune_load *load, const char *reason)
{
    if (load->stopped[0] == '\0')
        snprintf(load->stopped, sizeof load->stopped, "%s", reason);
}

static unsigned busy(const struct tune_load *load)
{
    return client_in_flight(load->client) + (unsigned)load->held_count;
}

// ---- A level ------------------------------------------------------------------------------------

// Of calls that ended since a time.
struct tally {
    long long replies, refused, failed;
};

static struct tally count_since(const struct tune_load *load, size_t first, int64_t from_us)
{
    struct tally tally = {0};
    for (size_t i = first; i < load->sample_count; i++) {
        const struct tune_sample *at = &load->samples[i];
        if (at->left_out || at->end_us < from_us || at->end_us == INT64_MAX)
            continue;
        tally.replies += at->kind == NULL;
        tally.refused += at->kind != NULL && at->refused;
        tally.failed += at->kind != NULL && !at->refused;
    }
    return tally;
}

// No endpoint that breaks down is pushed on: one call in ten that fails is enough to stop.
static void heed_failures(struct tune_load *load, const struct tally *tally)
{
    enum { ENOUGH = 5, ONE_IN = 10 };
    long long all = tally->replies + tally->refused + tally->failed;
    if (tally->failed < ENOUGH || tally->failed * ONE_IN <= all)
        return;
    const char *kind = "";
    for (size_t i = 0; i < load->sample_count; i++)
        if (load->samples[i].kind != NULL && !load->samples[i].refused)
            kind = load->samples[i].kind;
    char text[160];
    snprintf(text, sizeof text, "at %u calls in flight %lld of %lld calls failed (%s)",
             load->target, tally->failed, all, kind);
    stop(load, text);
}

static void heed_time(struct tune_load *load, int64_t since_us, bool *full, long long replies)
{
    enum { LONGEST_S = 300, LATENCIES = 30, ENOUGH = 8 };
    double seconds = (double)(clock_now_us() - since_us) / 1e6;
    if (seconds < LONGEST_S + LATENCIES * load->latency_ms / 1000)
        return;
    *full = true;
    if (replies < ENOUGH)
        stop(load, "replies come too slowly to measure anything");
}

static size_t first_in_flight(const struct tune_load *load)
{
    for (size_t i = 0; i < load->sample_count; i++)
        if (load->samples[i].end_us == INT64_MAX)
            return i;
    return load->sample_count;
}

bool tune_load_level(struct tune_load *load, unsigned concurrency, long long wanted,
                     struct tune_window *window, struct error *why)
{
    size_t first = first_in_flight(load);
    bool full = false;
    load->target = concurrency;
    while (load->stopped[0] == '\0' && busy(load) > concurrency)
        if (!turn(load, why))
            return false;
    int64_t warm_us = clock_now_us() + (int64_t)(load->latency_ms * 1000);
    do {
        if (!turn(load, why))
            return false;
    } while (load->stopped[0] == '\0' && clock_now_us() < warm_us);
    bool refused_before = load->refused_before;
    window->from_us = load->latency_ms > 0 ? clock_now_us() : load->samples[first].start_us;
    int64_t since_us = window->from_us;
    struct tally tally = {0};
    while (!full && load->stopped[0] == '\0') {
        if (!turn(load, why))
            return false;
        // What was taken before the limit was met says nothing of the limit.
        if (load->refused_before && !refused_before) {
            refused_before = true;
            window->from_us = clock_now_us();
        }
        tally = count_since(load, first, window->from_us);
        heed_failures(load, &tally);
        full = tune_window_is_full(wanted, tally.replies, tally.refused + tally.failed);
        heed_time(load, since_us, &full, tally.replies);
    }
    window->to_us = clock_now_us();
    struct knee_level level = {0};
    struct tune_level row;
    if (!tune_window_measure(load->samples, load->sample_count, window, &level, &row, why))
        return false;
    if (level.mean_ms > 0)
        load->latency_ms = level.mean_ms;
    return true;
}

bool tune_load_all(struct tune_load *load, unsigned concurrency, struct error *why)
{
    load->target = concurrency;
    size_t first = load->sample_count;
    do {
        if (!turn(load, why))
            return false;
        struct tally tally = count_since(load, first, 0);
        heed_failures(load, &tally);
    } while (load->stopped[0] == '\0' && (!load->feed_ended || load->first != NULL));
    return true;
}

bool tune_load_settle(struct tune_load *load, struct error *why)
{
    load->target = 0;
    while (client_in_flight(load->client) > 0 || load->finished != NULL) {
        if (load->settings->stop != NULL && *load->settings->stop != 0)
            client_abort(load->client);
        if (!client_turn(load->client, LONGEST_TURN_MS, why) || !collect(load, why))
            return false;
    }
    end_subjects(load, true);
    load->held_count = 0;
    load->feed_ended = false;
    return true;
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

// ---- The loop -----------------------------------------------------------------------------------

static int wait_ms(const struct tune_load *load)
{
    int64_t now_us = clock_now_us(), wait = LONGEST_TURN_MS;
    for (size_t i = 0; i < load->held_count; i++) {
        int64_t left = (load->held[i] - now_us + 999) / 1000;
        wait = left < wait ? left : wait;
    }
    return wait > 0 ? (int)wait : 0;
}

static bool turn(struct tune_load *load, struct error *why)
{
    if (load->settings->stop != NULL && *load->settings->stop != 0) {
        stop(load, "interrupted");
        client_abort(load->client);
    }
    int64_t now_us = clock_now_us();
    for (size_t i = load->held_count; i-- > 0;)
        if (load->held[i] <= now_us)
            load->held[i] = load->held[--load->held_count];
    return fill(load, why) && client_turn(load->client, wait_ms(load), why) && collect(load, why);
}

static void link_subject(struct tune_load *load, struct subject *subject)
{
    subject->previous = load->last;
    if (load->last != NULL)
        load->last->next = subject;
    else
        load->first = subject;
    load->last = subject;
}

static void free_ready(struct subject *subject)
{
    while (subject->ready != NULL) {
        struct task *task = subject->ready;
        subject->ready = task->next;
        task_free(task);
    }
}

static void unlink_subject(struct tune_load *load, struct subject *subject)
{
    if (subject->previous != NULL)
        subject->previous->next = subject->next;
    else
        load->first = subject->next;
    if (subject->next != NULL)
        subject->next->previous = subject->previous;
    else
        load->last = subject->previous;
}

// all: whether finished or not; no call may be under way then.
static void end_subjects(struct tune_load *load, bool all)
{
    for (struct subject *subject = load->first, *next; subject != NULL; subject = next) {
        next = subject->next;
        bool ended = subject->open_items == 0 && subject->in_flight == 0;
        if (!ended && !all)
            continue;
        if (ended) {
            load->items += subject->item_count;
            for (unsigned i = 0; i < subject->item_count; i++)
                load->accepted += subject->items[i].state == ITEM_ACCEPTED;
            if (load->feed.ended != NULL)
                load->feed.ended(load->feed.context, subject);
        }
        unlink_subject(load, subject);
        free_ready(subject);
        subject_free(subject);
    }
}

static bool advance(struct tune_load *load, struct subject *subject, struct error *why)
{
    struct task *wanted = NULL;
    bool good = subject_advance(subject, load->feed.recipe, &wanted, why);
    queue_tasks(subject, wanted);
    return good;
}

// The oldest item's call: what is begun is finished first. *task NULL: there is none.
static bool take_ready(struct tune_load *load, struct task **task, struct error *why)
{
    *task = NULL;
    struct subject *subject = load->first;
    for (;;) {
        while (subject != NULL && subject->ready == NULL)
            subject = subject->next;
        if (subject != NULL)
            break;
        if (load->feed_ended)
            return true;
        struct error fault = {0};
        subject = load->feed.next(load->feed.context, &fault);
        if (subject == NULL) {
            load->feed_ended = true;
            if (fault.kind != ERR_NONE)
                *why = fault;
            return fault.kind == ERR_NONE;
        }
        link_subject(load, subject);
        if (!advance(load, subject, why))
            return false;
    }
    *task = subject->ready;
    subject->ready = (*task)->next;
    (*task)->next = NULL;
    return true;
}

static void put_back(struct task *task)
{
    struct subject *subject = task->subject;
    task->next = subject->ready;
    if (subject->ready == NULL)
        subject->ready_last = task;
    subject->ready = task;
}

static bool afford(struct tune_load *load, struct task *task, const struct exchange *exchange)
{
    const struct endpoint *endpoint = &load->upstream->endpoint;
    const struct payload *image = task->subject->image->payload;
    int cap = endpoint->lessons.no_max_tokens ? 0 : task->plan.max_tokens;
    unsigned in_flight = client_in_flight(load->client);
    task->guess = budget_guess(&load->budget, load->upstream->price,
                               exchange->head.length + exchange->tail.length,
                               token_estimate(endpoint->model, image->width, image->height), cap);
    if (budget_admit(&load->budget, &task->guess, in_flight))
        return true;
    if (in_flight == 0 && load->finished == NULL)
        stop(load, "the next call might cost more than --max-cost leaves");
    return false;
}

static bool add_sample(struct tune_load *load)
{
    if (load->sample_count == load->sample_room) {
        size_t room = load->sample_room > 0 ? 2 * load->sample_room : 1024;
        struct tune_sample *samples = realloc(load->samples, room * sizeof *samples);
        if (samples == NULL)
            return false;
        load->samples = samples;
        load->sample_room = room;
    }
    load->samples[load->sample_count] = (struct tune_sample){.start_us = clock_now_us(),
                                                             .end_us = INT64_MAX,
                                                             .first_token_ms = -1,
                                                             .input_tokens = -1,
                                                             .cached_tokens = -1,
                                                             .output_tokens = -1,
                                                             .cost_nano = -1};
    return true;
}

// Takes the task on success; *sent: false when it cannot be afforded now.
static bool send_task(struct tune_load *load, struct task *task, bool *sent, struct error *why)
{
    struct exchange *exchange = dispatch_write(load->feed.recipe, task, load->upstream, why);
    *sent = exchange != NULL && afford(load, task, exchange);
    if (!*sent) {
        bool written = exchange != NULL;
        exchange_free(exchange);
        return written;
    }
    struct tune_call *call = malloc(sizeof *call);
    bool good = call != NULL && add_sample(load);
    if (!good)
        error_set(why, ERR_MEMORY, "no memory for a call");
    if (good) {
        *call = (struct tune_call){.task = task, .sample = load->sample_count};
        exchange->owner = call;
        good = client_start(load->client, exchange, why);
    }
    if (!good) {
        budget_release(&load->budget, &task->guess, false);
        exchange_free(exchange);
        free(call);
        return false;
    }
    load->sample_count++;
    load->calls++;
    task->attempts++;
    task->subject->in_flight++;
    return true;
}

static bool fill(struct tune_load *load, struct error *why)
{
    while (load->stopped[0] == '\0' && busy(load) < load->target) {
        struct task *task;
        bool sent = false;
        if (load->calls >= load->most_calls) {
            char text[80];
            snprintf(text, sizeof text, "--max-calls %lld is reached", load->most_calls);
            stop(load, text);
            return true;
        }
        if (!take_ready(load, &task, why))
            return false;
        if (task == NULL)
            return true;
        bool good = send_task(load, task, &sent, why);
        if (!sent || !good)
            put_back(task);
        if (!good)
            return false;
        if (!sent)
            return true;
    }
    return true;
}

// ---- Replies ------------------------------------------------------------------------------------

static bool rest(struct tune_load *load, const struct fault *fault, struct error *why)
{
    enum { UNKNOWN_MS = 500 };
    double usual_ms = load->latency_ms > 0 ? load->latency_ms : UNKNOWN_MS;
    double ms = usual_ms * (1.5 + random_unit(&load->jitter));
    if (fault->wait_ms > LONGEST_REST_MS) {
        char text[120];
        snprintf(text, sizeof text, "the endpoint asks to wait %lld s (%s)",
                 (long long)fault->wait_ms / 1000, fault->kind);
        stop(load, text);
    }
    if ((double)fault->wait_ms > ms)
        ms = (double)fault->wait_ms;
    if (load->held_count == load->held_room) {
        size_t room = load->held_room > 0 ? 2 * load->held_room : 64;
        int64_t *held = realloc(load->held, room * sizeof *held);
        if (held == NULL)
            return error_set(why, ERR_MEMORY, "no memory for a resting call");
        load->held = held;
        load->held_room = room;
    }
    load->held[load->held_count++] = clock_now_us() + (int64_t)(ms * 1000);
    return true;
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
    load->any_reply = true;
    load->replies++;
    load->tokens_of_replies += (usage->input_tokens > 0 ? usage->input_tokens : 0) +
                               (usage->output_tokens > 0 ? usage->output_tokens : 0);
    judge_make_call(&call, task, exchange, reply);
    call.key = task->key;
    subject_take(task->subject, load->feed.recipe, task, &call);
    call_clear(&call);
    bool good = advance(load, task->subject, why);
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
    stop(load, text);
    return true;
}

// What cannot be asked is given up with its image's other questions: another one is asked instead.
static void give_up(struct task *task, const struct fault *fault)
{
    struct subject *subject = task->subject;
    subject_fail(subject, "tune", ITEM_UNKNOWN, fault->kind, fault->message, clock_wall_ms());
    free_ready(subject);
    task_free(task);
}

static bool take_fault(struct tune_load *load, struct task *task, struct tune_sample *sample,
                       const struct exchange *exchange, const struct fault *fault,
                       struct error *why)
{
    budget_release(&load->budget, &task->guess, judge_maybe_charged(exchange));
    sample->left_out = fault->verdict == FAULT_ADAPT || exchange->transport == TRANSPORT_ABORTED;
    if (sample->left_out) {
        if (fault->verdict == FAULT_ADAPT)
            learn_tell(load->upstream, fault);
        put_back(task);
        return true;
    }
    sample->kind = fault->kind;
    sample->refused = judge_is_refusal(fault);
    load->refused_before |= sample->refused;
    if (fault->verdict == FAULT_RUN || (fault->unreachable && !load->any_reply)) {
        put_back(task);
        return stop_for_fault(load, fault, why);
    }
    if (sample->refused) {
        put_back(task);
        return rest(load, fault, why);
    }
    if (fault->verdict == FAULT_ITEM || task->attempts >= MOST_ATTEMPTS)
        give_up(task, fault);
    else
        put_back(task);
    return true;
}

static bool take(struct tune_load *load, struct exchange *exchange, struct error *why)
{
    struct tune_call *call = exchange->owner;
    struct task *task = call->task;
    struct tune_sample *sample = &load->samples[call->sample];
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

static bool collect(struct tune_load *load, struct error *why)
{
    bool good = true, any = load->finished != NULL;
    while (good && load->finished != NULL) {
        struct exchange *exchange = load->finished;
        load->finished = exchange->transfer;
        exchange->transfer = NULL;
        good = take(load, exchange, why);
    }
    if (any)
        end_subjects(load, false);
    return good;
}
