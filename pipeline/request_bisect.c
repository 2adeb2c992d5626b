#include "request_bisect.h"

#include "json.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_EXTRA = 20, SHORT_TEXT = 200, SMALL_ANSWER = 256 };

enum change_what {
    CHANGE_TEMPERATURE,
    CHANGE_MAX_TOKENS,
    CHANGE_STRUCTURED,
    CHANGE_SYSTEM,
    CHANGE_EXTRA,
    CHANGE_TEXT,
    CHANGE_IMAGE
};

struct change {
    enum change_what what;
    char name[64];
};

struct searching {
    struct ladder *ladder;
    const struct request *request;
    struct change changes[CHANGE_IMAGE + MAX_EXTRA];
    size_t count;
    cJSON *extra;         // of the request; NULL: none
    struct payload *tiny; // of its image; NULL: none
    size_t text_length;   // that the text is cut to, when it is
    struct error *why;
    bool good;
};

static bool list_changes(struct searching *searching);
static uint32_t hint_of(const struct searching *searching, const struct probe *failed);
static enum bisect_outcome attempt(void *context, uint32_t changes);
static bool conclude(struct searching *searching, enum rung_id rung, const char *tried,
                     const struct bisect_result *result, const struct probe *failed);

bool request_bisect(struct ladder *ladder, enum rung_id rung, const char *tried,
                    const struct request *request, bool base_passes, const struct probe *failed,
                    struct error *why)
{
    struct searching searching = {
        .ladder = ladder, .request = request, .text_length = SHORT_TEXT, .why = why, .good = true};
    bool good = list_changes(&searching), passes = false;
    struct bisect_result result = {0};
    uint32_t hint = hint_of(&searching, failed);
    if (good && hint == 0)
        good = request_confirm(ladder, rung, tried, request, failed, &passes, why);
    if (good && searching.count > 0 && !passes) {
        unsigned left = prober_left(&ladder->prober);
        diagnosis_step(ladder->diagnosis,
                       "refused; at most %u further calls (about %lld tokens) find out why", left,
                       left * (text_token_estimate(request->ask.prompt) +
                               (request->payload != NULL
                                    ? (long long)token_rule_at(0)->count(request->payload->width,
                                                                         request->payload->height)
                                    : 0)));
        struct bisect bisect = {.count = searching.count,
                                .hint = hint,
                                .all_passes = base_passes,
                                .budget = left,
                                .attempt = attempt,
                                .context = &searching};
        bisect_find(&bisect, &result);
        good = searching.good;
    }
    good = good && (passes || conclude(&searching, rung, tried, &result, failed));
    cJSON_Delete(searching.extra);
    payload_drop(searching.tiny);
    return good;
}

// ---- What can be changed ------------------------------------------------------------------------

static void add_change(struct searching *searching, enum change_what what, const char *name)
{
    struct change *change = &searching->changes[searching->count++];
    change->what = what;
    snprintf(change->name, sizeof change->name, "%s", name);
}

static const char *cap_name(const struct endpoint_lessons *lessons)
{
    return lessons->max_completion_tokens ? "max_completion_tokens" : "max_tokens";
}

// A parameter's name in the protocol.
static const char *wire_name(const struct endpoint *endpoint, enum change_what what)
{
    const struct provider *provider = endpoint->provider;
    bool gemini = provider == &provider_gemini, anthropic = provider == &provider_anthropic;
    if (what == CHANGE_TEMPERATURE)
        return "temperature";
    if (what == CHANGE_MAX_TOKENS)
        return gemini ? "maxOutputTokens" : cap_name(&endpoint->lessons);
    return gemini ? "responseJsonSchema" : anthropic ? "output_config" : "response_format";
}

