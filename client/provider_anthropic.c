// Anthropic's Messages API, as its reference ("Messages", "Vision", "Prompt caching", "Structured
// outputs") and the types of its Python SDK describe it.
#include "provider.h"

#include "json.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why);
static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why);
static void read_event(const cJSON *root, struct reply_draft *draft);

// The API refuses a request without max_tokens; every model takes as many as this.
enum { USUAL_MAX_TOKENS = 4096 };

static const char *const headers[] = {"anthropic-version: 2023-06-01", NULL};

static const struct provider_reserved reserved[] = {
    {"model", "use --model"},
    {"messages", "use --system-prompt, or the topics in the settings file"},
    {"system", "use --system-prompt"},
    {"stream", "use --stream"},
    {"tools", "replies are read as text"},
    {"tool_choice", "replies are read as text"},
    {NULL, NULL},
};

const struct provider provider_anthropic = {
    .name = "anthropic",
    .chat_path = "/v1/messages",
    .auth_header = "x-api-key: %s",
    .headers = headers,
    .reserved = reserved,
    .cap = PROVIDER_CAP_REQUIRED,
    .takes_prefix = true,
    .write_request = write_request,
    .read_reply = read_reply,
    .read_event = read_event,
};

// The same bytes for every call on an image, up to the cache marker behind it in the tail: the
// provider caches what stands before a marker, and only then.
static void write_head(const struct endpoint *endpoint, const struct ask *ask, struct buffer *head)
{
    buffer_append_text(head, "{\"model\":");
    json_write_string(head, endpoint->model);
    if (ask->system != NULL && *ask->system != '\0')
        json_write_string_field(head, "system", ask->system);
    buffer_append_text(head, ",\"messages\":[{\"role\":\"user\",\"content\":");
    if (ask->image)
        buffer_append_text(head, "[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
                                 "\"media_type\":\"image/jpeg\",\"data\":\"");
}

// The last message as the assistant's own beginning ("prefill"), which older models go on with;
// newer ones refuse it.
static void write_prompt(const struct endpoint_lessons *lessons, const struct ask *ask,
                         struct buffer *tail)
{
    if (ask->image)
        buffer_append_text(tail, "\"},\"cache_control\":{\"type\":\"ephemeral\"}},"
                                 "{\"type\":\"text\",\"text\":");
    json_write_string(tail, ask->prompt);
    buffer_append_text(tail, ask->image ? "}]}" : "}");
    if (provider_sends_prefix(lessons, ask)) {
        buffer_append_text(tail, ",{\"role\":\"assistant\",\"content\":");
        json_write_string(tail, ask->prefix);
        buffer_append_char(tail, '}');
    }
    buffer_append_char(tail, ']');
}

// The user's own output_config (an effort, say) and our format stand in one object. There is no
// form of the format but a schema, so whatever is refused leaves free text.
static bool write_output_config(const struct endpoint_lessons *lessons, const struct ask *ask,
                                const cJSON *extra, struct buffer *tail)
{
    const cJSON *own = json_member(extra, "output_config");
    bool wanted = ask->schema_name != NULL && ask->schema != NULL &&
                  lessons->structured == STRUCTURED_SCHEMA && !wire_replaced(own, "format") &&
                  !provider_sends_prefix(lessons, ask) && (own == NULL || cJSON_IsObject(own));
    if (!wanted && !cJSON_IsObject(own))
        return true;
    json_write_name(tail, "output_config");
    buffer_append_char(tail, '{');
    if (wanted) {
        buffer_append_text(tail, "\"format\":{\"type\":\"json_schema\",\"schema\":");
        buffer_append_text(tail, ask->schema);
        buffer_append_char(tail, '}');
    }
    bool done = wire_write_members(own, tail);
    buffer_append_char(tail, '}');
    return done;
}

static bool write_parameters(const struct endpoint_lessons *lessons, const struct ask *ask,
                             const cJSON *extra, struct buffer *tail)
{
    if (!wire_replaced(extra, "max_tokens"))
        json_write_integer_field(
            tail, "max_tokens",
            wire_cap(lessons, ask->max_tokens > 0 ? ask->max_tokens : USUAL_MAX_TOKENS));
    // The range ends at 1 here, where other providers take 2.
    if (ask->temperature >= 0 && !lessons->no_temperature && !wire_replaced(extra, "temperature"))
        json_write_real_field(tail, "temperature", ask->temperature < 1 ? ask->temperature : 1);
    if (provider_sends_prefix(lessons, ask) && !wire_replaced(extra, "stop_sequences"))
        buffer_append_text(tail, ",\"stop_sequences\":[\"" PROVIDER_PREFIX_END "\"]");
    if (lessons->stream)
        json_write_bool_field(tail, "stream", true);
    return write_output_config(lessons, ask, extra, tail) &&
           wire_write_extra(extra, "output_config", tail);
}

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why)
{
    cJSON *extra;
    if (!wire_parse_extra(endpoint, ask, &extra, why))
        return false;
    write_head(endpoint, ask, head);
    write_prompt(&endpoint->lessons, ask, tail);
    bool done = write_parameters(&endpoint->lessons, ask, extra, tail) ||
                error_set(why, ERR_MEMORY, "no memory for a request");
    buffer_append_char(tail, '}');
    cJSON_Delete(extra);
    return done && buffer_check(head, "a request", why) && buffer_check(tail, "a request", why);
}

