// The list of models, in the shape of each protocol.
#include "chat_state.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

static void write_openai(const char *name, struct buffer *out);
static void write_anthropic(const char *name, struct buffer *out);
static void write_gemini(const char *name, struct buffer *out);

// How a list begins and ends around its entries.
struct model_list {
    const struct protocol *protocol;
    const char *begin, *end;
    void (*write)(const char *name, struct buffer *out);
};

static const struct model_list lists[] = {
    {&protocol_openai, "{\"object\":\"list\",\"data\":[", "]}", write_openai},
    {&protocol_anthropic, "{\"data\":[", "],\"has_more\":false,\"first_id\":null,\"last_id\":null}",
     write_anthropic},
    {&protocol_gemini, "{\"models\":[", "]}", write_gemini},
};

// The names in order, the models that stand for faults behind the others; NULL past the end.
static const char *name_at(const struct chat *chat, size_t index, char room[64])
{
    size_t count = chat->rules.model_count;
    if (index < count)
        return chat->rules.models[index];
    if (count == 0 && index == 0)
        return "builtin";
    const struct fault_entry *fault =
        chat->fault_models ? fault_kind_at(index - (count > 0 ? count : 1)) : NULL;
    if (fault == NULL)
        return NULL;
    snprintf(room, 64, "fault-%s", fault->name);
    return room;
}

void chat_models(struct chat *chat, const struct chat_asked *asked, struct chat_reply *reply)
{
    char room[64];
    const char *name;
    size_t written = 0;
    const struct model_list *list = lists;
    while (list->protocol != asked->protocol)
        list++;
    chat_reply_begin(chat, asked->protocol, reply);
    if (asked->model == NULL)
        buffer_append_text(&reply->body, list->begin);
    for (size_t i = 0; (name = name_at(chat, i, room)) != NULL; i++)
        if (asked->model == NULL || strcmp(asked->model, name) == 0) {
            buffer_append_text(&reply->body, written++ > 0 ? "," : "");
            list->write(name, &reply->body);
        }
    if (asked->model == NULL) {
        buffer_append_text(&reply->body, list->end);
    } else if (written == 0) {
        struct excuse_values values = {.model = asked->model};
        chat_reply_refuse(reply, "model-unknown", &values);
    }
}

static void write_openai(const char *name, struct buffer *out)
{
    buffer_append_char(out, '{');
    json_write_string_field(out, "id", name);
    json_write_string_field(out, "object", "model");
    json_write_integer_field(out, "created", 1700000000);
    json_write_string_field(out, "owned_by", "vqagen");
    buffer_append_char(out, '}');
}

static void write_anthropic(const char *name, struct buffer *out)
{
    buffer_append_text(out, "{\"type\":\"model\"");
    json_write_string_field(out, "id", name);
    json_write_string_field(out, "display_name", name);
    json_write_string_field(out, "created_at", "2025-01-01T00:00:00Z");
    buffer_append_text(out, ",\"max_input_tokens\":200000,\"max_tokens\":64000,\"capabilities\":{"
                            "\"image_input\":{\"supported\":true},\"structured_outputs\":{"
                            "\"supported\":true}}}");
}

static void write_gemini(const char *name, struct buffer *out)
{
    buffer_append_text(out, "{\"name\":\"models/");
    struct buffer quoted;
    buffer_init(&quoted, 4096);
    json_write_string(&quoted, name);
    buffer_append(out, quoted.data + 1, quoted.length - 1); // with the closing quote
    out->failed = out->failed || quoted.failed;
    buffer_clear(&quoted);
    json_write_string_field(out, "version", "001");
    json_write_string_field(out, "displayName", name);
    buffer_append_text(out,
                       ",\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536,"
                       "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\"]}");
}
