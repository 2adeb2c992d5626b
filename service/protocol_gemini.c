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
    .thinks_apart = true,
};

static void write_part(const char *text, size_t length, bool thought, struct buffer *out)
{
    char token[8];
    buffer_append_text(out, thought ? "{\"thought\":true,\"text\":" : "{\"text\":");
    if (length < sizeof token) {
        memcpy(token, text, length);
        token[length] = '\0';
        json_write_string(out, token);
    } else {
        json_write_string(out, text);
    }
    buffer_append_char(out, '}');
}

static const char *finish_reason(const struct completion *completion)
{
    return strcmp(completion->finish, "length") == 0           ? "MAX_TOKENS"
           : strcmp(completion->finish, "content_filter") == 0 ? "SAFETY"
           : strcmp(completion->finish, "stop") == 0           ? "STOP"
                                                               : "OTHER";
}

static void write_candidate(const struct completion *completion, struct buffer *out)
{
    bool speaks = *completion->text != '\0', thinks = completion->reasoning != NULL;
    buffer_append_text(out, "\"candidates\":[{\"content\":{");
    if (speaks || thinks) {
        buffer_append_text(out, "\"parts\":[");
        if (thinks)
            write_part(completion->reasoning, strlen(completion->reasoning), true, out);
        buffer_append_text(out, speaks && thinks ? "," : "");
        if (speaks)
            write_part(completion->text, strlen(completion->text), false, out);
        buffer_append_text(out, "],");
    }
    buffer_append_text(out, "\"role\":\"model\"}");
    json_write_string_field(out, "finishReason", finish_reason(completion));
    buffer_append_text(out, ",\"index\":0}]");
}

static void write_blocked(const struct completion *completion, struct buffer *out)
{
    buffer_append_text(out, "\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"");
    json_write_string_field(out, "blockReasonMessage", completion->refusal);
    buffer_append_char(out, '}');
}

// output: candidates and thoughts, which are counted apart.
static void write_usage(const struct completion *completion, bool whole, struct buffer *out)
{
    long long thoughts = whole ? completion->reasoning_tokens : 0;
    long long output = whole && completion->refusal == NULL ? completion->output_tokens : 0;
    if (completion->no_usage)
        return;
    json_write_name(out, "usageMetadata");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "promptTokenCount", completion->input_tokens);
    if (completion->cached_tokens > 0)
        json_write_integer_field(out, "cachedContentTokenCount", completion->cached_tokens);
    if (output > thoughts)
        json_write_integer_field(out, "candidatesTokenCount", output - thoughts);
    if (thoughts > 0)
        json_write_integer_field(out, "thoughtsTokenCount", thoughts);
    json_write_integer_field(out, "totalTokenCount", completion->input_tokens + output);
    buffer_append_char(out, '}');
}

static void write_end(const struct completion *completion, struct buffer *out)
{
    char print[33];
    json_write_string_field(out, "modelVersion", completion->model);
    fingerprint_text(&completion->print, print);
    buffer_append_format(out, ",\"responseId\":\"%.24s%u\"}", print, completion->seen);
}

static void write_whole(const struct completion *completion, struct buffer *out)
{
    buffer_append_char(out, '{');
    if (completion->refusal != NULL)
        write_blocked(completion, out);
    else
        write_candidate(completion, out);
    write_usage(completion, true, out);
    write_end(completion, out);
}

// A stream is server-sent events, or with alt=json, the default, the elements of one array.
static void begin_event(const struct completion *completion, bool first, struct buffer *out)
{
    buffer_append_text(out, !completion->stream_array ? "data: {" : first ? "[{" : ",\r\n{");
}

static void end_event(const struct completion *completion, struct buffer *out)
{
    write_end(completion, out);
    if (!completion->stream_array)
        buffer_append_text(out, "\n\n");
}

static void write_tokens(const struct completion *completion, const char *text, bool thought,
                         bool *first, struct buffer *out)
{
    size_t length;
    for (const char *at = text; (length = completion_token(at)) > 0; at += length) {
        begin_event(completion, *first, out);
        buffer_append_text(out, "\"candidates\":[{\"content\":{\"parts\":[");
        write_part(at, length, thought, out);
        buffer_append_text(out, "],\"role\":\"model\"},\"index\":0}]");
        write_usage(completion, false, out);
        end_event(completion, out);
        completion_paced(completion, out);
        *first = false;
    }
}

static void write_stream(const struct completion *completion, struct buffer *out)
{
    bool first = true;
    if (completion->reasoning != NULL)
        write_tokens(completion, completion->reasoning, true, &first, out);
    if (completion->refusal == NULL)
        write_tokens(completion, completion->text, false, &first, out);
    if (completion->no_done && !first)
        return;
    begin_event(completion, first, out);
    if (completion->refusal != NULL) {
        write_blocked(completion, out);
    } else {
        buffer_append_text(out, "\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],"
                                "\"role\":\"model\"}");
        json_write_string_field(out, "finishReason", finish_reason(completion));
        buffer_append_text(out, ",\"index\":0}]");
    }
    write_usage(completion, true, out);
    end_event(completion, out);
    buffer_append_text(out, completion->stream_array ? "]" : "");
    completion_unpaced(completion, out);
}

static void write_content(const struct completion *completion, struct buffer *out)
{
    if (completion->stream)
        write_stream(completion, out);
    else
        write_whole(completion, out);
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
