// Chat completions, as OpenAI's API reference describes them (openapi.json of openai-openapi,
// createChatCompletion) and as the many compatible servers speak them.
#include "provider.h"

#include "json.h"
#include "wire.h"

#include <string.h>
#include <strings.h>

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why);
static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why);
static void read_event(const cJSON *root, struct reply_draft *draft);

static const struct provider_reserved reserved[] = {
    {"model", "use --model"},
    {"messages", "use --system-prompt, or the topics in the settings file"},
    {"stream", "use --stream"},
    {"n", "use --repeat"},
    {NULL, NULL},
};

const struct provider provider_openai = {
    .name = "openai",
    .chat_path = "/chat/completions",
    .auth_header = "Authorization: Bearer %s",
    .reserved = reserved,
    .cap = PROVIDER_CAP_TWO_NAMES,
    .takes_prefix = true,
    .write_request = write_request,
    .read_reply = read_reply,
    .read_event = read_event,
};

// Model, system prompt and image come first and are the same bytes for every call on an image:
// OpenAI, DeepSeek and vLLM all cache by equal beginnings of the prompt.
static void write_head(const struct endpoint *endpoint, const struct ask *ask, struct buffer *head)
{
    buffer_append_text(head, "{\"model\":");
    json_write_string(head, endpoint->model);
    buffer_append_text(head, ",\"messages\":[");
    if (ask->system != NULL && *ask->system != '\0') {
        buffer_append_text(head, "{\"role\":\"system\",\"content\":");
        json_write_string(head, ask->system);
        buffer_append_text(head, "},");
    }
    buffer_append_text(head, "{\"role\":\"user\",\"content\":");
    if (ask->image)
        buffer_append_text(head, "[{\"type\":\"image_url\",\"image_url\":{\"url\":"
                                 "\"data:image/jpeg;base64,");
}

// The cap under the name that the endpoint takes: OpenAI's newer models refuse max_tokens, most
// compatible servers know nothing else.
static void write_max_tokens(const struct endpoint_lessons *lessons, int max_tokens,
                             const cJSON *extra, struct buffer *tail)
{
    if (max_tokens <= 0 || lessons->no_max_tokens || wire_replaced(extra, "max_tokens") ||
        wire_replaced(extra, "max_completion_tokens"))
        return;
    json_write_integer_field(
        tail, lessons->max_completion_tokens ? "max_completion_tokens" : "max_tokens",
        wire_cap(lessons, max_tokens));
}

static void write_response_format(const struct endpoint_lessons *lessons, const struct ask *ask,
                                  const cJSON *extra, struct buffer *tail)
{
    // A prefix has the form begun already; whether servers take both is not documented.
    if (ask->schema_name == NULL || lessons->structured == STRUCTURED_NONE ||
        provider_sends_prefix(lessons, ask) || wire_replaced(extra, "response_format"))
        return;
    json_write_name(tail, "response_format");
    if (lessons->structured == STRUCTURED_OBJECT || ask->schema == NULL) {
        buffer_append_text(tail, "{\"type\":\"json_object\"}");
        return;
    }
    buffer_append_text(tail, "{\"type\":\"json_schema\",\"json_schema\":{\"name\":");
    json_write_string(tail, ask->schema_name);
    buffer_append_text(tail, ",\"strict\":true,\"schema\":");
    buffer_append_text(tail, ask->schema);
    buffer_append_text(tail, "}}");
}

// DeepSeek's "Chat prefix completion" (Mistral has the same): the answer's beginning as the
// assistant's own message, which the model goes on with. Closes the messages.
static void write_prefix(const struct endpoint_lessons *lessons, const struct ask *ask,
                         const cJSON *extra, struct buffer *tail)
{
    bool sent = provider_sends_prefix(lessons, ask);
    if (sent) {
        buffer_append_text(tail, ",{\"role\":\"assistant\",\"content\":");
        json_write_string(tail, ask->prefix);
        buffer_append_text(tail, ",\"prefix\":true}");
    }
    buffer_append_char(tail, ']');
    if (sent && !wire_replaced(extra, "stop"))
        buffer_append_text(tail, ",\"stop\":[\"" PROVIDER_PREFIX_END "\"]");
}

