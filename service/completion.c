#include "completion.h"

#include "clock.h"
#include "json.h"
#include "text.h"
#include "token_count.h"

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
    if (completion->no_usage)
        return;
    json_write_name(out, "usage");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "prompt_tokens", completion->input_tokens);
    json_write_integer_field(out, "completion_tokens", completion->output_tokens);
    json_write_integer_field(out, "total_tokens",
                             completion->input_tokens + completion->output_tokens);
    buffer_append_format(out,
                         ",\"prompt_tokens_details\":{\"cached_tokens\":%lld},"
                         "\"completion_tokens_details\":{\"reasoning_tokens\":%lld}}",
                         completion->cached_tokens, completion->reasoning_tokens);
}

static void write_whole(const struct completion *completion, struct buffer *out)
{
    write_head(completion, "chat.completion", out);
    buffer_append_text(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"");
    json_write_string_field(out, "content", completion->refusal != NULL ? NULL : completion->text);
    if (completion->reasoning != NULL)
        json_write_string_field(out, "reasoning_content", completion->reasoning);
    json_write_string_field(out, "refusal", completion->refusal);
    buffer_append_text(out, "},\"logprobs\":null");
    json_write_string_field(out, "finish_reason", completion->finish);
    buffer_append_text(out, "}]");
    write_usage(completion, out);
    buffer_append_char(out, '}');
}

size_t completion_token(const char *text)
{
    enum { ASCII_TOKEN = 4 };
    size_t length = 0;
    while (length < ASCII_TOKEN && text[length] != '\0' && (text[length] & 0x80) == 0)
        length++;
    if (length > 0 || *text == '\0')
        return length;
    do
        length++;
    while ((text[length] & 0xc0) == 0x80);
    return length;
}

void completion_paced(const struct completion *completion, const struct buffer *out)
{
    if (completion->script != NULL)
        script_add(completion->script, out->length, completion->token_ns);
}

void completion_unpaced(const struct completion *completion, const struct buffer *out)
{
    if (completion->script != NULL)
        script_add(completion->script, out->length, 0);
}

// One chunk with a member of its delta, or with an empty one.
static void write_chunk(const struct buffer *head, const char *name, const char *text,
                        const char *finish, const char *usage, struct buffer *out)
{
    buffer_append(out, head->data, head->length);
    buffer_append_text(out, ",\"choices\":[{\"index\":0,\"delta\":{");
    if (name != NULL)
        json_write_string_field(out, name, text);
    buffer_append_text(out, "},\"logprobs\":null");
    json_write_string_field(out, "finish_reason", finish);
    buffer_append_text(out, "}]");
    buffer_append_text(out, usage);
    buffer_append_text(out, "}\n\n");
}

// A chunk for each token of the text.
static void write_tokens(const struct completion *completion, const struct buffer *head,
                         const char *name, const char *text, const char *usage, struct buffer *out)
{
    char token[8];
    size_t length;
    for (const char *at = text; (length = completion_token(at)) > 0; at += length) {
        memcpy(token, at, length);
        token[length] = '\0';
        write_chunk(head, name, token, NULL, usage, out);
        completion_paced(completion, out);
    }
}

// Other chunks than the last carry "usage": null where usage is wanted.
static void write_stream(const struct completion *completion, struct buffer *out)
{
    struct buffer head;
    const char *usage = completion->stream_usage ? ",\"usage\":null" : "";
    buffer_init(&head, 4096);
    buffer_append_text(&head, "data: ");
    write_head(completion, "chat.completion.chunk", &head);
    buffer_append(out, head.data, head.length);
    buffer_append_format(out,
                         ",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
                         "\"content\":%s,\"refusal\":null},\"logprobs\":null,"
                         "\"finish_reason\":null}]%s}\n\n",
                         completion->reasoning != NULL ? "null" : "\"\"", usage);
    completion_unpaced(completion, out);
    if (completion->reasoning != NULL)
        write_tokens(completion, &head, "reasoning_content", completion->reasoning, usage, out);
    if (completion->refusal != NULL)
        write_tokens(completion, &head, "refusal", completion->refusal, usage, out);
    else
        write_tokens(completion, &head, "content", completion->text, usage, out);
    write_chunk(&head, NULL, NULL, completion->finish, usage, out);
    if (completion->stream_usage && !completion->no_usage) {
        buffer_append(out, head.data, head.length);
        buffer_append_text(out, ",\"choices\":[]");
        write_usage(completion, out);
        buffer_append_text(out, "}\n\n");
    }
    if (!completion->no_done)
        buffer_append_text(out, "data: [DONE]\n\n");
    completion_unpaced(completion, out);
    out->failed = out->failed || head.failed;
    buffer_clear(&head);
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

// Reasoning as models write it: with JSON in it that is not the answer.
static const char reasoning[] = "Let me look at the image. It could be {\"answer\": \"no\"}, but I "
                                "should check.";

static void reason(struct completion *completion)
{
    completion->reasoning = reasoning;
    completion->reasoning_tokens = text_tokens(reasoning);
}

void completion_continue(struct completion *completion, const char *start)
{
    if (start == NULL)
        return;
    // A fence that was opened in the prefix is none of the answer's text.
    const char *line = strncmp(start, "```", 3) == 0 ? strchr(start, '\n') : NULL;
    const char *given = line != NULL ? line + 1 : start, *at = completion->text;
    for (;; given++, at++) {
        given += strspn(given, " \t\r\n");
        if (*given == '\0')
            break;
        at += strspn(at, " \t\r\n");
        if (*given != *at)
            return;
    }
    completion->text = at;
}

void completion_end(struct completion *completion, char *const *stops, size_t count,
                    struct buffer *text)
{
    const char *first = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(completion->text, stops[i]);
        if (found != NULL && (first == NULL || found < first)) {
            first = found;
            completion->stop = stops[i];
        }
    }
    if (first == NULL)
        return;
    buffer_append(text, completion->text, (size_t)(first - completion->text));
    completion->text = buffer_text(text);
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
        if (completion->thinks_apart) {
            reason(completion);
            completion->output_tokens += completion->reasoning_tokens;
            return;
        }
        buffer_append_format(text, "<think>%s</think>\n\n%s", reasoning, completion->text);
        break;
    case FAULT_ACT_REASONING:
        reason(completion);
        completion->output_tokens += completion->reasoning_tokens;
        return;
    case FAULT_ACT_BUDGET:
        reason(completion);
        completion->text = "";
        completion->output_tokens = completion->reasoning_tokens;
        completion->finish = "length";
        return;
    case FAULT_ACT_FILTERED:
        completion->text = "";
        completion->output_tokens = 0;
        completion->finish = "content_filter";
        return;
    case FAULT_ACT_RESOURCES:
        completion->text = "";
        completion->output_tokens = 0;
        completion->finish = "insufficient_system_resource";
        return;
    case FAULT_ACT_NO_USAGE:
        completion->no_usage = true;
        return;
    case FAULT_ACT_STREAM_NO_DONE:
        completion->no_done = true;
        return;
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
