#include "faults.h"

#include "buffer.h"
#include "random.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

// Wordings as the providers send them; see the fault table of the client for who says what.
static const struct fault_kind kinds[] = {
    {"400", FAULT_ACT_STATUS, 400, "invalid_request_error", NULL, NULL,
     "The request could not be understood by the simulated endpoint.", FAULT_ON_ANY},
    {"401", FAULT_ACT_STATUS, 401, "invalid_request_error", "invalid_api_key", NULL,
     "Incorrect API key provided.", FAULT_ON_ANY},
    {"402", FAULT_ACT_STATUS, 402, "unknown_error", "invalid_request_error", NULL,
     "Insufficient Balance", FAULT_ON_ANY},
    {"403", FAULT_ACT_STATUS, 403, "permission_error", NULL, NULL,
     "You do not have permission to use this model.", FAULT_ON_ANY},
    {"404", FAULT_ACT_STATUS, 404, "invalid_request_error", "model_not_found", NULL,
     "The model does not exist or you do not have access to it.", FAULT_ON_ANY},
    {"408", FAULT_ACT_STATUS, 408, "timeout", NULL, NULL, "The request timed out.", FAULT_ON_ANY},
    {"413", FAULT_ACT_STATUS, 413, "request_too_large", NULL, NULL,
     "Request exceeds the maximum size.", FAULT_ON_ANY},
    {"422", FAULT_ACT_STATUS, 422, "invalid_request_error", NULL, NULL,
     "The request was well-formed but could not be processed.", FAULT_ON_ANY},
    {"429", FAULT_ACT_STATUS, 429, "requests", "rate_limit_exceeded", NULL,
     "Rate limit reached for requests. Please try again in 1s.", FAULT_ON_ANY},
    {"quota", FAULT_ACT_STATUS, 429, "insufficient_quota", "insufficient_quota", NULL,
     "You exceeded your current quota, please check your plan and billing details.", FAULT_ON_ANY},
    {"500", FAULT_ACT_STATUS, 500, "server_error", NULL, NULL,
     "The server had an error while processing your request.", FAULT_ON_ANY},
    {"502", FAULT_ACT_STATUS, 502, "server_error", NULL, NULL, "Bad gateway.", FAULT_ON_ANY},
    {"503", FAULT_ACT_STATUS, 503, "server_error", NULL, NULL,
     "The engine is currently overloaded, please try again later.", FAULT_ON_ANY},
    {"504", FAULT_ACT_STATUS, 504, "server_error", NULL, NULL, "Gateway timeout.", FAULT_ON_ANY},
    {"529", FAULT_ACT_STATUS, 529, "overloaded_error", NULL, NULL, "Overloaded", FAULT_ON_ANY},
    {"reset", FAULT_ACT_RESET, 0, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"stall", FAULT_ACT_STALL, 0, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"cut", FAULT_ACT_CUT, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"html", FAULT_ACT_HTML, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"wrong-json", FAULT_ACT_WRONG_JSON, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"broken-json", FAULT_ACT_BROKEN_JSON, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"empty", FAULT_ACT_EMPTY, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"refusal", FAULT_ACT_REFUSAL, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"length", FAULT_ACT_LENGTH, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"think", FAULT_ACT_THINK, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"fence", FAULT_ACT_FENCE, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"reasoning", FAULT_ACT_REASONING, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"budget", FAULT_ACT_BUDGET, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"no-usage", FAULT_ACT_NO_USAGE, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"keep-alive", FAULT_ACT_KEEP_ALIVE, 200, NULL, NULL, NULL, NULL, FAULT_ON_ANY},
    {"stream-cut", FAULT_ACT_STREAM_CUT, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"stream-stall", FAULT_ACT_STREAM_STALL, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"stream-error", FAULT_ACT_STREAM_ERROR, 200, "server_error", NULL, NULL,
     "The engine is currently overloaded, please try again later.", FAULT_ON_STREAM},
    {"stream-no-done", FAULT_ACT_STREAM_NO_DONE, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"stream-comments", FAULT_ACT_STREAM_COMMENTS, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"stream-crlf", FAULT_ACT_STREAM_CRLF, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"stream-split", FAULT_ACT_STREAM_SPLIT, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"stream-odd", FAULT_ACT_STREAM_ODD, 200, NULL, NULL, NULL, NULL, FAULT_ON_STREAM},
    {"no-structured", FAULT_ACT_STATUS, 400, "invalid_request_error", NULL, "response_format",
     "'response_format' is not supported with this model.", FAULT_ON_FORMAT},
    {"no-temperature", FAULT_ACT_STATUS, 400, "invalid_request_error", "unsupported_value",
     "temperature",
     "Unsupported value: 'temperature' does not support this value with this model. Only the "
     "default (1) value is supported.",
     FAULT_ON_TEMPERATURE},
    {"no-max-tokens", FAULT_ACT_STATUS, 400, "invalid_request_error", "unsupported_parameter",
     "max_tokens",
     "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
     "'max_completion_tokens' instead.",
     FAULT_ON_MAX_TOKENS},
};

const struct fault_kind fault_busy = {"concurrency",
                                      FAULT_ACT_STATUS,
                                      429,
                                      "requests",
                                      "rate_limit_exceeded",
                                      NULL,
                                      "Rate limit reached: too many requests at once.",
                                      FAULT_ON_ANY};

const struct fault_kind *fault_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

static bool unknown_kind(const char *text, struct error *why)
{
    struct buffer known;
    buffer_init(&known, 700);
    for (size_t i = 0; fault_kind_at(i) != NULL; i++)
        buffer_append_format(&known, "%s%s", i > 0 ? ", " : "", kinds[i].name);
    error_set(why, ERR_SETTINGS, "there is no fault \"%s\"; the known ones are: %s", text,
              buffer_text(&known));
    buffer_clear(&known);
    return false;
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

const struct fault_kind *fault_choose(const struct fault_plan *plan, uint64_t random,
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
