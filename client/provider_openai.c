// Chat completions, as OpenAI's API reference describes them (openapi.json of openai-openapi,
// createChatCompletion) and as the many compatible servers speak them.
#include "provider.h"

#include "json.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why);
static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why);

const struct provider provider_openai = {
    .name = "openai",
    .chat_path = "/chat/completions",
    .auth_header = "Authorization: Bearer %s",
    .write_request = write_request,
    .read_reply = read_reply,
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

// Whether the user's own member stands in the place of ours.
static bool replaced(const cJSON *extra, const char *name)
{
    return json_member(extra, name) != NULL;
}

// The cap under the name that the endpoint takes: OpenAI's newer models refuse max_tokens, most
// compatible servers know nothing else.
static void write_max_tokens(const struct endpoint_lessons *lessons, int max_tokens,
                             const cJSON *extra, struct buffer *tail)
{
    if (max_tokens <= 0 || lessons->no_max_tokens || replaced(extra, "max_tokens") ||
        replaced(extra, "max_completion_tokens"))
        return;
    if (lessons->max_tokens_cap > 0 && max_tokens > lessons->max_tokens_cap)
        max_tokens = lessons->max_tokens_cap;
    json_write_integer_field(
        tail, lessons->max_completion_tokens ? "max_completion_tokens" : "max_tokens", max_tokens);
}

static void write_response_format(const struct endpoint_lessons *lessons, const struct ask *ask,
                                  const cJSON *extra, struct buffer *tail)
{
    if (ask->schema_name == NULL || lessons->structured == STRUCTURED_NONE ||
        replaced(extra, "response_format"))
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

static bool write_extra(const cJSON *extra, struct buffer *tail)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, extra)
    {
        json_write_name(tail, member->string);
        if (!json_write_value(tail, member))
            return false;
    }
    return true;
}

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why)
{
    cJSON *extra = NULL;
    if (ask->extra_body != NULL && *ask->extra_body != '\0') {
        if (!provider_check_extra_body(ask->extra_body, why))
            return false;
        extra = json_parse(ask->extra_body, strlen(ask->extra_body), why);
        if (extra == NULL)
            return false;
    }
    write_head(endpoint, ask, head);
    if (ask->image)
        buffer_append_text(tail, "\"}},{\"type\":\"text\",\"text\":");
    json_write_string(tail, ask->prompt);
    buffer_append_text(tail, ask->image ? "}]}]" : "}]");
    write_max_tokens(&endpoint->lessons, ask->max_tokens, extra, tail);
    if (ask->temperature >= 0 && !endpoint->lessons.no_temperature &&
        !replaced(extra, "temperature"))
        json_write_real_field(tail, "temperature", ask->temperature);
    json_write_bool_field(tail, "stream", false);
    write_response_format(&endpoint->lessons, ask, extra, tail);
    bool done = write_extra(extra, tail) || error_set(why, ERR_MEMORY, "no memory for a request");
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

// A copy as valid UTF-8; NULL for NULL, and without memory.
static char *repaired_copy(const char *text)
{
    return text != NULL ? text_repair(text, strlen(text)) : NULL;
}

// The text of a content: a string, null, or an array of parts of which the text ones count.
static char *content_text(const cJSON *content)
{
    if (cJSON_IsString(content))
        return repaired_copy(content->valuestring);
    struct buffer whole;
    buffer_init(&whole, SIZE_MAX / 4);
    const cJSON *part;
    if (cJSON_IsArray(content))
        cJSON_ArrayForEach(part, content)
        {
            const char *type = json_text(part, "type");
            const char *text = cJSON_IsString(part) ? part->valuestring : json_text(part, "text");
            bool said =
                type == NULL || strcmp(type, "text") == 0 || strcmp(type, "output_text") == 0;
            if (text != NULL && said)
                buffer_append_text(&whole, text);
        }
    char *joined = buffer_take(&whole);
    char *copy = repaired_copy(joined);
    free(joined);
    return copy;
}

static long long count_of(const cJSON *object, const char *name)
{
    long long count = json_integer(object, name, -1);
    return count >= 0 ? count : -1;
}

static long long first_count(long long a, long long b)
{
    return a >= 0 ? a : b;
}

static struct usage usage_of(const cJSON *usage)
{
    const cJSON *input = json_member(usage, "prompt_tokens_details");
    const cJSON *output = json_member(usage, "completion_tokens_details");
    long long cached =
        first_count(count_of(input, "cached_tokens"),
                    count_of(json_member(usage, "input_tokens_details"), "cached_tokens"));
    // DeepSeek's own name, which it sends beside OpenAI's.
    cached = first_count(cached, count_of(usage, "prompt_cache_hit_tokens"));
    return (struct usage){
        .input_tokens =
            first_count(count_of(usage, "prompt_tokens"), count_of(usage, "input_tokens")),
        .cached_tokens = first_count(cached, count_of(usage, "cached_tokens")),
        .output_tokens =
            first_count(count_of(usage, "completion_tokens"), count_of(usage, "output_tokens")),
        .reasoning_tokens =
            first_count(count_of(output, "reasoning_tokens"), count_of(usage, "reasoning_tokens")),
    };
}

static bool read_message(const cJSON *root, const cJSON *choice, const cJSON *message,
                         struct reply *reply)
{
    const cJSON *reasoning = json_member(message, "reasoning_content");
    if (!cJSON_IsString(reasoning))
        reasoning = json_member(message, "reasoning");
    const char *refusal = json_text(message, "refusal");
    reply->text = content_text(json_member(message, "content"));
    if (cJSON_IsString(reasoning) && *reasoning->valuestring != '\0')
        reply->reasoning = repaired_copy(reasoning->valuestring);
    if (refusal != NULL && *refusal != '\0')
        reply->refusal = repaired_copy(refusal);
    reply->model = repaired_copy(json_text(root, "model"));
    reply->finish = finish_of(json_text(choice, "finish_reason"));
    if (reply->refusal != NULL)
        reply->finish = FINISH_REFUSED;
    reply->usage = usage_of(json_member(root, "usage"));
    return reply->text != NULL;
}

// Four hexadecimal digits of a \u escape at `at`; -1: they are not there.
static int escape_value(const char *at, const char *end)
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    int value = 0;
    for (int i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = at[i] != '\0' ? strchr(digits, at[i]) : NULL;
        if (found == NULL)
            return -1;
        value = value << 4 | (int)((found - digits) & 15);
    }
    return value;
}