// Without include_usage a stream says nothing of tokens.
static void write_stream(const struct endpoint_lessons *lessons, const cJSON *extra,
                         struct buffer *tail)
{
    json_write_bool_field(tail, "stream", lessons->stream);
    if (lessons->stream && !lessons->no_stream_usage && !wire_replaced(extra, "stream_options")) {
        json_write_name(tail, "stream_options");
        buffer_append_text(tail, "{\"include_usage\":true}");
    }
}

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why)
{
    cJSON *extra;
    if (!wire_parse_extra(endpoint, ask, &extra, why))
        return false;
    write_head(endpoint, ask, head);
    if (ask->image)
        buffer_append_text(tail, "\"}},{\"type\":\"text\",\"text\":");
    json_write_string(tail, ask->prompt);
    buffer_append_text(tail, ask->image ? "}]}" : "}");
    write_prefix(&endpoint->lessons, ask, extra, tail);
    write_max_tokens(&endpoint->lessons, ask->max_tokens, extra, tail);
    if (ask->temperature >= 0 && !endpoint->lessons.no_temperature &&
        !wire_replaced(extra, "temperature"))
        json_write_real_field(tail, "temperature", ask->temperature);
    write_stream(&endpoint->lessons, extra, tail);
    write_response_format(&endpoint->lessons, ask, extra, tail);
    bool done = wire_write_extra(extra, NULL, tail) ||
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
        {"stop", FINISH_STOP},
        {"eos", FINISH_STOP},
        {"stop_sequence", FINISH_STOP},
        {"end_turn", FINISH_STOP},
        {"length", FINISH_LENGTH},
        {"max_tokens", FINISH_LENGTH},
        {"model_length", FINISH_LENGTH}, // Mistral
        {"content_filter", FINISH_REFUSED},
        {"sensitive", FINISH_REFUSED}, // Zhipu
        {"safety", FINISH_REFUSED},
        {"refusal", FINISH_REFUSED},
        {"insufficient_system_resource", FINISH_OVERLOAD}, // DeepSeek
        {"network_error", FINISH_OVERLOAD},                // Zhipu
        {"load", FINISH_OVERLOAD},                         // Ollama, while the model is loaded
        {"error", FINISH_OVERLOAD},                        // OpenRouter
    };
    for (size_t i = 0; reason != NULL && i < sizeof known / sizeof *known; i++)
        if (strcasecmp(reason, known[i].reason) == 0)
            return known[i].finish;
    return FINISH_OTHER;
}

// The text of a content: a string, null, or an array of parts of which the text ones count.
static void add_content(const cJSON *content, struct buffer *out)
{
    if (cJSON_IsString(content))
        buffer_append_text(out, content->valuestring);
    const cJSON *part;
    if (cJSON_IsArray(content))
        cJSON_ArrayForEach(part, content)
        {
            const char *type = json_text(part, "type");
            const char *text = cJSON_IsString(part) ? part->valuestring : json_text(part, "text");
            bool said =
                type == NULL || strcmp(type, "text") == 0 || strcmp(type, "output_text") == 0;
            if (text != NULL && said)
                buffer_append_text(out, text);
        }
}

static char *content_text(const cJSON *content)
{
    struct buffer whole;
    buffer_init(&whole, SIZE_MAX / 4);
    add_content(content, &whole);
    return wire_take(&whole);
}

// Where the reasoning stands: servers go by two names.
static const char *reasoning_of(const cJSON *message)
{
    const char *reasoning = json_text(message, "reasoning_content");
    return reasoning != NULL ? reasoning : json_text(message, "reasoning");
}

static struct usage usage_of(const cJSON *usage)
{
    const cJSON *input = json_member(usage, "prompt_tokens_details");
    const cJSON *output = json_member(usage, "completion_tokens_details");
    long long cached =
        wire_first(wire_count(input, "cached_tokens"),
                   wire_count(json_member(usage, "input_tokens_details"), "cached_tokens"));
    // DeepSeek's own name, which it sends beside OpenAI's.
    cached = wire_first(cached, wire_count(usage, "prompt_cache_hit_tokens"));
    return (struct usage){
        .input_tokens =
            wire_first(wire_count(usage, "prompt_tokens"), wire_count(usage, "input_tokens")),
        .cached_tokens = wire_first(cached, wire_count(usage, "cached_tokens")),
        .cache_write_tokens = wire_count(input, "cache_write_tokens"),
        .image_tokens =
            wire_first(wire_count(input, "image_tokens"),
                       wire_count(json_member(usage, "input_tokens_details"), "image_tokens")),
        .output_tokens =
            wire_first(wire_count(usage, "completion_tokens"), wire_count(usage, "output_tokens")),
        .reasoning_tokens = wire_first(wire_count(output, "reasoning_tokens"),
                                       wire_count(usage, "reasoning_tokens")),
    };
}