static bool list_changes(struct searching *searching)
{
    const struct request *request = searching->request;
    const struct ask *ask = &request->ask;
    const struct endpoint *endpoint = request->endpoint;
    const struct endpoint_lessons *lessons = &endpoint->lessons;
    if (ask->temperature >= 0 && !lessons->no_temperature)
        add_change(searching, CHANGE_TEMPERATURE, wire_name(endpoint, CHANGE_TEMPERATURE));
    if (ask->max_tokens > 0 && !lessons->no_max_tokens)
        add_change(searching, CHANGE_MAX_TOKENS, wire_name(endpoint, CHANGE_MAX_TOKENS));
    if (ask->schema_name != NULL && lessons->structured != STRUCTURED_NONE)
        add_change(searching, CHANGE_STRUCTURED, wire_name(endpoint, CHANGE_STRUCTURED));
    const cJSON *member;
    if (ask->extra_body != NULL)
        searching->extra = json_parse(ask->extra_body, strlen(ask->extra_body), NULL);
    cJSON_ArrayForEach(member, searching->extra) if (searching->count < MAX_EXTRA)
        add_change(searching, CHANGE_EXTRA, member->string);
    if (ask->system != NULL && *ask->system != '\0')
        add_change(searching, CHANGE_SYSTEM, "the system prompt");
    if (strlen(ask->prompt) > 2 * SHORT_TEXT)
        add_change(searching, CHANGE_TEXT, "most of its text");
    if (request->payload == NULL ||
        request->payload->width + request->payload->height < 4u * PROBE_TINY_SIDE)
        return true;
    searching->tiny =
        probe_picture_at(&searching->ladder->picture, &searching->ladder->settings->limits,
                         PROBE_TINY_SIDE, PROBE_TINY_QUALITY, searching->why);
    add_change(searching, CHANGE_IMAGE, "all but a tiny image");
    return searching->tiny != NULL;
}

static bool mentions(const char *message, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = message; *at != '\0'; at++)
        if (strncasecmp(at, name, length) == 0)
            return true;
    return false;
}

// The changes that the refusal's own words point at.
static uint32_t hint_of(const struct searching *searching, const struct probe *failed)
{
    uint32_t hint = 0;
    const struct fault *fault = &failed->fault;
    for (size_t i = 0; i < searching->count; i++) {
        enum change_what what = searching->changes[i].what;
        bool named = what < CHANGE_SYSTEM || what == CHANGE_EXTRA
                         ? mentions(fault->message, searching->changes[i].name)
                         : false;
        if (what == CHANGE_STRUCTURED)
            named |= strcmp(fault->kind, "structured_rejected") == 0;
        if (what == CHANGE_IMAGE)
            named |= strcmp(fault->kind, "image_too_large") == 0 ||
                     strcmp(fault->kind, "body_too_large") == 0;
        if (named)
            hint |= 1u << i;
    }
    return hint;
}

// ---- Trying -------------------------------------------------------------------------------------

static void describe(const struct searching *searching, uint32_t changes, const char *between,
                     char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < searching->count && length < size; i++) {
        if ((changes & 1u << i) == 0)
            continue;
        const struct change *change = &searching->changes[i];
        const char *quote = change->what == CHANGE_SYSTEM || change->what >= CHANGE_TEXT ? "" : "`";
        int added = snprintf(text + length, size - length, "%s%s%s%s", length > 0 ? between : "",
                             quote, change->name, quote);
        length += added > 0 ? (size_t)added : 0;
    }
}