static enum finish finish_of(const char *reason)
{
    static const struct {
        const char *reason;
        enum finish finish;
    } known[] = {
        {"end_turn", FINISH_STOP},     {"stop_sequence", FINISH_STOP},
        {"max_tokens", FINISH_LENGTH}, {"model_context_window_exceeded", FINISH_LENGTH},
        {"refusal", FINISH_REFUSED},
    };
    for (size_t i = 0; reason != NULL && i < sizeof known / sizeof *known; i++)
        if (strcmp(reason, known[i].reason) == 0)
            return known[i].finish;
    return FINISH_OTHER;
}

// The sum, as other providers count: input_tokens alone are those that no cache had to do with.
static struct usage usage_of(const cJSON *usage)
{
    long long fresh = wire_count(usage, "input_tokens");
    long long read = wire_count(usage, "cache_read_input_tokens");
    long long written = wire_count(usage, "cache_creation_input_tokens");
    return (struct usage){
        .input_tokens = fresh < 0 ? -1 : fresh + wire_first(read, 0) + wire_first(written, 0),
        .cached_tokens = read,
        .cache_write_tokens = written,
        .image_tokens = -1, // never said
        .output_tokens = wire_count(usage, "output_tokens"),
        .reasoning_tokens =
            wire_count(json_member(usage, "output_tokens_details"), "thinking_tokens"),
    };
}

// What stands in all blocks of that type, in their member of that name.
static char *blocks_text(const cJSON *content, const char *type, const char *name)
{
    struct buffer whole;
    buffer_init(&whole, SIZE_MAX / 4);
    const cJSON *block;
    cJSON_ArrayForEach(block, content)
    {
        const char *own = json_text(block, "type"), *text = json_text(block, name);
        if (own != NULL && text != NULL && strcmp(own, type) == 0)
            buffer_append_text(&whole, text);
    }
    return wire_take(&whole);
}

// The provider's words for a refusal, or its category; NULL: it says neither.
static const char *refusal_of(const cJSON *stopped)
{
    const cJSON *details = json_member(stopped, "stop_details");
    const char *words = json_text(details, "explanation");
    return words != NULL && *words != '\0' ? words : json_text(details, "category");
}

static bool read_message(const cJSON *root, const cJSON *content, struct reply *reply)
{
    reply->text = blocks_text(content, "text", "text");
    reply->reasoning = blocks_text(content, "thinking", "thinking");
    bool done = reply->text != NULL && reply->reasoning != NULL;
    if (done && *reply->reasoning == '\0') {
        free(reply->reasoning);
        reply->reasoning = NULL;
    }
    reply->model = wire_copy(json_text(root, "model"));
    reply->finish = finish_of(json_text(root, "stop_reason"));
    if (reply->finish == FINISH_REFUSED)
        reply->refusal = wire_copy(refusal_of(root));
    reply->usage = usage_of(json_member(root, "usage"));
    return done;
}

static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why)
{
    *reply = (struct reply){.usage = usage_unknown};
    cJSON *root = wire_parse(body, length, why);
    if (root == NULL)
        return false;
    const cJSON *content = json_member(root, "content");
    const char *type = json_text(root, "type");
    bool done = true;
    if (type != NULL && strcmp(type, "error") == 0)
        done = error_set(why, ERR_REPLY, "the reply holds an error in place of an answer");
    else if (!cJSON_IsArray(content))
        done = error_set(why, ERR_REPLY,
                         "the reply has no content, so it is not of Anthropic's Messages API");
    else if (!read_message(root, content, reply))
        done = error_set(why, ERR_MEMORY, "no memory for a reply");
    cJSON_Delete(root);
    if (!done)
        reply_clear(reply);
    return done;
}

static void count(struct reply_draft *draft, const cJSON *holder)
{
    const cJSON *usage = reply_draft_count(draft, json_member(holder, "usage"));
    if (usage != NULL)
        draft->usage = usage_of(usage);
}

static void read_start(const cJSON *root, struct reply_draft *draft)
{
    const cJSON *message = json_member(root, "message");
    draft->begun = true;
    reply_draft_name_model(draft, json_text(message, "model"));
    count(draft, message);
}

// A block's first piece, or a further one: both name their type by what they hold.
static void read_piece(const cJSON *piece, struct reply_draft *draft)
{
    const char *type = json_text(piece, "type");
    if (type == NULL)
        return;
    if (strcmp(type, "text") == 0 || strcmp(type, "text_delta") == 0)
        reply_draft_add(&draft->text, json_text(piece, "text"));
    else if (strcmp(type, "thinking") == 0 || strcmp(type, "thinking_delta") == 0)
        reply_draft_add(&draft->reasoning, json_text(piece, "thinking"));
}

// Why the model ended, and the counts of the whole message.
static void read_end(const cJSON *root, struct reply_draft *draft)
{
    const cJSON *delta = json_member(root, "delta");
    const char *reason = json_text(delta, "stop_reason");
    count(draft, root);
    if (reason == NULL)
        return;
    draft->finished = true;
    draft->finish = finish_of(reason);
    if (draft->finish == FINISH_REFUSED)
        reply_draft_add(&draft->refusal, refusal_of(delta));
}

static void read_event(const cJSON *root, struct reply_draft *draft)
{
    const char *type = json_text(root, "type");
    if (type == NULL)
        return;
    if (strcmp(type, "message_start") == 0)
        read_start(root, draft);
    else if (strcmp(type, "content_block_start") == 0)
        read_piece(json_member(root, "content_block"), draft);
    else if (strcmp(type, "content_block_delta") == 0)
        read_piece(json_member(root, "delta"), draft);
    else if (strcmp(type, "message_delta") == 0)
        read_end(root, draft);
    else if (strcmp(type, "message_stop") == 0)
        draft->finished = true;
    else if (strcmp(type, "error") == 0)
        reply_draft_fail(draft, root);
}
