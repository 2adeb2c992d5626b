#include "fault_lesson.h"

#include "fault_lexicon.h"
#include "phrase.h"
#include "provider.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

// A cap below this leaves no room for an answer; the context is then what is too small.
enum { SMALLEST_CAP = 64 };

static bool learn_structured(struct endpoint_lessons *known, const struct endpoint_lessons *sent);
static bool learn_cap(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                      const char *words, enum fault_kind *kind);
static bool learn_parameter(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                            const struct problem *problem, enum fault_kind *kind);

// An endpoint that refuses streams as well as their lack is not asked in turns for ever.
static bool learn_stream(struct endpoint_lessons *known, const struct endpoint_lessons *sent)
{
    if (known->stream_wanted && !known->stream)
        return false;
    known->stream = known->stream_wanted = true;
    return !sent->stream;
}

bool fault_learn(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                 const struct problem *problem, enum fault_lesson lesson, enum fault_kind *kind)
{
    switch (lesson) {
    case LESSON_STRUCTURED:
        return learn_structured(&endpoint->lessons, sent);
    case LESSON_CAP:
        return learn_cap(endpoint, sent, buffer_text(&problem->words), kind);
    case LESSON_PARAMETER:
        return learn_parameter(endpoint, sent, problem, kind);
    case LESSON_STREAM:
        return learn_stream(&endpoint->lessons, sent);
    case LESSON_NONE:
        break;
    }
    return false;
}

// From a schema to any JSON object to free text, one step below what was refused.
static bool learn_structured(struct endpoint_lessons *known, const struct endpoint_lessons *sent)
{
    if (sent->structured == STRUCTURED_NONE)
        return false;
    enum structured_output below =
        sent->structured == STRUCTURED_SCHEMA ? STRUCTURED_OBJECT : STRUCTURED_NONE;
    if (known->structured > below)
        known->structured = below;
    return true;
}

static bool learn_no_temperature(struct endpoint_lessons *known,
                                 const struct endpoint_lessons *sent)
{
    known->no_temperature = true;
    return !sent->no_temperature;
}

static bool learn_no_max_tokens(struct endpoint *endpoint, const struct endpoint_lessons *sent)
{
    struct endpoint_lessons *known = &endpoint->lessons;
    if (endpoint->provider->cap == PROVIDER_CAP_REQUIRED)
        return false;
    known->no_max_tokens = true;
    return !sent->no_max_tokens;
}

// Of what is either sent or not: dropped, when it was sent.
static bool learn_switch(bool *known, bool sent)
{
    *known = false;
    return sent;
}

static bool learn_no_stream_usage(struct endpoint_lessons *known,
                                  const struct endpoint_lessons *sent)
{
    bool sends = sent->stream && !sent->no_stream_usage;
    known->no_stream_usage = known->no_stream_usage || sends;
    return sends;
}

// First the other name is tried, then none: OpenAI's newer models refuse max_tokens, older servers
// know nothing else. Whichever name the refusal speaks of, it is about the one that was sent.
static bool learn_cap_name(struct endpoint *endpoint, const struct endpoint_lessons *sent)
{
    struct endpoint_lessons *known = &endpoint->lessons;
    if (sent->cap_renamed || endpoint->provider->cap != PROVIDER_CAP_TWO_NAMES)
        return learn_no_max_tokens(endpoint, sent);
    if (!known->cap_renamed)
        known->max_completion_tokens = !sent->max_completion_tokens;
    known->cap_renamed = true;
    return !sent->no_max_tokens;
}

// The number in the text at `at`, or 0. Thousands may be set apart by commas.
static long long number_in(const char *at)
{
    long long value = 0;
    for (; isdigit((unsigned char)*at) || (*at == ',' && isdigit((unsigned char)at[1])); at++)
        if (*at != ',') {
            value = value * 10 + (*at - '0');
            if (value > INT_MAX)
                return 0;
        }
    return value;
}

// The number that follows the phrase within a few words; 0: none.
static long long number_after(const char *text, const char *phrase)
{
    const char *at = strstr(text, phrase);
    if (at == NULL)
        return 0;
    at += strlen(phrase);
    for (int i = 0; i < 60 && *at != '\0' && !isdigit((unsigned char)*at); i++)
        at++;
    return number_in(at);
}

