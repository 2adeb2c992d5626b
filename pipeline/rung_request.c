// The request as a run writes it: parameters, structured output, a stream, several at once.
#include "request_bisect.h"

#include "judge.h"
#include "prompt.h"

#include <stdio.h>

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

// Asks for a stream. What a refusal of a detail teaches (stream_options) is learned, as a run does.
static bool send_stream(struct ladder *ladder, struct endpoint *streaming, struct probe *probe,
                        struct error *why)
{
    char seen[SEEN_BYTES];
    *probe = full_probe(ladder);
    *streaming = ladder->endpoint;
    streaming->lessons.stream = true;
    probe->endpoint = streaming;
    if (!ladder_send(ladder, probe, why))
        return false;
    if (probe->fault.verdict != FAULT_ADAPT || !probe->learned.stream ||
        prober_left(&ladder->prober) == 0)
        return true;
    diagnosis_step(ladder->diagnosis, "%s; learned, as a run does, and sent again",
                   probe_seen(probe, seen, sizeof seen));
    streaming->lessons = probe->learned;
    probe_clear(probe);
    return prober_send(&ladder->prober, probe, 1, why);
}

// The same request passed a rung below, without the stream; a refusal without a reason may yet be
// one of chance.
static bool judge_stream(struct ladder *ladder, const struct probe *failed, const char *tried,
                         struct error *why)
{
    struct request request = {
        .endpoint = failed->endpoint, .ask = failed->ask, .payload = failed->payload};
    bool passes = false;
    if (!request_confirm(ladder, RUNG_STREAM, tried, &request, failed, &passes, why))
        return false;
    bool learned = failed->fault.verdict == FAULT_ADAPT && !failed->learned.stream;
    if (!passes)
        ladder_break(ladder, RUNG_STREAM, tried, failed, CAUSE_stream_refused,
                     "The same request passes when it does not ask for a stream.",
                     learned ? NULL
                             : "Run without --stream; the refusal does not say that it is the "
                               "stream, so that no run can learn it.");
    return true;
}

bool rung_stream(struct ladder *ladder, struct error *why)
{
    static const char tried[] = "the same as a stream";
    char seen[SEEN_BYTES];
    struct endpoint streaming;
    struct probe probe;
    bool good = send_stream(ladder, &streaming, &probe, why);
    if (good && probe.fault.verdict == FAULT_NONE) {
        snprintf(seen, sizeof seen, "HTTP 200, first token after %.1f s",
                 probe.seconds_first_token);
        ladder_pass(ladder, RUNG_STREAM, tried,
                    probe.streamed ? seen : "answered in one piece: streaming gains nothing");
    } else if (good && !probe.streamed && ladder_beside(ladder_cause(ladder, &probe))) {
        ladder_break_beside(ladder, RUNG_STREAM, tried, &probe);
    } else if (good) {
        good = judge_stream(ladder, &probe, tried, why);
    }
    probe_clear(&probe);
    return good;
}

// ---- Several at once ----------------------------------------------------------------------------

enum { TOGETHER = 3 };

// Equal calls sent at once, as many as are left.
struct together {
    struct probe probes[TOGETHER];
    size_t count;
    const struct probe *failed; // the first of them; NULL: none
    double slowest;
};

static bool send_together(struct ladder *ladder, struct together *calls, struct error *why)
{
    unsigned left = prober_left(&ladder->prober);
    *calls = (struct together){.count = left < TOGETHER ? left : TOGETHER};
    for (size_t i = 0; i < calls->count; i++)
        calls->probes[i] = full_probe(ladder);
    if (!prober_send(&ladder->prober, calls->probes, calls->count, why))
        return false;
    for (size_t i = 0; i < calls->count; i++) {
        const struct probe *probe = &calls->probes[i];
        if (probe->fault.verdict != FAULT_NONE && calls->failed == NULL)
            calls->failed = probe;
        calls->slowest = probe->seconds > calls->slowest ? probe->seconds : calls->slowest;
    }
    return true;
}

static void together_clear(struct together *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        probe_clear(&calls->probes[i]);
}

// Whether several at once are refused again: one fault of three may be chance. Where too few calls
// are left to see, the refusal's own word counts.
static bool fail_again(struct ladder *ladder, const struct probe *failed, bool *again,
                       struct error *why)
{
    struct together calls;
    char seen[SEEN_BYTES];
    *again = judge_is_refusal(&failed->fault);
    if (prober_left(&ladder->prober) < 2)
        return true;
    if (!send_together(ladder, &calls, why))
        return false;
    *again = calls.failed != NULL;
    diagnosis_step(ladder->diagnosis, "%zu at once again -> %s", calls.count,
                   calls.failed != NULL ? probe_seen(calls.failed, seen, sizeof seen)
                                        : "all answered");
    together_clear(&calls);
    return true;
}

// A limit that three at once exceed twice, and one does not, is one of concurrency.
static bool judge_together(struct ladder *ladder, const struct probe *failed, const char *tried,
                           struct error *why)
{
    struct probe alone = full_probe(ladder);
    char seen[SEEN_BYTES];
    if (!ladder_send(ladder, &alone, why))
        return false;
    bool passes = alone.fault.verdict == FAULT_NONE, again = false;
    diagnosis_step(ladder->diagnosis, "one alone -> %s", probe_seen(&alone, seen, sizeof seen));
    probe_clear(&alone);
    if (passes && !fail_again(ladder, failed, &again, why))
        return false;
    if (again)
        ladder_break(ladder, RUNG_TOGETHER, tried, failed, CAUSE_concurrency_refused, NULL,
                     "Give --concurrency 1, or 2 if that passes; a larger plan allows more.");
    else if (passes && !judge_is_refusal(&failed->fault))
        ladder_break(ladder, RUNG_TOGETHER, tried, failed, CAUSE_fails_by_turns, NULL, NULL);
    else
        ladder_break_beside(ladder, RUNG_TOGETHER, tried, failed);
    return true;
}

bool rung_together(struct ladder *ladder, struct error *why)
{
    char tried[100], seen[100];
    struct together calls;
    if (prober_left(&ladder->prober) < 2) {
        diagnosis_add(ladder->diagnosis, RUNG_TOGETHER, RUNG_SKIPPED,
                      "the limit of calls is reached", NULL);
        return true;
    }
    if (!send_together(ladder, &calls, why))
        return false;
    snprintf(tried, sizeof tried, "%zu calls", calls.count);
    snprintf(seen, sizeof seen, "all answered within %.1f s", calls.slowest);
    bool good = true;
    if (calls.failed != NULL)
        good = judge_together(ladder, calls.failed, tried, why);
    else
        ladder_pass(ladder, RUNG_TOGETHER, tried, seen);
    together_clear(&calls);
    return good;
}