// The request with the changes made. extra and prompt are the caller's to free.
static bool make_variant(struct searching *searching, uint32_t changes, struct probe *probe,
                         char **extra, char **prompt)
{
    const struct request *request = searching->request;
    *probe = (struct probe){
        .endpoint = request->endpoint, .ask = request->ask, .payload = request->payload};
    cJSON *left = cJSON_Duplicate(searching->extra, true);
    for (size_t i = 0; i < searching->count; i++) {
        if ((changes & 1u << i) == 0)
            continue;
        switch (searching->changes[i].what) {
        case CHANGE_TEMPERATURE:
            probe->ask.temperature = -1;
            break;
        case CHANGE_MAX_TOKENS:
            probe->ask.max_tokens = 0;
            break;
        case CHANGE_STRUCTURED:
            probe->ask.schema_name = probe->ask.schema = NULL;
            break;
        case CHANGE_SYSTEM:
            probe->ask.system = NULL;
            break;
        case CHANGE_EXTRA:
            cJSON_DeleteItemFromObjectCaseSensitive(left, searching->changes[i].name);
            break;
        case CHANGE_TEXT:
            *prompt = text_copy_length(request->ask.prompt,
                                       text_cut(request->ask.prompt, searching->text_length));
            probe->ask.prompt = *prompt;
            break;
        case CHANGE_IMAGE:
            probe->payload = searching->tiny;
            break;
        }
    }
    *extra = left != NULL ? cJSON_PrintUnformatted(left) : NULL;
    bool good = probe->ask.prompt != NULL && (left == NULL || *extra != NULL) &&
                (left != NULL || searching->extra == NULL);
    probe->ask.extra_body = *extra;
    cJSON_Delete(left);
    return good || error_set(searching->why, ERR_MEMORY, "no memory for a request");
}

static enum bisect_outcome attempt(void *context, uint32_t changes)
{
    struct searching *searching = context;
    struct ladder *ladder = searching->ladder;
    struct probe probe;
    char *extra = NULL, *prompt = NULL, names[300], seen[SEEN_BYTES];
    searching->good = make_variant(searching, changes, &probe, &extra, &prompt) &&
                      prober_send(&ladder->prober, &probe, 1, searching->why);
    enum bisect_outcome outcome = BISECT_BROKEN;
    if (searching->good) {
        outcome = ladder_outcome(ladder, &probe);
        describe(searching, changes, ", ", names, sizeof names);
        diagnosis_step(ladder->diagnosis, "without %s -> %s", names,
                       probe_seen(&probe, seen, sizeof seen));
    }
    probe_clear(&probe);
    cJSON_free(extra);
    free(prompt);
    return outcome;
}

// ---- What it means ------------------------------------------------------------------------------

static const struct change *only_change(const struct searching *searching, uint32_t needed)
{
    if (needed == 0 || (needed & (needed - 1)) != 0)
        return NULL;
    return &searching->changes[__builtin_ctz(needed)];
}

static enum bisect_outcome try_length(void *context, double length)
{
    struct searching *searching = context;
    searching->text_length = (size_t)length;
    for (size_t i = 0; i < searching->count; i++)
        if (searching->changes[i].what == CHANGE_TEXT)
            return attempt(searching, 1u << i);
    return BISECT_BROKEN;
}

static void conclude_text(struct searching *searching, enum rung_id rung, const char *tried,
                          const struct probe *failed)
{
    enum { TRIES = 5 };
    struct ladder *ladder = searching->ladder;
    unsigned left = prober_left(&ladder->prober);
    struct bisect_range range = {.passes = SHORT_TEXT,
                                 .fails = (double)strlen(searching->request->ask.prompt),
                                 .ratio = 1.2,
                                 .budget = left < TRIES ? left : TRIES,
                                 .attempt = try_length,
                                 .context = searching};
    bisect_narrow(&range);
    char detail[300];
    snprintf(detail, sizeof detail,
             "The request passes with its text cut to %.0f bytes, and fails with %.0f.",
             range.passes, range.fails);
    ladder_break(ladder, rung, tried, failed, CAUSE_text_too_long, detail, NULL);
}

// Whether the request passes under another lesson: the newer name of max_tokens, a lower form of
// structured output.
static bool passes_with(struct searching *searching, const struct endpoint_lessons *lessons,
                        const char *what, bool *passes)
{
    char seen[SEEN_BYTES];
    struct endpoint other = *searching->request->endpoint;
    other.lessons = *lessons;
    struct probe probe = {
        .endpoint = &other, .ask = searching->request->ask, .payload = searching->request->payload};
    bool good = prober_send(&searching->ladder->prober, &probe, 1, searching->why);
    *passes = good && probe.sent && probe.fault.verdict == FAULT_NONE;
    diagnosis_step(searching->ladder->diagnosis, "with %s -> %s", what,
                   probe_seen(&probe, seen, sizeof seen));
    probe_clear(&probe);
    return good;
}