// The number that stands right before the phrase; 0: none.
static long long number_before(const char *text, const char *phrase)
{
    const char *at = strstr(text, phrase);
    if (at == NULL)
        return 0;
    while (at > text && (isdigit((unsigned char)at[-1]) || at[-1] == ','))
        at--;
    return number_in(at);
}

// What the context leaves for the answer, from "maximum context length is 4096 tokens ... (1000 in
// the messages, 4000 in the completion)" (OpenAI, older vLLM), "... your request has 1500 input
// tokens" (vLLM), "exceed context limit: 188240 + 21333 > 200000" (Anthropic). Rounded down to a
// multiple of 64, so that the next image of about this size needs no lesson of its own. 0: not
// said.
static long long cap_by_context(const char *lower)
{
    long long context = number_after(lower, "context length is");
    long long input = number_before(lower, " input tokens");
    if (input == 0)
        input = number_before(lower, " in the messages");
    if (input == 0)
        input = number_before(lower, " in your prompt");
    const char *sum = strstr(lower, "exceed context limit: ");
    if (sum != NULL) {
        input = number_after(sum, "limit: ");
        context = number_after(sum, " > ");
    }
    if (context == 0 || input == 0 || input >= context)
        return 0;
    return (context - input) / SMALLEST_CAP * SMALLEST_CAP;
}

// The number that a refusal of max_tokens names as the largest.
static long long cap_by_words(const char *lower)
{
    static const char *const phrases[] = {
        "supports at most",
        "(inclusive) to ",
        "[1, ",
        "[1,",
        "less than or equal to",
        "be greater than",
        "at most",
        "maximum allowed value",
        "maximum is",
        "maximum value",
        "not exceed",
        "<=",
        " > ",
    };
    long long cap = 0;
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases && cap == 0; i++)
        cap = number_after(lower, phrases[i]);
    return cap;
}

int fault_cap(const char *lower, enum fault_kind kind)
{
    long long cap = cap_by_context(lower);
    bool about_context = kind == FAULT_KIND_context_exceeded ||
                         strstr(lower, "context length") != NULL ||
                         strstr(lower, "context limit") != NULL;
    if (cap == 0 && !about_context)
        cap = cap_by_words(lower);
    // Gemini names the first number that is too large: "1 (inclusive) to 65537 (exclusive)".
    if (cap > 0 && strstr(lower, "(inclusive) to ") != NULL && strstr(lower, "(exclusive)") != NULL)
        cap--;
    return cap >= SMALLEST_CAP && cap <= INT_MAX ? (int)cap : 0;
}

static bool learn_cap(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                      const char *words, enum fault_kind *kind)
{
    struct endpoint_lessons *known = &endpoint->lessons;
    int cap = fault_cap(words, *kind);
    if (cap == 0)
        return *kind == FAULT_KIND_parameter_rejected && learn_no_max_tokens(endpoint, sent);
    if (sent->no_max_tokens || (sent->max_tokens_cap != 0 && sent->max_tokens_cap <= cap))
        return false;
    if (known->max_tokens_cap == 0 || known->max_tokens_cap > cap)
        known->max_tokens_cap = cap;
    *kind = FAULT_KIND_parameter_rejected;
    return true;
}

// The whole object is not known there: what it holds goes one by one.
static bool learn_output_config(struct endpoint_lessons *known, const struct endpoint_lessons *sent,
                                enum fault_kind *kind)
{
    if (sent->structured != STRUCTURED_SCHEMA)
        return learn_switch(&known->thinking, sent->thinking);
    *kind = FAULT_KIND_structured_rejected;
    return learn_structured(known, sent);
}

enum parameter {
    PARAMETER_OTHER,
    PARAMETER_STRUCTURED,
    PARAMETER_TEMPERATURE,
    PARAMETER_CAP,
    PARAMETER_STREAM_USAGE,
    PARAMETER_STREAM,
    PARAMETER_THINKING,
    PARAMETER_OUTPUT_CONFIG, // Anthropic's object for the form of an answer and for the effort
};

