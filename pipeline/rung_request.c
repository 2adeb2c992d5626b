// The request as a run writes it: parameters, structured output, a stream, several at once.
#include "request_bisect.h"

#include "prompt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char question[] =
    "Question: What is the dominant colour of the image?\n"
    "Reply with one JSON object: {\"answer\": \"...\", \"explanation\": \"...\"}";

static struct probe full_probe(const struct ladder *ladder)
{
    const struct ladder_settings *settings = ladder->settings;
    struct probe probe = ladder_probe(ladder, question);
    probe.ask.image = true;
    probe.payload = ladder->tiny;
    probe.ask.system = settings->system_prompt;
    probe.ask.temperature = settings->temperature;
    probe.ask.max_tokens = settings->max_tokens;
    probe.ask.extra_body = settings->extra_body;
    return probe;
}

// Sends it, and passes the rung or bisects.
static bool climb(struct ladder *ladder, enum rung_id rung, const char *tried, struct probe *probe,
                  bool base_passes, struct error *why)
{
    char seen[SEEN_BYTES];
    if (!ladder_send(ladder, probe, why))
        return false;
    if (probe->fault.verdict == FAULT_NONE) {
        ladder_pass(ladder, rung, tried, probe_seen(probe, seen, sizeof seen));
        return true;
    }
    if (ladder_beside(ladder_cause(ladder, probe))) {
        ladder_break_beside(ladder, rung, tried, probe);
        return true;
    }
    struct request request = {
        .endpoint = probe->endpoint, .ask = probe->ask, .payload = probe->payload};
    return request_bisect(ladder, rung, tried, &request, base_passes, probe, why);
}

bool rung_parameters(struct ladder *ladder, struct error *why)
{
    char tried[SEEN_BYTES], temperature[40] = "";
    const struct ladder_settings *settings = ladder->settings;
    if (settings->temperature >= 0)
        snprintf(temperature, sizeof temperature, "temperature %.2g, ", settings->temperature);
    snprintf(tried, sizeof tried, "%smax tokens %d, a system prompt%s", temperature,
             settings->max_tokens, settings->extra_body != NULL ? ", --extra-body" : "");
    struct probe probe = full_probe(ladder);
    bool good = climb(ladder, RUNG_PARAMETERS, tried, &probe, true, why);
    probe_clear(&probe);
    return good;
}

bool rung_structured(struct ladder *ladder, struct error *why)
{
    struct probe probe = full_probe(ladder);
    probe.ask.schema_name = "answer";
    probe.ask.schema = prompt_schema_answer;
    bool good = climb(ladder, RUNG_STRUCTURED,
                      ladder->endpoint.lessons.structured == STRUCTURED_OBJECT ? "a JSON object"
                                                                                : "a JSON Schema",
                      &probe, true, why);
    probe_clear(&probe);
    return good;
}

// Events, as text/event-stream has them; comments may stand before the first.
static bool is_stream(const struct probe *probe)
{
    const char *body = buffer_text(&probe->body);
    return probe->status == 200 &&
           (strncasecmp(probe->content_type, "text/event-stream", 17) == 0 ||
            strncmp(body, "data:", 5) == 0 || strncmp(body, "event:", 6) == 0);
}

// The same request passed a rung below, without the stream; a refusal without a reason may yet be
// one of chance.
static bool judge_stream(struct ladder *ladder, const struct probe *failed, const char *tried,
                         struct error *why)
{
    struct probe again = full_probe(ladder);
    char seen[SEEN_BYTES];
    again.stream = true;
    if (!prober_send(&ladder->prober, &again, 1, why))
        return false;
    diagnosis_step(ladder->diagnosis, "the same once more -> %s",
                   is_stream(&again) ? "events" : probe_seen(&again, seen, sizeof seen));
    bool error = strstr(buffer_text(&again.body), "\"error\":{") != NULL;
    bool passes = again.sent && (again.fault.verdict == FAULT_NONE || (is_stream(&again) && !error));
    ladder_break(ladder, RUNG_STREAM, tried, failed,
                 passes ? CAUSE_fails_by_turns : CAUSE_stream_refused,
                 passes ? NULL : "The same request passes when it does not ask for a stream.", NULL);
    probe_clear(&again);
    return true;
}

bool rung_stream(struct ladder *ladder, struct error *why)
{
    static const char tried[] = "\"stream\": true";
    char seen[SEEN_BYTES];
    struct probe probe = full_probe(ladder);
    probe.stream = true;
    bool good = true;
    if (!ladder_send(ladder, &probe, why))
        return false;
    enum cause_id cause = ladder_cause(ladder, &probe);
    if (is_stream(&probe) && strstr(buffer_text(&probe.body), "\"error\":{") == NULL) {
        snprintf(seen, sizeof seen, "HTTP 200 in %.1f s, as events", probe.seconds);
        ladder_pass(ladder, RUNG_STREAM, tried, seen);
    } else if (probe.fault.verdict == FAULT_NONE) {
        ladder_pass(ladder, RUNG_STREAM, tried, "answered in one piece: streaming gains nothing");
    } else if (!is_stream(&probe) && ladder_beside(cause)) {
        ladder_break_beside(ladder, RUNG_STREAM, tried, &probe);
    } else {
        good = judge_stream(ladder, &probe, tried, why);
    }
    probe_clear(&probe);
    return good;
}

// A limit that three at once exceed and one does not is one of concurrency.
static bool judge_together(struct ladder *ladder, const struct probe *failed, const char *tried,
                           struct error *why)
{
    struct probe alone = full_probe(ladder);
    char seen[SEEN_BYTES];
    if (!ladder_send(ladder, &alone, why))
        return false;
    diagnosis_step(ladder->diagnosis, "one alone -> %s", probe_seen(&alone, seen, sizeof seen));
    if (alone.sent && alone.fault.verdict == FAULT_NONE)
        ladder_break(ladder, RUNG_TOGETHER, tried, failed, CAUSE_concurrency_refused, NULL,
                     "Give --concurrency 1, or 2 if that passes; a larger plan allows more.");
    else
        ladder_break_beside(ladder, RUNG_TOGETHER, tried, failed);
    probe_clear(&alone);
    return true;
}

bool rung_together(struct ladder *ladder, struct error *why)
{
    enum { TOGETHER = 3 };
    char tried[100];
    struct probe probes[TOGETHER];
    for (size_t i = 0; i < TOGETHER; i++)
        probes[i] = full_probe(ladder);
    unsigned left = prober_left(&ladder->prober), count = left < TOGETHER ? left : TOGETHER;
    if (!prober_send(&ladder->prober, probes, count, why))
        return false;
    const struct probe *failed = NULL;
    double slowest = 0;
    for (size_t i = 0; i < count; i++) {
        if (probes[i].fault.verdict != FAULT_NONE && failed == NULL)
            failed = &probes[i];
        slowest = probes[i].seconds > slowest ? probes[i].seconds : slowest;
    }
    snprintf(tried, sizeof tried, "%u calls", count);
    bool good = true;
    if (failed != NULL) {
        good = judge_together(ladder, failed, tried, why);
    } else {
        char seen[100];
        snprintf(seen, sizeof seen, "all answered within %.1f s", slowest);
        ladder_pass(ladder, RUNG_TOGETHER, tried, seen);
    }
    for (size_t i = 0; i < count; i++)
        probe_clear(&probes[i]);
    return good;
}
