#include "protocol.h"

#include "text.h"

#include <string.h>

static void write_openai_error(const struct protocol_error *error, struct buffer *out);

const struct protocol protocol_openai = {
    .name = "openai",
    .key_header = "Authorization",
    .key_scheme = "Bearer ",
    .form = &request_form_openai,
    .write = completion_write,
    .write_error = write_openai_error,
    .no_key = {.status = 401,
               .type = "invalid_request_error",
               .message = "You didn't provide an API key. You need to provide your API key in an "
                          "Authorization header using Bearer auth (i.e. Authorization: Bearer "
                          "YOUR_KEY)."},
    .wrong_key = {.status = 401,
                  .type = "invalid_request_error",
                  .code = "invalid_api_key",
                  .message = "Incorrect API key provided."},
};

static void write_openai_error(const struct protocol_error *error, struct buffer *out)
{
    completion_write_error(error->message, error->type, error->param, error->code, out);
}

// ".../models/NAME:generateContent" or ":streamGenerateContent", where NAME has no slash.
static const char *gemini_model(const char *path, size_t *length, bool *stream)
{
    static const char call[] = ":generateContent", streaming[] = ":streamGenerateContent";
    *stream = text_ends(path, streaming);
    if (!*stream && !text_ends(path, call))
        return NULL;
    const char *end = path + strlen(path) - (*stream ? sizeof streaming - 1 : sizeof call - 1);
    const char *at = end;
    while (at > path && at[-1] != '/')
        at--;
    static const char folder[] = "/models/";
    size_t before = (size_t)(at - path), wanted = sizeof folder - 1;
    if (before < wanted || strncmp(at - wanted, folder, wanted) != 0)
        return NULL;
    *length = (size_t)(end - at);
    return at;
}

const struct protocol *protocol_find(const char *path, char **model, bool *stream)
{
    *model = NULL;
    *stream = false;
    if (text_ends(path, "/chat/completions"))
        return &protocol_openai;
    if (text_ends(path, "/v1/messages"))
        return &protocol_anthropic;
    size_t length;
    const char *name = gemini_model(path, &length, stream);
    if (name == NULL)
        return NULL;
    *model = text_copy_length(name, length);
    return &protocol_gemini;
}

#define QUOTA(id, value)                                                                           \
    "[{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{"                \
    "\"quotaMetric\":\"generativelanguage.googleapis.com/generate_content_requests\","             \
    "\"quotaId\":\"" id "\",\"quotaValue\":\"" value "\"}]},"
#define RETRY(delay)                                                                               \
    "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" delay "\"}]"

// Wordings are those of the data-file cases of the client, where their sources stand.
static const struct {
    const struct protocol *protocol;
    const char *fault;
    struct protocol_error error;
} own_words[] = {
    {&protocol_anthropic, "401", {.status = 401, .message = "invalid x-api-key"}},
    {&protocol_anthropic,
     "402",
     {.status = 402, .message = "There is a problem with your billing or payment information."}},
    {&protocol_anthropic,
     "403",
     {.status = 403,
      .message = "Your API key does not have permission to use the specified resource."}},
    {&protocol_anthropic, "404", {.status = 404, .message = "model: claude-0"}},
    {&protocol_anthropic,
     "413",
     {.status = 413, .message = "Request exceeds the maximum allowed number of bytes."}},
    {&protocol_anthropic,
     "429",
     {.status = 429,
      .message = "This request would exceed your organization's rate limit of 50 requests per "
                 "minute."}},
    {&protocol_anthropic,
     "quota",
     {.status = 400,
      .message = "Your credit balance is too low to access the Anthropic API. Please go to Plans & "
                 "Billing to upgrade or purchase credits."}},
    {&protocol_anthropic, "500", {.status = 500, .message = "Internal server error"}},
    {&protocol_anthropic, "504", {.status = 504, .message = "Request timed out."}},
    {&protocol_anthropic,
     "no-structured",
     {.status = 400, .message = "output_config.format: Extra inputs are not permitted"}},
    {&protocol_anthropic,
     "no-temperature",
     {.status = 400, .message = "`temperature` is deprecated for this model."}},
    {&protocol_gemini,
     "401",
     {.status = 401,
      .message = "Request had invalid authentication credentials. Expected OAuth 2 access token, "
                 "login cookie or other valid authentication credential."}},
    {&protocol_gemini,
     "402",
     {.status = 402,
      .word = "RESOURCE_EXHAUSTED",
      .message = "Your prepayment credits are depleted. Please go to AI Studio to manage your "
                 "project and billing."}},
    {&protocol_gemini, "403", {.status = 403, .message = "The caller does not have permission"}},
    {&protocol_gemini,
     "404",
     {.status = 404,
      .message = "models/gemini-0 is not found for API version v1beta, or is not supported for "
                 "generateContent."}},
    {&protocol_gemini,
     "429",
     {.status = 429,
      .message = "You exceeded your current quota, please check your plan and billing details.",
      .details = QUOTA("GenerateRequestsPerMinutePerProjectPerModel", "60") RETRY("1s")}},
    {&protocol_gemini,
     "quota",
     {.status = 429,
      .message = "You exceeded your current quota, please check your plan and billing details.",
      .details = QUOTA("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20") RETRY("38.2s")}},
    {&protocol_gemini,
     "500",
     {.status = 500, .message = "An internal error has occurred. Please retry."}},
    {&protocol_gemini,
     "503",
     {.status = 503, .message = "The model is overloaded. Please try again later."}},
    {&protocol_gemini,
     "504",
     {.status = 504, .message = "Deadline expired before operation could complete."}},
    {&protocol_gemini,
     "no-structured",
     {.status = 400, .message = "JSON mode is not enabled for this model"}},
    {&protocol_gemini,
     "no-temperature",
     {.status = 400, .message = "temperature is not supported for this model."}},
    {&protocol_gemini,
     "no-max-tokens",
     {.status = 400, .message = "maxOutputTokens is not supported for this model."}},
};

struct protocol_error protocol_fault(const struct protocol *protocol,
                                     const struct fault_kind *fault)
{
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++)
        if (own_words[i].protocol == protocol && strcmp(own_words[i].fault, fault->name) == 0)
            return own_words[i].error;
    return (struct protocol_error){.status = fault->status,
                                   .message = fault->message,
                                   .type = fault->type,
                                   .param = fault->param,
                                   .code = fault->code};
}
