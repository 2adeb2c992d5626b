#include "ladder_state.h"

#include "key_site.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    enum rung_id id;
    bool sends; // nothing can be said of it without a call
    bool (*climb)(struct ladder *ladder, struct error *why);
} rungs[] = {
    {RUNG_SETTINGS, false, rung_settings},
    {RUNG_DNS, false, rung_reach},
    {RUNG_TEXT, true, rung_text},
    {RUNG_TINY_IMAGE, true, rung_tiny_image},
    {RUNG_IMAGE, true, rung_image},
    {RUNG_VISION, true, rung_vision},
    {RUNG_PARAMETERS, true, rung_parameters},
    {RUNG_STRUCTURED, true, rung_structured},
    {RUNG_STREAM, true, rung_stream},
    {RUNG_TOGETHER, false, rung_together},
};

static bool climb(struct ladder *ladder, size_t i, struct error *why)
{
    char detail[200];
    if (!rungs[i].sends || prober_left(&ladder->prober) > 0)
        return rungs[i].climb(ladder, why);
    snprintf(detail, sizeof detail,
             "The limit of calls is reached: a diagnosis makes no more than %u, and those below "
             "took them all.",
             ladder->settings->most_calls);
    ladder_break(ladder, rungs[i].id, NULL, NULL, CAUSE_unexplained, detail, NULL);
    return true;
}

bool ladder_climb(const struct ladder_settings *settings, struct diagnosis *diagnosis,
                  struct error *why)
{
    struct ladder ladder = {.settings = settings, .diagnosis = diagnosis};
    bool good = prober_init(&ladder.prober, &settings->client, settings->most_calls, why);
    for (size_t i = 0; good && !ladder.ended && i < sizeof rungs / sizeof *rungs; i++)
        good = climb(&ladder, i, why);
    if (good && !ladder.ended)
        diagnosis_blame(diagnosis, CAUSE_none, NULL,
                        "The endpoint takes what vqagen sends, sees images, and answers.", NULL);
    diagnosis->calls = ladder.prober.calls;
    diagnosis->tokens = ladder.prober.tokens;
    payload_drop(ladder.tiny);
    payload_drop(ladder.payload);
    probe_picture_clear(&ladder.picture);
    prober_clear(&ladder.prober);
    endpoint_clear(&ladder.endpoint);
    return good;
}

long long ladder_estimate(const struct ladder_settings *settings)
{
    // With text 1, with images 9, of which the last 6 carry the system prompt as well.
    enum { TEXT = 40, ANSWER = 20, CALLS = 10, SMALL = 8, FULL = 6 };
    unsigned side = settings->limits.max_side_px;
    const struct token_rule *rule = token_rule_at(0);
    long long system =
        settings->system_prompt != NULL ? text_token_estimate(settings->system_prompt) : 0;
    return CALLS * (TEXT + ANSWER) + FULL * system + SMALL * (long long)rule->count(1, 1) +
           (long long)rule->count(side, side);
}

struct probe ladder_probe(const struct ladder *ladder, const char *prompt)
{
    return (struct probe){.endpoint = &ladder->endpoint,
                          .ask = {.prompt = prompt, .temperature = -1}};
}

// A passing fault says little about the endpoint: a second try after a moment tells more.
static bool may_pass(const struct fault *fault)
{
    static const char *const kinds[] = {"rate_limited",  "overloaded",       "server_error",
                                        "gateway_error", "connection_reset", "reply_cut"};
    enum { LONGEST_WAIT_MS = 5000 };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(fault->kind, kinds[i]) == 0)
            return fault->wait_ms <= LONGEST_WAIT_MS;
    return false;
}

bool ladder_send(struct ladder *ladder, struct probe *probe, struct error *why)
{
    enum { MOMENT_MS = 300 };
    if (!prober_send(&ladder->prober, probe, 1, why))
        return false;
    if (!may_pass(&probe->fault) || prober_left(&ladder->prober) == 0)
        return true;
    char seen[SEEN_BYTES];
    int64_t wait_ms = probe->fault.wait_ms > MOMENT_MS ? probe->fault.wait_ms : MOMENT_MS;
    diagnosis_step(ladder->diagnosis, "%s; sent again after %.1f s",
                   probe_seen(probe, seen, sizeof seen), (double)wait_ms / 1000);
    nanosleep(&(struct timespec){wait_ms / 1000, wait_ms % 1000 * 1000000}, NULL);
    probe_clear(probe);
    return prober_send(&ladder->prober, probe, 1, why);
}

