// Replies and errors in the shapes of Gemini's generateContent.
#include "protocol.h"

#include "json.h"

#include <string.h>

static void write_content(const struct completion *completion, struct buffer *out);
static void write_error(const struct protocol_error *error, struct buffer *out);

const struct protocol protocol_gemini = {
    .name = "gemini",
    .key_header = "x-goog-api-key",
    .key_scheme = "",
    .form = &request_form_gemini,
    .write = write_content,
    .write_error = write_error,
    .no_key = {.status = 403,
               .message = "Method doesn't allow unregistered callers (callers without established "
                          "identity). Please use API Key or other form of API consumer identity to "
                          "call this API."},
    .wrong_key = {.status = 400,
                  .message = "API key not valid. Please pass a valid API key.",
                  .details = "[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                             "\"reason\":\"API_KEY_INVALID\",\"domain\":\"googleapis.com\"}]"},
};

static void write_candidate(const struct completion *completion, struct buffer *out)
{
    buffer_append_text(out, "\"candidates\":[{\"content\":{");
    if (*completion->text != '\0') {
        buffer_append_text(out, "\"parts\":[{\"text\":");
        json_write_string(out, completion->text);
        buffer_append_text(out, "}],");
    }
    buffer_append_text(out, "\"role\":\"model\"}");
    json_write_string_field(out, "finishReason",
                            strcmp(completion->finish, "length") == 0 ? "MAX_TOKENS" : "STOP");
    buffer_append_text(out, ",\"index\":0}]");
}

static void write_content(const struct completion *completion, struct buffer *out)
{
    char print[33];
    long long output = completion->refusal != NULL ? 0 : completion->output_tokens;
    buffer_append_char(out, '{');
    if (completion->refusal != NULL) {
        buffer_append_text(out, "\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"");
        json_write_string_field(out, "blockReasonMessage", completion->refusal);
        buffer_append_char(out, '}');
    } else {
        write_candidate(completion, out);
    }
    json_write_name(out, "usageMetadata");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "promptTokenCount", completion->input_tokens);
    if (completion->cached_tokens > 0)
        json_write_integer_field(out, "cachedContentTokenCount", completion->cached_tokens);
    if (output > 0)
        json_write_integer_field(out, "candidatesTokenCount", output);
    json_write_integer_field(out, "totalTokenCount", completion->input_tokens + output);
    buffer_append_char(out, '}');
    json_write_string_field(out, "modelVersion", completion->model);
    fingerprint_text(&completion->print, print);
    buffer_append_format(out, ",\"responseId\":\"%.24s%u\"}", print, completion->seen);
}

static const char *word_of(int status)
{
    static const struct {
        int status;
        const char *word;
    } known[] = {
        {400, "INVALID_ARGUMENT"}, {401, "UNAUTHENTICATED"},     {403, "PERMISSION_DENIED"},
        {404, "NOT_FOUND"},        {405, "UNIMPLEMENTED"},       {409, "ABORTED"},
        {413, "INVALID_ARGUMENT"}, {422, "FAILED_PRECONDITION"}, {429, "RESOURCE_EXHAUSTED"},
        {500, "INTERNAL"},         {503, "UNAVAILABLE"},         {504, "DEADLINE_EXCEEDED"},
        {529, "UNAVAILABLE"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].word;
    return "UNKNOWN";
}

static void write_error(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_format(out, "{\"error\":{\"code\":%d", error->status);
    json_write_string_field(out, "message", error->message);
    json_write_string_field(out, "status",
                            error->word != NULL ? error->word : word_of(error->status));
    if (error->details != NULL) {
        json_write_name(out, "details");
        buffer_append_text(out, error->details);
    }
    buffer_append_text(out, "}}");
}
