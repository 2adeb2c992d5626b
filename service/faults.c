#include "faults.h"

#include "random.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

// What is answered to those with FAULT_ACT_STATUS stands in excuses.h.
// clang-format off
static const struct fault_entry kinds[] = {
    // A status as such
    {"400", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"401", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"402", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"403", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"404", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"405", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"407", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"408", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"409", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"413", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"415", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"418", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"422", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"425", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"429", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"500", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"501", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"502", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"503", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"504", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"520", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"521", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"522", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"524", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"526", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"529", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    // Keys, money, region
    {"key-missing", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-wrong", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-expired", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-revoked", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-organization", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-address", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-locked", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-inactive", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-check", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-leaked", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-blocked", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-service", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"region", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"region-host", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"region-free", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"key-forbidden", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"key-retention", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"plan", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"quota", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"billing", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"spend-limit", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"tier-spend", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"free-tier", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    // Models and parameters
    {"model-unknown", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"model-forbidden", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"model-retired", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"model-call", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"no-channel", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"model-none", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"no-vision", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"no-images", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"context", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 9001, 8192},
    {"context-sum", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 5000, 4096},
    {"batch", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"cap", FAULT_ACT_STATUS, FAULT_ON_CAP, false, 100000, 16384},
    {"cap-required", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"parameter", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"parameter-unknown", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"no-temperature", FAULT_ACT_STATUS, FAULT_ON_TEMPERATURE, false, 0, 0},
    {"temperature-top-p", FAULT_ACT_STATUS, FAULT_ON_TEMPERATURE, false, 0, 0},
    {"temperature-thinking", FAULT_ACT_STATUS, FAULT_ON_TEMPERATURE, false, 0, 0},
    {"no-max-tokens", FAULT_ACT_STATUS, FAULT_ON_MAX_TOKENS, false, 0, 0},
    {"no-structured", FAULT_ACT_STATUS, FAULT_ON_FORMAT, false, 0, 0},
    {"schema", FAULT_ACT_STATUS, FAULT_ON_FORMAT, false, 0, 0},
    {"schema-name", FAULT_ACT_STATUS, FAULT_ON_FORMAT, false, 0, 0},
    {"json-word", FAULT_ACT_STATUS, FAULT_ON_FORMAT, false, 0, 0},
    {"no-stream", FAULT_ACT_STATUS, FAULT_ON_STREAM, false, 0, 0},
    {"thinking", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"prefill", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"roles", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"prefix", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"last-role", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"json-invalid", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"body-size", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 67108864},
    // Images
    {"image-bytes", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 6300000, 5242880},
    {"image-side", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 9000, 8000},
    {"image-patches", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 41000, 30000},
    {"image-many", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-count", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-small", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-broken", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-type", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-format", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-base64", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-url", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-domain", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-policy", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    {"image-role", FAULT_ACT_STATUS, FAULT_ON_IMAGE, false, 0, 0},
    // Limits, load, filters
    {"rate-requests", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 1, 60},
    {"rate-tokens", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 1200, 30000},
    {"rate-no-delay", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"request-size", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 45012, 30000},
    {"quota-day", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"quota-period", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"quota-zero", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"fair-use", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"duplicate", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"acceleration", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"concurrency", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"overloaded", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"high-demand", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"slow-down", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"model-busy", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"loading", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"engine-dead", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"filter", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    // Addresses, and what stands between
    {"not-found", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"not-found-html", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"not-found-plain", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"not-found-detail", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"method", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"redirect", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"redirect-308", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"https-port", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"login-403", FAULT_ACT_STATUS, FAULT_ON_ANY, true, 0, 0},
    {"nginx-413", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"nginx-502", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"nginx-503", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"nginx-504", FAULT_ACT_STATUS, FAULT_ON_ANY, false, 0, 0},
    {"reset", FAULT_ACT_RESET, FAULT_ON_ANY, false, 0, 0},
    {"stall", FAULT_ACT_STALL, FAULT_ON_ANY, false, 0, 0},
    {"cut", FAULT_ACT_CUT, FAULT_ON_ANY, false, 0, 0},
    {"html", FAULT_ACT_HTML, FAULT_ON_ANY, false, 0, 0},
    {"wrong-json", FAULT_ACT_WRONG_JSON, FAULT_ON_ANY, false, 0, 0},
    {"broken-json", FAULT_ACT_BROKEN_JSON, FAULT_ON_ANY, false, 0, 0},
    {"huge", FAULT_ACT_HUGE, FAULT_ON_ANY, false, 0, 0},
    // Answers
    {"empty", FAULT_ACT_EMPTY, FAULT_ON_ANY, false, 0, 0},
    {"refusal", FAULT_ACT_REFUSAL, FAULT_ON_ANY, false, 0, 0},
    {"filtered", FAULT_ACT_FILTERED, FAULT_ON_ANY, false, 0, 0},
    {"length", FAULT_ACT_LENGTH, FAULT_ON_ANY, false, 0, 0},
    {"think", FAULT_ACT_THINK, FAULT_ON_ANY, false, 0, 0},
    {"fence", FAULT_ACT_FENCE, FAULT_ON_ANY, false, 0, 0},
    {"reasoning", FAULT_ACT_REASONING, FAULT_ON_ANY, false, 0, 0},
    {"budget", FAULT_ACT_BUDGET, FAULT_ON_ANY, false, 0, 0},
    {"resources", FAULT_ACT_RESOURCES, FAULT_ON_ANY, false, 0, 0},
    {"error-in-200", FAULT_ACT_ERROR_200, FAULT_ON_ANY, false, 0, 0},
    {"no-usage", FAULT_ACT_NO_USAGE, FAULT_ON_ANY, false, 0, 0},
    {"keep-alive", FAULT_ACT_KEEP_ALIVE, FAULT_ON_ANY, false, 0, 0},
    // Streams
    {"stream-cut", FAULT_ACT_STREAM_CUT, FAULT_ON_STREAM, false, 0, 0},
    {"stream-stall", FAULT_ACT_STREAM_STALL, FAULT_ON_STREAM, false, 0, 0},
    {"stream-error", FAULT_ACT_STREAM_ERROR, FAULT_ON_STREAM, false, 0, 0},
    {"stream-comments", FAULT_ACT_STREAM_COMMENTS, FAULT_ON_STREAM, false, 0, 0},
    {"stream-crlf", FAULT_ACT_STREAM_CRLF, FAULT_ON_STREAM, false, 0, 0},
    {"stream-split", FAULT_ACT_STREAM_SPLIT, FAULT_ON_STREAM, false, 0, 0},
    {"stream-odd", FAULT_ACT_STREAM_ODD, FAULT_ON_STREAM, false, 0, 0},
    {"stream-no-done", FAULT_ACT_STREAM_NO_DONE, FAULT_ON_STREAM, false, 0, 0},
};
// clang-format on

const struct fault_entry *fault_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const struct fault_entry *fault_kind_find(const char *name)
{
    for (size_t i = 0; fault_kind_at(i) != NULL; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static bool unknown_kind(const char *text, struct error *why)
{
    return error_set(
        why, ERR_SETTINGS,
        "there is no fault \"%s\"; among the known ones are 429, 503, reset, stall, cut, "
        "key-wrong, quota, no-vision and stream-cut, and --fault list prints all",
        text);
}

static bool parse_rate(const char *text, struct fault_rate *rate, struct error *why)
{
    size_t length = strcspn(text, ":");
    rate->kind = NULL;
    rate->rate = 1;
    for (size_t i = 0; fault_kind_at(i) != NULL; i++)
        if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, text, length) == 0)
            rate->kind = &kinds[i];
    if (rate->kind == NULL)
        return unknown_kind(text, why);
    if (text[length] == ':' &&
        (!text_to_real(text + length + 1, &rate->rate) || rate->rate < 0 || rate->rate > 1))
        return error_set(why, ERR_SETTINGS, "the fault \"%s\" has no rate between 0 and 1", text);
    return true;
}

bool fault_plan_init(struct fault_plan *plan, const char *const *texts, size_t count,
                     struct error *why)
{
    *plan = (struct fault_plan){.rates = calloc(count + 1, sizeof *plan->rates), .count = count};
    if (plan->rates == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu faults", count);
    double sum = 0;
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        good = parse_rate(texts[i], &plan->rates[i], why);
        if (good && plan->rates[i].kind->trigger == FAULT_ON_ANY)
            sum += plan->rates[i].rate;
    }
    if (good && sum > 1 + 1e-9)
        good =
            error_set(why, ERR_SETTINGS, "the rates of the faults add up to %g, more than 1", sum);
    if (!good)
        fault_plan_clear(plan);
    return good;
}

void fault_plan_clear(struct fault_plan *plan)
{
    free(plan->rates);
    *plan = (struct fault_plan){0};
}

const struct fault_entry *fault_choose(const struct fault_plan *plan, uint64_t random,
                                       const bool has[FAULT_TRIGGERS])
{
    for (size_t i = 0; i < plan->count; i++) {
        enum fault_trigger trigger = plan->rates[i].kind->trigger;
        if (trigger != FAULT_ON_ANY && has[trigger] && random_unit(&random) < plan->rates[i].rate)
            return plan->rates[i].kind;
    }
    double drawn = random_unit(&random);
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->rates[i].kind->trigger != FAULT_ON_ANY)
            continue;
        if (drawn < plan->rates[i].rate)
            return plan->rates[i].kind;
        drawn -= plan->rates[i].rate;
    }
    return NULL;
}