void ladder_pass(struct ladder *ladder, enum rung_id rung, const char *tried, const char *seen)
{
    diagnosis_add(ladder->diagnosis, rung, RUNG_PASSED, tried, seen);
    ladder->images_pass = ladder->images_pass || rung == RUNG_TINY_IMAGE;
}

void ladder_break(struct ladder *ladder, enum rung_id rung, const char *tried,
                  const struct probe *probe, enum cause_id cause, const char *detail,
                  const char *fix)
{
    char seen[SEEN_BYTES];
    diagnosis_add(ladder->diagnosis, rung, RUNG_BROKEN, tried,
                  probe != NULL ? probe_seen(probe, seen, sizeof seen) : detail);
    diagnosis_blame(ladder->diagnosis, cause, probe != NULL ? &probe->fault : NULL, detail, fix);
    ladder->ended = true;
}

enum cause_id ladder_cause(const struct ladder *ladder, const struct probe *probe)
{
    enum cause_id cause = cause_of_fault(&probe->fault);
    if (cause == CAUSE_slow_first_byte && probe->first_byte)
        return CAUSE_slow_reply;
    // A key that may send one image may send others: something minds the request, a firewall say.
    if (cause == CAUSE_key_forbidden && ladder->images_pass)
        return CAUSE_unexplained;
    if (cause == CAUSE_key_wrong || cause == CAUSE_key_missing) {
        const struct key_site *site = key_site_find(ladder->endpoint.key);
        if (ladder->endpoint.key == NULL)
            return CAUSE_key_missing;
        if (site != NULL && !key_site_serves(site, ladder->endpoint.url))
            return CAUSE_key_other_site;
    }
    return cause;
}

bool ladder_beside(enum cause_id cause)
{
    switch (cause) {
    case CAUSE_key_missing:
    case CAUSE_key_wrong:
    case CAUSE_key_expired:
    case CAUSE_key_forbidden:
    case CAUSE_key_other_site:
    case CAUSE_model_forbidden:
    case CAUSE_no_money:
    case CAUSE_quota_exhausted:
    case CAUSE_region:
    case CAUSE_rate_limited:
    case CAUSE_overloaded:
    case CAUSE_gateway_error:
    case CAUSE_model_loading:
    case CAUSE_engine_dead:
    case CAUSE_slow_first_byte:
    case CAUSE_slow_reply:
    case CAUSE_stalled:
    case CAUSE_connection_refused:
    case CAUSE_connect_timeout:
    case CAUSE_dns:
    case CAUSE_content_filtered:
        return true;
    default:
        return false;
    }
}

enum bisect_outcome ladder_outcome(const struct ladder *ladder, const struct probe *probe)
{
    if (!probe->sent)
        return BISECT_BROKEN;
    if (probe->fault.verdict == FAULT_NONE)
        return BISECT_PASSED;
    enum cause_id cause = ladder_cause(ladder, probe);
    // A gateway that cannot pass a large body on may say 502.
    return ladder_beside(cause) && cause != CAUSE_gateway_error ? BISECT_BROKEN : BISECT_FAILED;
}

void ladder_break_beside(struct ladder *ladder, enum rung_id rung, const char *tried,
                         const struct probe *probe)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    char fix[400];
    const char *better = NULL;
    if ((cause == CAUSE_rate_limited || cause == CAUSE_overloaded) && probe->fault.wait_ms > 0) {
        snprintf(fix, sizeof fix,
                 "Wait %lld s, as the endpoint says, then run with a lower --concurrency; check "
                 "what else uses the account.",
                 (long long)(probe->fault.wait_ms + 999) / 1000);
        better = fix;
    }
    if (cause == CAUSE_key_other_site) {
        const struct key_site *site = key_site_find(ladder->endpoint.key);
        snprintf(fix, sizeof fix,
                 "The key begins with \"%s\", as keys of %s do: use a key of this endpoint's "
                 "site%s%s.",
                 site->prefix, site->title, site->preset != NULL ? ", or --endpoint " : "",
                 site->preset != NULL ? site->preset : "");
        better = fix;
    }
    ladder_break(ladder, rung, tried, probe, cause, NULL, better);
}
