// Gemini's generateContent, as the API reference ("Generating content", "Structured output",
// "Troubleshooting") and the types of Google's Python SDK describe it.
#include "provider.h"

#include "json.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why);
static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why);
static void read_event(const cJSON *root, struct reply_draft *draft);

static const struct provider_reserved reserved[] = {
    {"model", "use --model"},
    {"contents", "use --system-prompt, or the topics in the settings file"},
    {"systemInstruction", "use --system-prompt"},
    {"system_instruction", "use --system-prompt"},
    {"generation_config", "write it as generationConfig"},
    {"generationConfig.candidateCount", "use --repeat"},
    {"tools", "replies are read as text"},
    {NULL, NULL},
};

const struct provider provider_gemini = {
    .name = "gemini",
    .chat_path = "/{model}:generateContent",
    .stream_path = "streamGenerateContent?alt=sse",
    .auth_header = "x-goog-api-key: %s",
    .reserved = reserved,
    .cap = PROVIDER_CAP_OPTIONAL,
    .write_request = write_request,
    .read_reply = read_reply,
    .read_event = read_event,
};

// Implicit caching goes by equal beginnings: system prompt and image come first.
static void write_head(const struct ask *ask, struct buffer *head)
{
    buffer_append_char(head, '{');
    if (ask->system != NULL && *ask->system != '\0') {
        buffer_append_text(head, "\"systemInstruction\":{\"parts\":[{\"text\":");
        json_write_string(head, ask->system);
        buffer_append_text(head, "}]},");
    }
    buffer_append_text(head, "\"contents\":[{\"role\":\"user\",\"parts\":[{");
    if (ask->image)
        buffer_append_text(head, "\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":\"");
}

static void write_prompt(const struct ask *ask, struct buffer *tail)
{
    buffer_append_text(tail, ask->image ? "\"}},{\"text\":" : "\"text\":");
    json_write_string(tail, ask->prompt);
    buffer_append_text(tail, "}]}]");
}

static void write_response_form(const struct endpoint_lessons *lessons, const struct ask *ask,
                                const cJSON *own, struct buffer *tail)
{
    if (ask->schema_name == NULL || lessons->structured == STRUCTURED_NONE ||
        wire_replaced(own, "responseMimeType"))
        return;
    json_write_string_field(tail, "responseMimeType", "application/json");
    if (lessons->structured != STRUCTURED_SCHEMA || ask->schema == NULL ||
        wire_replaced(own, "responseJsonSchema") || wire_replaced(own, "responseSchema"))
        return;
    json_write_name(tail, "responseJsonSchema");
    buffer_append_text(tail, ask->schema);
}

// The user's own generationConfig (a thinkingConfig, say) and ours are one object; a member that
// both have is the user's.
static bool write_config(const struct endpoint_lessons *lessons, const struct ask *ask,
                         const cJSON *own, struct buffer *tail)
{
    json_write_name(tail, "generationConfig");
    buffer_append_char(tail, '{');
    if (ask->max_tokens > 0 && !lessons->no_max_tokens && !wire_replaced(own, "maxOutputTokens"))
        json_write_integer_field(tail, "maxOutputTokens", wire_cap(lessons, ask->max_tokens));
    if (ask->temperature >= 0 && !lessons->no_temperature && !wire_replaced(own, "temperature"))
        json_write_real_field(tail, "temperature", ask->temperature);
    write_response_form(lessons, ask, own, tail);
    bool done = wire_write_members(own, tail);
    buffer_append_char(tail, '}');
    return done;
}

static bool check_config(const cJSON *own, struct error *why)
{
    if (own != NULL && !cJSON_IsObject(own))
        return error_set(why, ERR_SETTINGS,
                         "generationConfig in --extra-body must be an object such as "
                         "{\"topP\": 0.9}");
    return true;
}

static bool write_request(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why)
{
    cJSON *extra;
    if (!wire_parse_extra(endpoint, ask, &extra, why))
        return false;
    const cJSON *own = json_member(extra, "generationConfig");
    bool done = check_config(own, why);
    if (done) {
        write_head(ask, head);
        write_prompt(ask, tail);
        done = (write_config(&endpoint->lessons, ask, own, tail) &&
                wire_write_extra(extra, "generationConfig", tail)) ||
               error_set(why, ERR_MEMORY, "no memory for a request");
        buffer_append_char(tail, '}');
    }
    cJSON_Delete(extra);
    return done && buffer_check(head, "a request", why) && buffer_check(tail, "a request", why);
}

static enum finish finish_of(const char *reason)
{
    static const struct {
        const char *reason;
        enum finish finish;
    } known[] = {
        {"STOP", FINISH_STOP},
        {"MAX_TOKENS", FINISH_LENGTH},
        {"SAFETY", FINISH_REFUSED},
        {"RECITATION", FINISH_REFUSED},
        {"BLOCKLIST", FINISH_REFUSED},
        {"PROHIBITED_CONTENT", FINISH_REFUSED},
        {"SPII", FINISH_REFUSED},
        {"MODEL_ARMOR", FINISH_REFUSED},
        {"IMAGE_SAFETY", FINISH_REFUSED},
        {"IMAGE_PROHIBITED_CONTENT", FINISH_REFUSED},
        {"IMAGE_RECITATION", FINISH_REFUSED},
    };
    for (size_t i = 0; reason != NULL && i < sizeof known / sizeof *known; i++)
        if (strcmp(reason, known[i].reason) == 0)
            return known[i].finish;
    return FINISH_OTHER;
}

