#include "tune_calls.h"

#include "clock.h"
#include "dispatch.h"
#include "tokens.h"
#include "tune_items.h"
#include "tune_replies.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONGEST_TURN_MS = 100 };

static bool fill(struct tune_load *load, struct error *why);
static int wait_ms(const struct tune_load *load);

bool tune_calls_turn(struct tune_load *load, struct error *why)
{
    if (load->settings->stop != NULL && *load->settings->stop != 0) {
        tune_load_stop(load, "interrupted");
        client_abort(load->client);
    }
    int64_t now_us = clock_now_us();
    for (size_t i = load->held_count; i-- > 0;)
        if (load->held[i] <= now_us)
            load->held[i] = load->held[--load->held_count];
    return fill(load, why) && client_turn(load->client, wait_ms(load), why) &&
           tune_replies_collect(load, why);
}

static int wait_ms(const struct tune_load *load)
{
    int64_t now_us = clock_now_us(), wait = LONGEST_TURN_MS;
    for (size_t i = 0; i < load->held_count; i++) {
        int64_t left = (load->held[i] - now_us + 999) / 1000;
        wait = left < wait ? left : wait;
    }
    return wait > 0 ? (int)wait : 0;
}

unsigned tune_calls_busy(const struct tune_load *load)
{
    return client_in_flight(load->client) + (unsigned)load->held_count;
}

bool tune_calls_rest(struct tune_load *load, double ms, struct error *why)
{
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

// ---- Sending ------------------------------------------------------------------------------------

static void stop_for_money(struct tune_load *load, const struct guess *guess, unsigned in_flight)
{
    const struct budget *budget = &load->budget;
    char text[200], most[PRICE_TEXT], left[PRICE_TEXT];
    price_write(guess->most_nano, most);
    price_write(budget->limit_nano - budget_all(budget) - budget->reserved_nano, left);
    if (in_flight > 0)
        snprintf(text, sizeof text,
                 "--max-cost leaves %s, too little for %u calls in flight of up to %s each", left,
                 load->target, most);
    else
        snprintf(text, sizeof text, "a call may cost up to %s, and --max-cost leaves %s", most,
                 left);
    tune_load_stop(load, text);
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
    load->most_nano =
        task->guess.most_nano > load->most_nano ? task->guess.most_nano : load->most_nano;
    if (budget_admit(&load->budget, &task->guess, in_flight))
        return true;
    if (load->whole || in_flight == 0)
        stop_for_money(load, &task->guess, in_flight);
    return false;
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
    bool sampled = call != NULL && tune_samples_add(&load->samples, clock_now_us()) != NULL;
    bool good = sampled || error_set(why, ERR_MEMORY, "no memory for a call");
    if (good) {
        *call = (struct tune_call){.task = task, .sample = load->samples.count - 1};
        exchange->owner = call;
        good = client_start(load->client, exchange, why);
    }
    if (!good) {
        load->samples.count -= sampled;
        budget_release(&load->budget, &task->guess, false);
        exchange_free(exchange);
        free(call);
        return false;
    }
    load->calls++;
    task->attempts++;
    task->subject->in_flight++;
    return true;
}

static bool fill(struct tune_load *load, struct error *why)
{
    while (load->stopped[0] == '\0' && tune_calls_busy(load) < load->target) {
        struct task *task;
        bool sent = false;
        if (load->calls >= load->most_calls) {
            char text[80];
            snprintf(text, sizeof text, "--max-calls %lld is reached", load->most_calls);
            tune_load_stop(load, text);
            return true;
        }
        if (!tune_items_take(load, &task, why))
            return false;
        if (task == NULL)
            return true;
        bool good = send_task(load, task, &sent, why);
        if (!sent || !good)
            tune_items_put_back(task);
        if (!good)
            return false;
        if (!sent)
            return true;
    }
    return true;
}
