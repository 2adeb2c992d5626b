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
    .bearer = true, // the official SDK sends it so since 1.0
    .version_header = "anthropic-version",
    .form = &request_form_anthropic,
    .write = write_message,
    .write_error = write_error,
    .thinks_apart = true,
};

// Opaque to clients, which hand it back.
static const char signature[] = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds";

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
    if (completion->no_usage)
        return;
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
    bool filtered = strcmp(completion->finish, "content_filter") == 0;
    return completion->refusal != NULL || filtered     ? "refusal"
           : strcmp(completion->finish, "length") == 0 ? "max_tokens"
           : completion->stop != NULL                  ? "stop_sequence"
                                                       : "end_turn";
}

static void write_stop(const struct completion *completion, struct buffer *out)
{
    json_write_string_field(out, "stop_reason", stop_reason(completion));
    json_write_string_field(out, "stop_sequence", completion->stop);
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

static void write_thinking(const struct completion *completion, struct buffer *out)
{
    buffer_append_text(out, "{\"type\":\"thinking\",\"thinking\":");
    json_write_string(out, completion->reasoning);
    buffer_append_format(out, ",\"signature\":\"%s\"}", signature);
}

static void write_whole(const struct completion *completion, struct buffer *out)
{
    write_head(completion, out);
    buffer_append_text(out, ",\"content\":[");
    if (completion->reasoning != NULL)
        write_thinking(completion, out);
    if (says_something(completion)) {
        buffer_append_text(out, completion->reasoning != NULL ? "," : "");
        buffer_append_text(out, "{\"type\":\"text\",\"text\":");
        json_write_string(out, completion->text);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_stop(completion, out);
    write_usage(completion, completion->output_tokens, out);
    buffer_append_char(out, '}');
}

static void write_event(const char *type, struct buffer *out)
{
    buffer_append_format(out, "event: %s\ndata: {\"type\":\"%s\"", type, type);
}

// One block of a stream: type is "text" or "thinking", which is the name of its member, too.
static void write_block(const struct completion *completion, const char *type, int index,
                        const char *text, struct buffer *out)
{
    char token[8];
    size_t length;
    write_event("content_block_start", out);
    bool thinking = completion->reasoning == text;
    buffer_append_format(out,
                         ",\"index\":%d,\"content_block\":{\"type\":\"%s\",\"%s\":\"\"%s}}\n\n",
                         index, type, type, thinking ? ",\"signature\":\"\"" : "");
    if (index == 0)
        buffer_append_text(out, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
    completion_unpaced(completion, out);
    for (const char *at = text; (length = completion_token(at)) > 0; at += length) {
        memcpy(token, at, length);
        token[length] = '\0';
        write_event("content_block_delta", out);
        buffer_append_format(out, ",\"index\":%d,\"delta\":{\"type\":\"%s_delta\",\"%s\":", index,
                             type, type);
        json_write_string(out, token);
        buffer_append_text(out, "}}\n\n");
        completion_paced(completion, out);
    }
    if (thinking) {
        write_event("content_block_delta", out);
        buffer_append_format(out,
                             ",\"index\":%d,\"delta\":{\"type\":\"signature_delta\","
                             "\"signature\":\"%s\"}}\n\n",
                             index, signature);
    }
    write_event("content_block_stop", out);
    buffer_append_format(out, ",\"index\":%d}\n\n", index);
    completion_unpaced(completion, out);
}

static void write_stream(const struct completion *completion, struct buffer *out)
{
    int index = 0;
    write_event("message_start", out);
    buffer_append_text(out, ",\"message\":");
    write_head(completion, out);
    buffer_append_text(out, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null");
    write_usage(completion, 1, out);
    buffer_append_text(out, "}}\n\n");
    completion_unpaced(completion, out);
    if (completion->reasoning != NULL)
        write_block(completion, "thinking", index++, completion->reasoning, out);
    if (says_something(completion))
        write_block(completion, "text", index, completion->text, out);
    write_event("message_delta", out);
    json_write_name(out, "delta");
    buffer_append_char(out, '{');
    write_stop(completion, out);
    buffer_append_char(out, '}');
    write_usage(completion, completion->output_tokens, out);
    buffer_append_text(out, "}\n\n");
    if (!completion->no_done)
        buffer_append_text(out, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    completion_unpaced(completion, out);
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