// promptTokensDetails tells the prompt's tokens by modality.
static long long image_tokens_of(const cJSON *usage)
{
    long long tokens = -1;
    const cJSON *detail;
    cJSON_ArrayForEach(detail, json_member(usage, "promptTokensDetails"))
    {
        const char *modality = json_text(detail, "modality");
        if (modality != NULL && strcmp(modality, "IMAGE") == 0)
            tokens = wire_first(tokens, 0) + wire_first(wire_count(detail, "tokenCount"), 0);
    }
    return tokens;
}

// Thoughts are counted beside the candidates, not among them; other providers count them in.
static struct usage usage_of(const cJSON *usage)
{
    long long said = wire_count(usage, "candidatesTokenCount");
    long long thought = wire_count(usage, "thoughtsTokenCount");
    return (struct usage){
        .input_tokens = wire_count(usage, "promptTokenCount"),
        .cached_tokens = wire_count(usage, "cachedContentTokenCount"),
        .cache_write_tokens = -1, // never said
        .image_tokens = image_tokens_of(usage),
        .output_tokens =
            said < 0 && thought < 0 ? -1 : wire_first(said, 0) + wire_first(thought, 0),
        .reasoning_tokens = thought,
    };
}

// The text of all parts that are thoughts, or that are none.
static void add_parts(const cJSON *parts, bool thoughts, struct buffer *out)
{
    const cJSON *part;
    cJSON_ArrayForEach(part, parts)
    {
        const char *text = json_text(part, "text");
        bool is_thought = cJSON_IsTrue(json_member(part, "thought"));
        if (text != NULL && is_thought == thoughts)
            buffer_append_text(out, text);
    }
}

static char *parts_text(const cJSON *parts, bool thoughts)
{
    struct buffer whole;
    buffer_init(&whole, SIZE_MAX / 4);
    add_parts(parts, thoughts, &whole);
    return wire_take(&whole);
}

// Why nothing was said: the provider's sentence where there is one, else its word.
static const char *refusal_of(const char *sentence, const char *word)
{
    return sentence != NULL && *sentence != '\0' ? sentence : word;
}

// Of a prompt that was blocked before there was a candidate; NULL: it was not.
static const char *block_of(const cJSON *root)
{
    const cJSON *feedback = json_member(root, "promptFeedback");
    return refusal_of(json_text(feedback, "blockReasonMessage"),
                      json_text(feedback, "blockReason"));
}

static bool read_candidate(const cJSON *root, const cJSON *candidate, struct reply *reply)
{
    const cJSON *parts = json_member(json_member(candidate, "content"), "parts");
    const char *reason = json_text(candidate, "finishReason");
    reply->text = parts_text(parts, false);
    reply->reasoning = parts_text(parts, true);
    bool done = reply->text != NULL && reply->reasoning != NULL;
    if (done && *reply->reasoning == '\0') {
        free(reply->reasoning);
        reply->reasoning = NULL;
    }
    reply->finish = candidate != NULL ? finish_of(reason) : FINISH_REFUSED;
    if (candidate == NULL)
        reply->refusal = wire_copy(block_of(root));
    else if (reply->finish == FINISH_REFUSED)
        reply->refusal = wire_copy(refusal_of(json_text(candidate, "finishMessage"), reason));
    reply->model = wire_copy(json_text(root, "modelVersion"));
    reply->usage = usage_of(json_member(root, "usageMetadata"));
    return done;
}

static bool read_reply(const char *body, size_t length, struct reply *reply, struct error *why)
{
    *reply = (struct reply){.usage = usage_unknown};
    cJSON *root = wire_parse(body, length, why);
    if (root == NULL)
        return false;
    const cJSON *candidate = cJSON_GetArrayItem(json_member(root, "candidates"), 0);
    bool blocked = json_text(json_member(root, "promptFeedback"), "blockReason") != NULL;
    bool done = true;
    if (json_member(root, "error") != NULL)
        done = error_set(why, ERR_REPLY, "the reply holds an error in place of an answer");
    else if (!cJSON_IsObject(candidate) && (candidate != NULL || !blocked))
        done = error_set(why, ERR_REPLY,
                         "the reply has no candidates[0], so it is not of Gemini's "
                         "generateContent");
    else if (!read_candidate(root, candidate, reply))
        done = error_set(why, ERR_MEMORY, "no memory for a reply");
    cJSON_Delete(root);
    if (!done)
        reply_clear(reply);
    return done;
}

static void read_end(const cJSON *candidate, const char *reason, struct reply_draft *draft)
{
    draft->finished = true;
    draft->finish = finish_of(reason);
    if (draft->finish == FINISH_REFUSED)
        reply_draft_add(&draft->refusal, refusal_of(json_text(candidate, "finishMessage"), reason));
}

// A whole response with a part of the answer; the last one says why it ended, and every one counts
// what was used up to it.
static void read_event(const cJSON *root, struct reply_draft *draft)
{
    const cJSON *candidate = cJSON_GetArrayItem(json_member(root, "candidates"), 0);
    if (json_member(root, "error") != NULL) {
        reply_draft_fail(draft, root);
        return;
    }
    const cJSON *parts = json_member(json_member(candidate, "content"), "parts");
    const char *reason = json_text(candidate, "finishReason");
    draft->begun = draft->begun || candidate != NULL;
    add_parts(parts, false, &draft->text);
    add_parts(parts, true, &draft->reasoning);
    if (candidate == NULL && block_of(root) != NULL) {
        draft->begun = draft->finished = true;
        draft->finish = FINISH_REFUSED;
        reply_draft_add(&draft->refusal, block_of(root));
    } else if (reason != NULL && *reason != '\0') {
        read_end(candidate, reason, draft);
    }
    reply_draft_name_model(draft, json_text(root, "modelVersion"));
    const cJSON *usage = reply_draft_count(draft, json_member(root, "usageMetadata"));
    if (usage != NULL)
        draft->usage = usage_of(usage);
}
