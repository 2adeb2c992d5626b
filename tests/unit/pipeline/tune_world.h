// An endpoint and a clock that exist in this process only: what `vqagen tune` does in minutes takes
// milliseconds here and comes out the same each time. This file takes the place of base/clock.c and
// client/client.c in the tests that include it.
#ifndef VQAGEN_TEST_TUNE_WORLD_H
#define VQAGEN_TEST_TUNE_WORLD_H

#include "unit.h"

#include "client.h"
#include "clock.h"
#include "random.h"
#include "subject.h"
#include "tune.h"
#include "tune_calls.h"
#include "tune_images.h"
#include "tune_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORLD_CALLS = 2000, WORLD_CAPACITY = 512 };

enum world_mode { WORLD_REFUSES, WORLD_QUEUES };

static struct world {
    int64_t now_us;
    // What the endpoint is like; see world_begin for the usual.
    unsigned capacity; // 0: any number
    int open_until;    // calls before which it takes any number all the same
    enum world_mode mode;
    double latency_ms, sigma;
    unsigned lag_from, lag_to;       // with so many in flight the client is late by half a latency
    unsigned lags;                   // calls for which that holds
    double fail_share, silent_share; // of the calls: HTTP 500; replies without usage
    long long input_tokens, output_tokens;
    unsigned blind_below; // px wide: a smaller picture gets another answer to "blind" questions
    unsigned unusable;    // every so many-th question of a draft is none; 0: all are good
    int fatal_after;      // calls after which the key is refused; 0: none
    // What it saw.
    long long calls, replies, refused;
    unsigned most_in_flight;
    long long in_flight_sum; // of all calls as they began
    uint64_t random;
    struct world_call {
        struct exchange *exchange;
        int64_t begun_us, ends_us, told_us; // when the endpoint has done; when the client tells
        int status;
    } under_way[WORLD_CALLS];
    unsigned count;
    int64_t free_us[WORLD_CAPACITY]; // when each place is free
} world;

struct client {
    struct client_settings settings;
};

int64_t clock_now_us(void)
{
    return world.now_us;
}

int64_t clock_now_ms(void)
{
    return world.now_us / 1000;
}

int64_t clock_wall_ms(void)
{
    return 1792000000000 + world.now_us / 1000;
}

char *clock_format_utc(int64_t wall_ms, char *text)
{
    snprintf(text, 32, "at %lld", (long long)wall_ms);
    return text;
}

struct client *client_new(const struct client_settings *settings, struct error *why)
{
    (void)why;
    struct client *client = calloc(1, sizeof *client);
    assert_non_null(client);
    client->settings = *settings;
    return client;
}

// Lognormal, with that mean.
static inline double world_latency_us(void)
{
    double a = random_unit(&world.random), b = random_unit(&world.random);
    double normal = sqrt(-2 * log(1 - a)) * cos(6.283185307179586 * b);
    return 1000 * world.latency_ms * exp(world.sigma * normal - world.sigma * world.sigma / 2);
}

// When a call that begins now is served: at once, or where calls queue, by the place free first.
static inline int64_t *world_place(void)
{
    int64_t *first = &world.free_us[0];
    for (unsigned i = 1; i < world.capacity; i++)
        if (world.free_us[i] < *first)
            first = &world.free_us[i];
    return first;
}

static inline int64_t world_serve(void)
{
    int64_t *place = world_place(), took_us = (int64_t)world_latency_us();
    bool waits = world.capacity > 0 && *place > world.now_us;
    int64_t ends_us = (waits ? *place : world.now_us) + took_us;
    if (world.capacity > 0)
        *place = ends_us;
    return ends_us;
}

bool client_start(struct client *client, struct exchange *exchange, struct error *why)
{
    (void)client, (void)why;
    assert_true(world.count < WORLD_CALLS);
    bool full =
        world.calls >= world.open_until && world.capacity > 0 && *world_place() > world.now_us;
    struct world_call call = {.exchange = exchange, .begun_us = world.now_us, .status = 200};
    world.calls++;
    if (world.fatal_after > 0 && world.calls > world.fatal_after)
        call.status = 401;
    else if (world.fail_share > 0 && random_unit(&world.random) < world.fail_share)
        call.status = 500;
    else if (full && world.mode == WORLD_REFUSES)
        call.status = 429;
    call.ends_us = call.status == 200 ? world_serve() : world.now_us + 5000;
    call.told_us = call.ends_us;
    unsigned in_flight = world.count + 1;
    if (in_flight >= world.lag_from && in_flight <= world.lag_to && world.lags > 0) {
        world.lags--;
        call.told_us += (int64_t)(world.latency_ms * 500);
    }
    world.under_way[world.count++] = call;
    world.in_flight_sum += in_flight;
    if (in_flight > world.most_in_flight)
        world.most_in_flight = in_flight;
    return true;
}