// What a run learns from a refusal it need not be told; a refusal that names nothing teaches
// nothing.
static bool is_learned(const struct probe *failed)
{
    return failed->fault.verdict == FAULT_ADAPT;
}

// Whether a small answer may be asked for; what is refused is then the number, not its name.
static bool passes_small(struct searching *searching, bool *passes)
{
    struct ladder *ladder = searching->ladder;
    char seen[SEEN_BYTES];
    struct probe probe = {.endpoint = searching->request->endpoint,
                          .ask = searching->request->ask,
                          .payload = searching->request->payload};
    *passes = false;
    if (probe.ask.max_tokens <= SMALL_ANSWER || prober_left(&ladder->prober) == 0)
        return true;
    probe.ask.max_tokens = SMALL_ANSWER;
    bool good = prober_send(&ladder->prober, &probe, 1, searching->why);
    *passes = good && probe.sent && probe.fault.verdict == FAULT_NONE;
    diagnosis_step(ladder->diagnosis, "with a max_tokens of %d -> %s", SMALL_ANSWER,
                   probe_seen(&probe, seen, sizeof seen));
    probe_clear(&probe);
    return good;
}

static bool conclude_max_tokens(struct searching *searching, enum rung_id rung, const char *tried,
                                const struct probe *failed)
{
    struct ladder *ladder = searching->ladder;
    const struct request *request = searching->request;
    const char *name = wire_name(request->endpoint, CHANGE_MAX_TOKENS);
    char detail[300], fix[300];
    if (failed->learned.max_tokens_cap > 0) {
        snprintf(detail, sizeof detail,
                 "The request passes without `%s`, which is %d and too much.", name,
                 request->ask.max_tokens);
        snprintf(fix, sizeof fix, "Give --max-tokens %d, the most that the endpoint takes.",
                 failed->learned.max_tokens_cap);
        ladder_break(ladder, rung, tried, failed, CAUSE_parameter_refused, detail, fix);
        return true;
    }
    bool small = false;
    if (!is_learned(failed) && !passes_small(searching, &small))
        return false;
    if (small) {
        snprintf(detail, sizeof detail, "The request passes with a `%s` of %d, and fails with %d.",
                 name, SMALL_ANSWER, request->ask.max_tokens);
        snprintf(fix, sizeof fix, "Give a smaller --max-tokens; %d passes.", SMALL_ANSWER);
        ladder_break(ladder, rung, tried, failed, CAUSE_parameter_refused, detail, fix);
        return true;
    }
    struct endpoint_lessons renamed = request->endpoint->lessons;
    renamed.max_completion_tokens = !renamed.max_completion_tokens;
    const char *other = cap_name(&renamed);
    char place[80];
    snprintf(place, sizeof place, "`%s` in its place", other);
    bool passes = false;
    if (request->endpoint->provider->cap == PROVIDER_CAP_TWO_NAMES &&
        prober_left(&ladder->prober) > 0 && !passes_with(searching, &renamed, place, &passes))
        return false;
    snprintf(detail, sizeof detail, "The request passes without `%s`%s%s.", name,
             passes ? ", and with " : "", passes ? place : "");
    snprintf(
        fix, sizeof fix,
        "The refusal does not name it, so that no run can learn it: write \"max_tokens: %s\" for "
        "the model under \"capabilities\" in the settings file.",
        passes ? other : "none");
    ladder_break(ladder, rung, tried, failed, CAUSE_parameter_refused, detail,
                 is_learned(failed)
                     ? "Nothing must be done: a run learns this by itself, at one refused call. "
                       "Other programs must leave the parameter out."
                     : fix);
    return true;
}

