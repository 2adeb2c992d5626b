#include "probe.h"

#include "memory.h"
#include "reply_stream.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_BODY = 16 << 10, LONGEST_TURN_MS = 1000 };

static void on_done(void *context, struct exchange *exchange)
{
    struct prober *prober = context;
    exchange->transfer = prober->finished;
    prober->finished = exchange;
}

bool prober_init(struct prober *prober, const struct client_settings *settings, unsigned limit,
                 struct error *why)
{
    *prober = (struct prober){.limit = limit};
    struct client_settings own = *settings;
    own.done = on_done;
    own.context = prober;
    prober->client = client_new(&own, why);
    return prober->client != NULL;
}

static void drop_finished(struct prober *prober)
{
    while (prober->finished != NULL) {
        struct exchange *exchange = prober->finished;
        prober->finished = exchange->transfer;
        exchange->transfer = NULL;
        exchange_free(exchange);
    }
}

void prober_clear(struct prober *prober)
{
    if (prober->client != NULL)
        client_abort(prober->client);
    drop_finished(prober);
    client_free(prober->client);
    *prober = (struct prober){0};
}

unsigned prober_left(const struct prober *prober)
{
    return prober->limit - prober->calls;
}

static bool start(struct prober *prober, struct probe *probe, struct error *why)
{
    enum { MAX_REPLY = 16 << 20 };
    const struct endpoint *endpoint = probe->endpoint;
    bool stream = endpoint->lessons.stream;
    struct exchange *exchange = exchange_new(MAX_REPLY, why);
    if (exchange == NULL)
        return false;
    bool prefixed = provider_sends_prefix(&endpoint->lessons, &probe->ask);
    exchange->url = probe->url != NULL ? probe->url : endpoint_address(endpoint, prefixed);
    exchange->key = endpoint->key;
    exchange->auth_header = endpoint->provider->auth_header;
    exchange->headers = endpoint->provider->headers;
    exchange->payload = probe->payload != NULL ? payload_hold(probe->payload) : NULL;
    exchange->owner = probe;
    bool good = endpoint->provider->write_request(endpoint, &probe->ask, &exchange->head,
                                                  &exchange->tail, why);
    if (good && stream)
        good = (exchange->stream = reply_stream_new(endpoint->provider, MAX_REPLY, why)) != NULL;
    if (good && client_start(prober->client, exchange, why)) {
        prober->calls++;
        probe->sent = true;
        return true;
    }
    exchange_free(exchange);
    return false;
}

static void take(struct prober *prober, struct exchange *exchange)
{
    struct probe *probe = exchange->owner;
    struct endpoint scratch = *probe->endpoint; // its lessons are learned here and forgotten
    probe->transport = exchange->transport;
    probe->status = exchange->status;
    probe->seconds = exchange->seconds_total;
    probe->first_byte = exchange->status != 0;
    probe->streamed = exchange->stream != NULL && reply_stream_is_events(exchange->stream);
    probe->seconds_first_token = exchange->seconds_first_token;
    snprintf(probe->content_type, sizeof probe->content_type, "%s", exchange->content_type);
    snprintf(probe->location, sizeof probe->location, "%s", exchange->location);
    struct endpoint_lessons sent = probe->endpoint->lessons;
    sent.prefix = provider_sends_prefix(&sent, &probe->ask);
    fault_classify(&scratch, &sent, exchange, &probe->reply, &probe->fault);
    probe->learned = scratch.lessons;
    buffer_init(&probe->body, KEPT_BODY);
    size_t length = exchange->body.length < KEPT_BODY ? exchange->body.length : KEPT_BODY;
    buffer_append(&probe->body, exchange->body.data, length);
    const struct usage *usage = &probe->reply.usage;
    if (probe->fault.verdict != FAULT_NONE)
        return; // refusals cost nothing at the providers
    long long image = probe->payload != NULL
                          ? token_rule_at(0)->count(probe->payload->width, probe->payload->height)
                          : 0;
    prober->tokens += usage->input_tokens >= 0 ? usage->input_tokens
                                               : image + text_token_estimate(probe->ask.prompt);
    prober->tokens += usage->output_tokens > 0 ? usage->output_tokens : 0;
}

static bool is_stopped(const struct prober *prober)
{
    return prober->stop != NULL && *prober->stop != 0;
}

bool prober_send(struct prober *prober, struct probe *probes, size_t count, struct error *why)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        probes[i].sent = false;
        // What is not sent has not passed.
        probes[i].fault =
            (struct fault){.verdict = FAULT_ITEM, .kind = "", .fix = "", .wait_ms = -1};
        probes[i].reply = (struct reply){.usage = usage_unknown};
        buffer_init(&probes[i].body, KEPT_BODY);
    }
    for (size_t i = 0; i < count && good; i++)
        good = prober_left(prober) == 0 || start(prober, &probes[i], why);
    while (good && client_in_flight(prober->client) > 0 && !is_stopped(prober))
        good = client_turn(prober->client, LONGEST_TURN_MS, why);
    client_abort(prober->client); // what is in flight still comes back as aborted
    while (good && prober->finished != NULL) {
        struct exchange *exchange = prober->finished;
        prober->finished = exchange->transfer;
        exchange->transfer = NULL;
        take(prober, exchange);
        exchange_free(exchange);
    }
    drop_finished(prober);
    return memory_settle(good, why); // what came of short memory is no fault of the endpoint
}

void probe_clear(struct probe *probe)
{
    reply_clear(&probe->reply);
    buffer_clear(&probe->body);
}

const char *probe_seen(const struct probe *probe, char *text, size_t size)
{
    if (!probe->sent)
        snprintf(text, size, "not sent: the limit of calls is reached");
    else if (probe->fault.verdict == FAULT_NONE)
        snprintf(text, size, "HTTP %d in %.1f s: \"%.80s\"", probe->status, probe->seconds,
                 probe->reply.text != NULL ? probe->reply.text : "");
    else if (probe->status != 0)
        snprintf(text, size, "HTTP %d, %s: %.300s", probe->status, probe->fault.kind,
                 probe->fault.message);
    else
        snprintf(text, size, "%s: %.300s", probe->fault.kind, probe->fault.message);
    return text;
}