static inline void world_draft(const struct task *task, struct buffer *text)
{
    const struct draft *draft = &task->subject->draft;
    const char *gap = "";
    buffer_append_text(text, "{\\\"questions\\\":[");
    for (unsigned i = 0; i < draft->slot_count; i++) {
        if (draft->slots[i].question != NULL)
            continue;
        buffer_append_format(text,
                             "%s{\\\"slot\\\":%u,\\\"topic\\\":\\\"visual_recognition\\\","
                             "\\\"declined\\\":%s,\\\"question\\\":\\\"What colour is shape "
                             "number %u in picture %s?\\\"}",
                             gap, draft->slots[i].number,
                             world.unusable > 0 && (i + 1) % world.unusable == 0 ? "true" : "false",
                             draft->slots[i].number, task->subject->question.id);
        gap = ",";
    }
    buffer_append_text(text, "]}");
}

// What the model says, within a JSON string.
static inline void world_say(const struct task *task, struct buffer *text)
{
    static const char *const colours[] = {"blue", "green", "yellow", "purple", "black", "white"};
    if (task->plan.step == STEP_DRAFT) {
        world_draft(task, text);
    } else if (task->plan.step == STEP_ANSWER) {
        bool blind = task->subject->image->payload->width < world.blind_below &&
                     strstr(task->subject->question.question, "blind") != NULL;
        buffer_append_format(text, "{\\\"answer\\\":\\\"%s\\\",\\\"explanation\\\":\\\"it is\\\"}",
                             blind ? "blue" : "red");
    } else {
        buffer_append_text(text, "{\\\"options\\\":[");
        size_t have = task->item->distractors.count, wants = task->item->distractors.wanted - have;
        for (size_t i = 0; i < wants; i++)
            buffer_append_format(text, "%s\\\"%s\\\"", i > 0 ? "," : "", colours[(have + i) % 6]);
        buffer_append_text(text, "]}");
    }
}

static inline void world_finish(const struct client *client, unsigned at, bool aborted)
{
    struct world_call call = world.under_way[at];
    struct exchange *exchange = call.exchange;
    struct buffer *body = &exchange->body;
    world.under_way[at] = world.under_way[--world.count];
    exchange->transport = aborted ? TRANSPORT_ABORTED : TRANSPORT_OK;
    exchange->status = aborted ? 0 : call.status;
    exchange->seconds_total = (double)(call.ends_us - call.begun_us) / 1e6;
    snprintf(exchange->content_type, sizeof exchange->content_type, "application/json");
    if (!aborted && call.status == 200) {
        world.replies++;
        buffer_append_text(body, "{\"choices\":[{\"message\":{\"content\":\"");
        world_say(((struct tune_call *)exchange->owner)->task, body);
        buffer_append_text(body, "\"},\"finish_reason\":\"stop\"}]");
        if (!(random_unit(&world.random) < world.silent_share))
            buffer_append_format(body,
                                 ",\"usage\":{\"prompt_tokens\":%lld,\"completion_tokens\":%lld}",
                                 world.input_tokens, world.output_tokens);
        buffer_append_char(body, '}');
    } else if (!aborted) {
        world.refused += call.status == 429;
        buffer_append_format(body, "{\"error\":{\"message\":\"no: %d\"}}", call.status);
    }
    client->settings.done(client->settings.context, exchange);
}

bool client_turn(struct client *client, int timeout_ms, struct error *why)
{
    (void)why;
    int64_t until_us = world.now_us + (int64_t)timeout_ms * 1000;
    for (unsigned i = 0; i < world.count; i++)
        if (world.under_way[i].told_us < until_us)
            until_us = world.under_way[i].told_us;
    // No turn is for nothing: a loop that does not wait would stand still.
    world.now_us = until_us > world.now_us ? until_us : world.now_us + 1;
    for (unsigned i = world.count; i-- > 0;)
        if (world.under_way[i].told_us <= world.now_us)
            world_finish(client, i, false);
    return true;
}

void client_wake(struct client *client)
{
    (void)client;
}

unsigned client_in_flight(const struct client *client)
{
    (void)client;
    return world.count;
}

void client_abort(struct client *client)
{
    while (world.count > 0)
        world_finish(client, world.count - 1, true);
}

void client_free(struct client *client)
{
    free(client);
}

// ---- What is asked of it ------------------------------------------------------------------------

static struct run_settings world_run;
static struct price world_price = {.model = "*", .date = "", .source = "--price"};
static char world_input[] = "/tmp/vqagen-tune-XXXXXX.jsonl";

