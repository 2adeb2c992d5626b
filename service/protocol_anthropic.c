// Replies and errors in the shapes of Anthropic's Messages API.
#include "protocol.h"

#include "json.h"

#include <string.h>

static void write_message(const struct completion *completion, struct buffer *out);
static void write_error(const struct protocol_error *error, struct buffer *out);

const struct protocol protocol_anthropic = {
    .name = "anthropic",
    .key_header = "x-api-key",
    .key_scheme = "",
    .version_header = "anthropic-version",
    .form = &request_form_anthropic,
    .write = write_message,
    .write_error = write_error,
    .no_key = {.status = 401, .message = "x-api-key header is required"},
    .wrong_key = {.status = 401, .message = "invalid x-api-key"},
};

static void write_head(const struct completion *completion, struct buffer *out)
{
    char print[33];
    fingerprint_text(&completion->print, print);
    buffer_append_format(out, "{\"id\":\"msg_%.24s%u\"", print, completion->seen);
    json_write_string_field(out, "type", "message");
    json_write_string_field(out, "role", "assistant");
    json_write_string_field(out, "model", completion->model);
}

// What no cache had to do with is counted apart from what was read from one or written to it.
static void write_usage(const struct completion *completion, long long output, struct buffer *out)
{
    json_write_name(out, "usage");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "input_tokens",
                             completion->input_tokens - completion->cached_tokens -
                                 completion->stored_tokens);
    json_write_integer_field(out, "cache_creation_input_tokens", completion->stored_tokens);
    json_write_integer_field(out, "cache_read_input_tokens", completion->cached_tokens);
    json_write_integer_field(out, "output_tokens", output);
    json_write_string_field(out, "service_tier", "standard");
    buffer_append_char(out, '}');
}

static const char *stop_reason(const struct completion *completion)
{
    return completion->refusal != NULL                 ? "refusal"
           : strcmp(completion->finish, "length") == 0 ? "max_tokens"
                                                       : "end_turn";
}

static void write_stop(const struct completion *completion, struct buffer *out)
{
    json_write_string_field(out, "stop_reason", stop_reason(completion));
    json_write_string_field(out, "stop_sequence", NULL);
    if (completion->refusal != NULL) {
        json_write_name(out, "stop_details");
        buffer_append_text(out, "{\"type\":\"refusal\",\"category\":\"general_harms\"");
        json_write_string_field(out, "explanation", completion->refusal);
        buffer_append_char(out, '}');
    }
}

static bool says_something(const struct completion *completion)
{
    return completion->refusal == NULL && *completion->text != '\0';
}

static void write_whole(const struct completion *completion, struct buffer *out)
{
    write_head(completion, out);
    buffer_append_text(out, ",\"content\":[");
    if (says_something(completion)) {
        buffer_append_text(out, "{\"type\":\"text\",\"text\":");
        json_write_string(out, completion->text);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_stop(completion, out);
    write_usage(completion, completion->output_tokens, out);
    buffer_append_char(out, '}');
}

// One delta and the frame round it, as a streaming client reads it.
static void write_stream(const struct completion *completion, struct buffer *out)
{
    buffer_append_text(out, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    write_head(completion, out);
    buffer_append_text(out, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null");
    write_usage(completion, 1, out);
    buffer_append_text(out, "}}\n\n");
    if (says_something(completion)) {
        buffer_append_text(out, "event: content_block_start\ndata: {\"type\":"
                                "\"content_block_start\",\"index\":0,\"content_block\":"
                                "{\"type\":\"text\",\"text\":\"\"}}\n\n"
                                "event: ping\ndata: {\"type\":\"ping\"}\n\n"
                                "event: content_block_delta\ndata: {\"type\":"
                                "\"content_block_delta\",\"index\":0,\"delta\":"
                                "{\"type\":\"text_delta\",\"text\":");
        json_write_string(out, completion->text);
        buffer_append_text(out, "}}\n\nevent: content_block_stop\ndata: {\"type\":"
                                "\"content_block_stop\",\"index\":0}\n\n");
    }
    buffer_append_text(out, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{");
    write_stop(completion, out);
    buffer_append_char(out, '}');
    write_usage(completion, completion->output_tokens, out);
    buffer_append_text(out, "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

static void write_message(const struct completion *completion, struct buffer *out)
{
    if (completion->stream)
        write_stream(completion, out);
    else
        write_whole(completion, out);
}

static const char *type_of(int status)
{
    static const struct {
        int status;
        const char *type;
    } known[] = {
        {400, "invalid_request_error"}, {401, "authentication_error"},
        {402, "billing_error"},         {403, "permission_error"},
        {404, "not_found_error"},       {405, "invalid_request_error"},
        {408, "timeout_error"},         {409, "conflict_error"},
        {413, "request_too_large"},     {422, "invalid_request_error"},
        {429, "rate_limit_error"},      {504, "timeout_error"},
        {529, "overloaded_error"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].type;
    return "api_error";
}

static void write_error(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_text(out, "{\"type\":\"error\",\"error\":{");
    json_write_string_field(out, "type",
                            error->word != NULL ? error->word : type_of(error->status));
    json_write_string_field(out, "message", error->message);
    if (error->details != NULL) {
        json_write_name(out, "details");
        buffer_append_text(out, error->details);
    }
    buffer_append_text(out, "},\"request_id\":\"req_simulated\"}");
}