// The parameter that is refused: the one that stands in the error's own `param`, else the first one
// named ("'max_tokens' is not supported ... use 'max_completion_tokens' instead").
static enum parameter parameter_of(const struct problem *problem,
                                   const struct endpoint_lessons *sent)
{
    static const struct {
        const char *word;
        enum parameter parameter;
    } known[] = {
        {"response_format", PARAMETER_STRUCTURED},
        {"json_schema", PARAMETER_STRUCTURED},
        {"output_config.format", PARAMETER_STRUCTURED},
        {"responsejsonschema", PARAMETER_STRUCTURED},
        {"responsemimetype", PARAMETER_STRUCTURED},
        {"temperature", PARAMETER_TEMPERATURE},
        {"max_tokens", PARAMETER_CAP},
        {"max_completion_tokens", PARAMETER_CAP},
        {"maxoutputtokens", PARAMETER_CAP},
        {"stream_options", PARAMETER_STREAM_USAGE},
        {"include_usage", PARAMETER_STREAM_USAGE},
        {"reasoning_effort", PARAMETER_THINKING},
        {"reasoning.effort", PARAMETER_THINKING},
        {"thinking", PARAMETER_THINKING}, // and enable_thinking, thinkingBudget, thinking.type
        {"chat_template_kwargs", PARAMETER_THINKING},
        {"output_config.effort", PARAMETER_THINKING},
        {"effort", PARAMETER_THINKING},
        {"output_config", PARAMETER_OUTPUT_CONFIG},
    };
    enum parameter first = PARAMETER_OTHER;
    const char *place = NULL, *words = buffer_text(&problem->words);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].parameter == PARAMETER_THINKING && !sent->thinking)
            continue; // the user's own, or a mere word
        if (problem_has_code(problem, known[i].word))
            return known[i].parameter;
        const char *found = strstr(words, known[i].word);
        // A member of it, which is none of ours, has a row of its own or is the user's.
        if (known[i].parameter == PARAMETER_OUTPUT_CONFIG && found != NULL &&
            found[strlen(known[i].word)] == '.')
            continue;
        if (found != NULL && (place == NULL || found < place)) {
            place = found;
            first = known[i].parameter;
        }
    }
    // The word stands in many sentences that mean something else ("the upstream server ...").
    if (sent->stream && first == PARAMETER_OTHER &&
        (problem_has_code(problem, "stream") || problem_says(problem, FAULT_NO_STREAM) ||
         phrase_says(buffer_text(&problem->sentences), ABOUT_STREAM, SAYS_UNSUPPORTED)))
        return PARAMETER_STREAM;
    return first;
}

static bool learn_parameter(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                            const struct problem *problem, enum fault_kind *kind)
{
    switch (parameter_of(problem, sent)) {
    case PARAMETER_STRUCTURED:
        *kind = FAULT_KIND_structured_rejected;
        return learn_structured(&endpoint->lessons, sent);
    case PARAMETER_TEMPERATURE:
        return learn_no_temperature(&endpoint->lessons, sent);
    case PARAMETER_CAP:
        return learn_cap_name(endpoint, sent);
    case PARAMETER_STREAM_USAGE:
        return learn_no_stream_usage(&endpoint->lessons, sent);
    case PARAMETER_STREAM:
        return learn_switch(&endpoint->lessons.stream, sent->stream);
    case PARAMETER_THINKING:
        return learn_switch(&endpoint->lessons.thinking, sent->thinking);
    case PARAMETER_OUTPUT_CONFIG:
        return learn_output_config(&endpoint->lessons, sent, kind);
    case PARAMETER_OTHER:
        break;
    }
    return false;
}

// What a refusal that names no cause may come from, when the call went to a special address, or
// held what few servers know.
static bool is_doubtful(enum fault_kind kind)
{
    return kind == FAULT_KIND_bad_request || kind == FAULT_KIND_unprocessable ||
           kind == FAULT_KIND_not_found || kind == FAULT_KIND_method_wrong ||
           kind == FAULT_KIND_parameter_rejected || kind == FAULT_KIND_not_supported ||
           kind == FAULT_KIND_model_unknown;
}

bool fault_learn_last(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                      enum fault_kind *kind)
{
    bool learned = false,
         elsewhere = strcmp(endpoint->stream_url != NULL ? endpoint->stream_url : "",
                            endpoint->url != NULL ? endpoint->url : "") != 0;
    if (!is_doubtful(*kind))
        return false;
    if (sent->prefix)
        learned = learn_switch(&endpoint->lessons.prefix, true);
    else if (sent->stream && elsewhere)
        learned = learn_switch(&endpoint->lessons.stream, true);
    if (learned)
        *kind = FAULT_KIND_parameter_rejected;
    return learned;
}