static inline void world_begin(uint64_t seed)
{
    world = (struct world){.now_us = 1000000,
                           .latency_ms = 1000,
                           .sigma = 0.3,
                           .input_tokens = 500,
                           .output_tokens = 20,
                           .random = random_from(seed, "world", "latency")};
    world_run = (struct run_settings){
        .input = world_input,
        .upstreams = {{.endpoint = {.base_url = "http://127.0.0.1:9/v1", .model = "m"},
                       .weight = 1,
                       .pace = {.concurrency = 8}}},
        .upstream_count = 1,
        .limits = image_limits_default(),
        .per_image = 4,
        .share_multiple_choice = 1,
        .share_fill_in_blank = 1,
        .options = 4,
        .tries = 3,
        .repeat = 1,
        .seed = seed,
        .answer_temperature = 0,
        .temperature = 0.7,
        .max_tokens = 1000,
        .max_reply_bytes = 1 << 20,
        .max_cost = -1};
}

// Dollars a million tokens, in and out alike.
static inline void world_prices(double dollars, double max_cost)
{
    world_price.input = world_price.output = dollars;
    world_price.cached = world_price.cache_write = -1;
    world_run.prices = &world_price;
    world_run.price_count = 1;
    world_run.max_cost = max_cost;
}

// Records of one sample image each: lines of JSON with '@' for its path.
static inline void world_records(const char *const *lines, size_t count)
{
    strcpy(strstr(world_input, "tune-") + 5, "XXXXXX.jsonl");
    int file = mkstemps(world_input, 6);
    FILE *out = fdopen(file, "w");
    assert_non_null(out);
    for (size_t i = 0; i < count; i++) {
        for (const char *at = lines[i]; *at != '\0'; at++)
            if (*at == '@')
                fputs(TEST_CASES "/../../samples/images/", out);
            else
                fputc(*at, out);
        fputc('\n', out);
    }
    fclose(out);
}

// Given questions make less work than drafted ones.
static inline int world_setup(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"id\":\"a\",\"image\":\"@two-squares.png\",\"question_type\":\"fill_in_blank\","
        "\"question\":\"What colour is the left square?\"}",
        "{\"id\":\"b\",\"image\":\"@night-lamp.jpg\",\"question_type\":\"fill_in_blank\","
        "\"question\":\"What colour is the lamp?\"}"};
    world_records(lines, 2);
    return 0;
}

static inline int world_teardown(void **state)
{
    (void)state;
    return unlink(world_input);
}

// A tuning run without its ladder, for the phases after it.
static inline void world_tune(struct tune *tune, const struct tune_settings *settings,
                              struct tune_result *result)
{
    struct error why = {0};
    const struct run_settings *run = settings->run;
    *tune = (struct tune){.settings = settings, .result = result};
    if (!upstreams_init(&tune->upstreams, run->upstreams, run->upstream_count, &why) ||
        !recipe_init(&tune->recipe, run, &tune->upstreams, &why) ||
        !tune_images_open(&tune->images, run, &why) ||
        !tune_load_open(&tune->load, run, &tune->upstreams.list[0], settings->most_calls, &why))
        fail_msg("%s", why.message);
}

static inline void world_tuned(struct tune *tune)
{
    tune_load_close(&tune->load);
    tune_images_clear(&tune->images);
    recipe_clear(&tune->recipe);
    upstreams_clear(&tune->upstreams);
}

// A load of its own on that endpoint, fed with the input's items again and again.
static struct world_load {
    struct upstreams upstreams;
    struct recipe recipe;
    struct tune_images images;
    struct tune_load load;
    long long ended; // subjects
} world_load;

static inline struct subject *world_next(void *context, struct error *why)
{
    struct world_load *at = context;
    return tune_images_next(&at->images, &at->recipe, why);
}

static inline void world_ended(void *context, const struct subject *subject)
{
    struct world_load *at = context;
    assert_int_equal(subject->open_items, 0);
    at->ended++;
}

static inline struct tune_load *world_open(long long most_calls)
{
    struct error why = {0};
    struct world_load *at = &world_load;
    *at = (struct world_load){0};
    if (!upstreams_init(&at->upstreams, world_run.upstreams, world_run.upstream_count, &why) ||
        !recipe_init(&at->recipe, &world_run, &at->upstreams, &why) ||
        !tune_images_open(&at->images, &world_run, &why) ||
        !tune_load_open(&at->load, &world_run, &at->upstreams.list[0], most_calls, &why))
        fail_msg("%s", why.message);
    at->load.feed = (struct tune_feed){
        .recipe = &at->recipe, .next = world_next, .ended = world_ended, .context = at};
    return &at->load;
}

static inline void world_close(void)
{
    tune_load_close(&world_load.load);
    tune_images_clear(&world_load.images);
    recipe_clear(&world_load.recipe);
    upstreams_clear(&world_load.upstreams);
    assert_int_equal(world.count, 0);
}

// What the replies cost that the endpoint gave, in dollars.
static inline double world_bill(void)
{
    return (double)world.replies * (double)(world.input_tokens + world.output_tokens) *
           world_price.input / 1e6;
}

#endif
