#include "completion.h"

#include "clock.h"
#include "json.h"
#include "text.h"

#include <string.h>

static void write_head(const struct completion *completion, const char *object, struct buffer *out)
{
    char print[33];
    fingerprint_text(&completion->print, print);
    buffer_append_format(out, "{\"id\":\"chatcmpl-%.24s%u\"", print, completion->seen);
    json_write_string_field(out, "object", object);
    json_write_integer_field(out, "created", clock_wall_ms() / 1000);
    json_write_string_field(out, "model", completion->model);
}

static void write_usage(const struct completion *completion, struct buffer *out)
{
    json_write_name(out, "usage");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "prompt_tokens", completion->input_tokens);
    json_write_integer_field(out, "completion_tokens", completion->output_tokens);
    json_write_integer_field(out, "total_tokens",
                             completion->input_tokens + completion->output_tokens);
    buffer_append_format(out,
                         ",\"prompt_tokens_details\":{\"cached_tokens\":%lld},"
                         "\"completion_tokens_details\":{\"reasoning_tokens\":0}}",
                         completion->cached_tokens);
}

static void write_whole(const struct completion *completion, struct buffer *out)
{
    write_head(completion, "chat.completion", out);
    buffer_append_text(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"");
    json_write_string_field(out, "content", completion->refusal != NULL ? NULL : completion->text);
    json_write_string_field(out, "refusal", completion->refusal);
    buffer_append_text(out, "},\"logprobs\":null");
    json_write_string_field(out, "finish_reason", completion->finish);
    buffer_append_text(out, "}]");
    write_usage(completion, out);
    buffer_append_char(out, '}');
}

// Two chunks and the end: what is needed to be read by a streaming client.
static void write_stream(const struct completion *completion, struct buffer *out)
{
    buffer_append_text(out, "data: ");
    write_head(completion, "chat.completion.chunk", out);
    buffer_append_text(out, ",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"");
    json_write_string_field(out, "content", completion->text);
    buffer_append_text(out, "},\"finish_reason\":null}]}\n\ndata: ");
    write_head(completion, "chat.completion.chunk", out);
    buffer_append_text(out, ",\"choices\":[{\"index\":0,\"delta\":{}");
    json_write_string_field(out, "finish_reason", completion->finish);
    buffer_append_text(out, "}]");
    write_usage(completion, out);
    buffer_append_text(out, "}\n\ndata: [DONE]\n\n");
}

void completion_write(const struct completion *completion, struct buffer *out)
{
    if (completion->stream)
        write_stream(completion, out);
    else
        write_whole(completion, out);
}

void completion_write_error(const char *message, const char *type, const char *param,
                            const char *code, struct buffer *out)
{
    buffer_append_text(out, "{\"error\":{");
    json_write_string_field(out, "message", message);
    json_write_string_field(out, "type", type);
    json_write_string_field(out, "param", param != NULL && *param != '\0' ? param : NULL);
    json_write_string_field(out, "code", code);
    buffer_append_text(out, "}}");
}

void completion_write_models(const char *model, struct buffer *out)
{
    buffer_append_text(out, "{\"object\":\"list\",\"data\":[{");
    json_write_string_field(out, "id", model != NULL ? model : "builtin");
    json_write_string_field(out, "object", "model");
    json_write_integer_field(out, "created", 0);
    json_write_string_field(out, "owned_by", "vqagen");
    buffer_append_text(out, "}]}");
}

void completion_spoil(struct completion *completion, enum fault_action action, struct buffer *text)
{
    size_t length = strlen(completion->text);
    buffer_empty(text);
    switch (action) {
    case FAULT_ACT_EMPTY:
        break;
    case FAULT_ACT_REFUSAL:
        completion->refusal = "I'm sorry, but I can't assist with that.";
        return;
    case FAULT_ACT_LENGTH:
        buffer_append(text, completion->text, text_cut(completion->text, length / 2));
        completion->finish = "length";
        break;
    case FAULT_ACT_THINK:
        buffer_append_format(text,
                             "<think>Let me look at the image. It could be {\"answer\": \"no\"}, "
                             "but I should check.</think>\n\n%s",
                             completion->text);
        break;
    case FAULT_ACT_FENCE:
        buffer_append_format(text, "Sure, here it is:\n\n```json\n%s\n```\n\nI hope this helps!",
                             completion->text);
        break;
    default:
        return;
    }
    completion->text = buffer_text(text);
    completion->output_tokens = text_tokens(completion->text);
}

void completion_cut(struct completion *completion, long long max_tokens, struct buffer *text)
{
    if (max_tokens == 0 || text_tokens(completion->text) <= max_tokens)
        return;
    size_t length = strlen(completion->text);
    buffer_empty(text);
    // A token is at least one byte and at most four, see text_tokens.
    for (size_t cut = length; cut > 0;) {
        cut = text_cut(completion->text, cut - 1);
        buffer_empty(text);
        buffer_append(text, completion->text, cut);
        if (text_tokens(buffer_text(text)) <= max_tokens)
            break;
        // Long texts are shortened in steps, the last ones by single characters.
        if ((long long)cut > 8 * max_tokens)
            cut = (size_t)(8 * max_tokens);
    }
    completion->text = buffer_text(text);
    completion->finish = "length";
    completion->output_tokens = text_tokens(completion->text);
}