static bool read_message(const cJSON *root, const cJSON *choice, const cJSON *message,
                         struct reply *reply)
{
    const char *reasoning = reasoning_of(message);
    const char *refusal = json_text(message, "refusal");
    reply->text = content_text(json_member(message, "content"));
    if (reasoning != NULL && *reasoning != '\0')
        reply->reasoning = wire_copy(reasoning);
    if (refusal != NULL && *refusal != '\0')
        reply->refusal = wire_copy(refusal);
    reply->model = wire_copy(json_text(root, "model"));
    reply->finish = finish_of(json_text(choice, "finish_reason"));
    if (reply->refusal != NULL)
        reply->finish = FINISH_REFUSED;
    reply->usage = usage_of(json_member(root, "usage"));
    return reply->text != NULL;
}

static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why)
{
    *reply = (struct reply){.usage = usage_unknown};
    cJSON *root = wire_parse(body, length, why);
    if (root == NULL)
        return false;
    const cJSON *choice = cJSON_GetArrayItem(json_member(root, "choices"), 0);
    const cJSON *message = json_member(choice, "message");
    const cJSON *error = json_member(root, "error");
    bool done = true;
    if (error != NULL && !cJSON_IsNull(error) && !cJSON_IsObject(message))
        done = error_set(why, ERR_REPLY, "the reply holds an error in place of an answer");
    else if (!cJSON_IsObject(message))
        done = error_set(why, ERR_REPLY, "the reply has no choices[0].message");
    else if (!read_message(root, choice, message, reply))
        done = error_set(why, ERR_MEMORY, "no memory for a reply");
    cJSON_Delete(root);
    if (!done)
        reply_clear(reply);
    return done;
}

// An error in place of a chunk: {"error": ...} (vLLM, OpenRouter and gateways), or an error's
// members bare ({"object": "error", "message": ...}, older vLLM).
static bool is_error(const cJSON *root, const cJSON *choice)
{
    const cJSON *places[] = {json_member(root, "error"), json_member(choice, "error")};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (cJSON_IsObject(places[i]) ||
            (cJSON_IsString(places[i]) && *places[i]->valuestring != '\0'))
            return true;
    return json_member(root, "choices") == NULL && json_text(root, "message") != NULL &&
           json_member(root, "code") != NULL;
}

static void read_delta(const cJSON *choice, struct reply_draft *draft)
{
    const cJSON *delta = json_member(choice, "delta");
    // Some servers close with the whole message, which adds nothing to the pieces before it.
    if (delta == NULL && draft->text.length == 0)
        delta = json_member(choice, "message");
    if (cJSON_IsObject(delta)) {
        draft->begun = true;
        add_content(json_member(delta, "content"), &draft->text);
        reply_draft_add(&draft->reasoning, reasoning_of(delta));
        reply_draft_add(&draft->refusal, json_text(delta, "refusal"));
    }
    const char *reason = json_text(choice, "finish_reason");
    if (reason == NULL || *reason == '\0')
        return;
    draft->begun = draft->finished = true;
    draft->finish = finish_of(reason);
}

// One chunk. The chunk with the usage comes last and has no choices; some servers count in each.
static void read_event(const cJSON *root, struct reply_draft *draft)
{
    const cJSON *choice = cJSON_GetArrayItem(json_member(root, "choices"), 0);
    if (is_error(root, choice)) {
        reply_draft_fail(draft, root);
        return;
    }
    reply_draft_name_model(draft, json_text(root, "model"));
    if (cJSON_IsObject(choice))
        read_delta(choice, draft);
    const cJSON *usage = reply_draft_count(draft, json_member(root, "usage"));
    if (usage != NULL)
        draft->usage = usage_of(usage);
}