static bool conclude_structured(struct searching *searching, enum rung_id rung, const char *tried,
                                const struct probe *failed)
{
    struct ladder *ladder = searching->ladder;
    const struct request *request = searching->request;
    struct endpoint_lessons lower = request->endpoint->lessons;
    bool passes = false;
    if (lower.structured == STRUCTURED_SCHEMA &&
        request->endpoint->provider != &provider_anthropic && prober_left(&ladder->prober) > 0) {
        lower.structured = STRUCTURED_OBJECT;
        if (!passes_with(searching, &lower, "a JSON object of any shape", &passes))
            return false;
    }
    char detail[300];
    snprintf(detail, sizeof detail, "The request passes without `%s`%s.",
             wire_name(request->endpoint, CHANGE_STRUCTURED),
             passes ? ", and with `json_object` in place of a schema" : "");
    char fix[300];
    snprintf(
        fix, sizeof fix,
        "The refusal does not name it, so that no run can learn it: write \"structured: %s\" for "
        "the model under \"capabilities\" in the settings file.",
        passes ? "object" : "none");
    ladder_break(ladder, rung, tried, failed, CAUSE_structured_refused, detail,
                 is_learned(failed) ? NULL : fix);
    return true;
}

static bool conclude_one(struct searching *searching, enum rung_id rung, const char *tried,
                         const struct change *change, const struct probe *failed)
{
    struct ladder *ladder = searching->ladder;
    char detail[300], fix[300];
    snprintf(detail, sizeof detail, "The request passes without `%s`.", change->name);
    switch (change->what) {
    case CHANGE_TEMPERATURE:
        ladder_break(ladder, rung, tried, failed, CAUSE_parameter_refused, detail,
                     is_learned(failed) ? "Give --temperature none; without it a run learns this "
                                          "by itself, at one refused call."
                                        : "Give --temperature none.");
        return true;
    case CHANGE_MAX_TOKENS:
        return conclude_max_tokens(searching, rung, tried, failed);
    case CHANGE_STRUCTURED:
        return conclude_structured(searching, rung, tried, failed);
    case CHANGE_EXTRA:
        snprintf(fix, sizeof fix, "Take \"%s\" out of --extra-body, or correct its value.",
                 change->name);
        ladder_break(ladder, rung, tried, failed, CAUSE_parameter_refused, detail, fix);
        return true;
    case CHANGE_SYSTEM:
        ladder_break(ladder, rung, tried, failed, CAUSE_parameter_refused,
                     "The request passes without a system prompt.",
                     "Give --system-prompt \"\"; what it says must then stand elsewhere.");
        return true;
    case CHANGE_TEXT:
        conclude_text(searching, rung, tried, failed);
        return searching->good;
    case CHANGE_IMAGE:
        return image_bisect(ladder, rung, tried, searching->request, failed, searching->why);
    }
    return true;
}

static bool conclude(struct searching *searching, enum rung_id rung, const char *tried,
                     const struct bisect_result *result, const struct probe *failed)
{
    struct ladder *ladder = searching->ladder;
    const struct change *change =
        result->end == BISECT_FOUND ? only_change(searching, result->needed) : NULL;
    char names[300], detail[SEEN_BYTES];
    if (change != NULL)
        return conclude_one(searching, rung, tried, change, failed);
    describe(searching, result->needed, " and ", names, sizeof names);
    if (result->needed != 0) {
        bool context = strcmp(failed->fault.kind, "context_exceeded") == 0;
        snprintf(detail, sizeof detail, "The request passes without %s%s.", names,
                 result->end == BISECT_FOUND ? "" : ", though less might do");
        ladder_break(ladder, rung, tried, failed,
                     context ? CAUSE_context_exceeded : CAUSE_parameter_refused, detail,
                     context ? NULL : "Leave these out.");
        return true;
    }
    enum cause_id cause = ladder_cause(ladder, failed);
    if (cause == CAUSE_parameter_refused && rung == RUNG_STREAM)
        cause = CAUSE_stream_refused;
    ladder_break(ladder, rung, tried, failed, cause,
                 result->end == BISECT_UNSTEADY
                     ? "The search for a request that passes was broken off by another fault."
                     : NULL,
                 NULL);
    return true;
}