// A reply cut in the middle of an emoji holds half a surrogate pair, which Python servers write as
// an escape that cJSON refuses, and with it the whole reply. Such halves become U+FFFD; so does an
// escaped NUL, which would end the text early.
static char *mend_escapes(const char *body, size_t length)
{
    char *copy = text_copy_length(body, length);
    const char *end = copy + length;
    for (char *at = copy; copy != NULL && at < end; at++) {
        if (*at != '\\')
            continue;
        int value = escape_value(at, end);
        int next = value >= 0xd800 && value <= 0xdbff ? escape_value(at + 6, end) : -1;
        if (next >= 0xdc00 && next <= 0xdfff)
            at += 11;
        else if ((value >= 0xd800 && value <= 0xdfff) || value == 0)
            memcpy(at + 2, "fffd", 4);
        else
            at++;
    }
    return copy;
}

static cJSON *parse_body(const char *body, size_t length, struct error *why)
{
    // DeepSeek sends blank lines while a call waits in its queue; some gateways begin with a BOM.
    while (length > 0 && strchr(" \t\r\n", *body) != NULL && *body != '\0')
        body++, length--;
    if (length >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0)
        body += 3, length -= 3;
    if (length == 0) {
        error_set(why, ERR_REPLY, "the reply is empty");
        return NULL;
    }
    if (length >= 5 && memcmp(body, "data:", 5) == 0) {
        error_set(why, ERR_REPLY, "the reply is an event stream although none was asked for");
        return NULL;
    }
    char *mended = mend_escapes(body, length);
    if (mended == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a reply");
        return NULL;
    }
    struct error cause = {0};
    cJSON *root = json_parse(mended, length, &cause);
    free(mended);
    if (root == NULL)
        error_set(why, ERR_REPLY, "the reply is %s", cause.message);
    return root;
}

static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why)
{
    *reply = (struct reply){.usage = {-1, -1, -1, -1}};
    cJSON *root = parse_body(body, length, why);
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
