// The body of POST /v1/messages, checked as Anthropic's reference describes it and refused in its
// words.
#include "body_reader.h"
#include "json.h"
#include "parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TOKENS = 131072, MOST_MARKERS = 4, LEAST_BUDGET = 1024 };

static bool read_anthropic(struct body_reader *reader, const cJSON *body);
static bool check_known(struct body_reader *reader, const cJSON *body);
static bool read_system(struct body_reader *reader, const cJSON *system, int *markers);
static bool read_messages(struct body_reader *reader, const cJSON *messages, int *markers);
static bool read_blocks(struct body_reader *reader, const cJSON *content, const char *where,
                        bool user, int *markers);
static bool read_numbers(struct body_reader *reader, const cJSON *body);
static bool read_thinking(struct body_reader *reader, const cJSON *thinking);
static bool read_output(struct body_reader *reader, const cJSON *output);

const struct request_form request_form_anthropic = {
    .name = "anthropic", .marker = "\"data\":\"", .read = read_anthropic};

static bool read_anthropic(struct body_reader *reader, const cJSON *body)
{
    const char *model = json_text(body, "model");
    int markers = 0;
    if (model == NULL || *model == '\0')
        return request_refuse(reader->fault, 400, NULL, NULL, "model: Field required");
    if (!body_wants(reader, model))
        return body_no_model(reader, model);
    return check_known(reader, body) && body_model(reader, model) && read_numbers(reader, body) &&
           read_thinking(reader, json_member(body, "thinking")) &&
           read_output(reader, json_member(body, "output_config")) &&
           read_system(reader, json_member(body, "system"), &markers) &&
           read_messages(reader, json_member(body, "messages"), &markers);
}

static bool check_known(struct body_reader *reader, const cJSON *body)
{
    static const char *const known[] = {
        "model",       "messages",     "max_tokens",    "system",       "temperature",
        "top_p",       "top_k",        "stream",        "metadata",     "stop_sequences",
        "thinking",    "tools",        "container",     "tool_choice",  "output_config",
        "mcp_servers", "service_tier", "inference_geo", "cache_control"};
    const cJSON *member;
    if (reader->rules->strict)
        cJSON_ArrayForEach(member, body)
        {
            bool found = false;
            for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                found = found || strcmp(member->string, known[i]) == 0;
            if (!found)
                return request_refuse(reader->fault, 400, NULL, NULL,
                                      "%.80s: Extra inputs are not permitted", member->string);
        }
    return true;
}

static bool check_number(struct body_reader *reader, const cJSON *body, const char *name,
                         double low, double high, bool whole)
{
    const cJSON *number = json_member(body, name);
    if (number == NULL)
        return true;
    if (!cJSON_IsNumber(number) || (whole && floor(number->valuedouble) != number->valuedouble))
        return request_refuse(reader->fault, 400, NULL, NULL, "%s: Input should be a valid %s",
                              name, whole ? "integer" : "number");
    if (number->valuedouble < low)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "%s: Input should be greater than or equal to %g", name, low);
    if (number->valuedouble > high && whole)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "%s: %.0f > %.0f, which is the maximum allowed number of output "
                              "tokens for %s",
                              name, number->valuedouble, high, reader->request->model);
    return number->valuedouble <= high ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "%s: Input should be less than or equal to %g", name, high);
}

static bool read_numbers(struct body_reader *reader, const cJSON *body)
{
    struct chat_request *request = reader->request;
    const cJSON *cap = json_member(body, "max_tokens"), *stream = json_member(body, "stream");
    const cJSON *temperature = json_member(body, "temperature");
    if (cap == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL, "max_tokens: Field required");
    if (stream != NULL && !cJSON_IsBool(stream))
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "stream: Input should be a valid boolean");
    if (!check_number(reader, body, "max_tokens", 1, MOST_TOKENS, true) ||
        !check_number(reader, body, "temperature", 0, 1, false) ||
        !check_number(reader, body, "top_p", 0, 1, false))
        return false;
    request->max_tokens = (long long)cap->valuedouble;
    request->capped = true;
    request->temperature = temperature != NULL ? temperature->valuedouble : -1;
    request->stream = cJSON_IsTrue(stream);
    return body_stops(reader, json_member(body, "stop_sequences"));
}

// Thinking with a budget needs room for it below max_tokens, and the usual temperature.
static bool read_thinking(struct body_reader *reader, const cJSON *thinking)
{
    static const char *const types[] = {"enabled", "disabled", "adaptive"};
    const char *type = json_text(thinking, "type");
    bool known = false;
    if (thinking == NULL || cJSON_IsNull(thinking))
        return true;
    for (size_t i = 0; i < 3 && type != NULL; i++)
        known = known || strcmp(type, types[i]) == 0;
    if (!known)
        return request_refuse(
            reader->fault, 400, NULL, NULL,
            "thinking: Input tag '%.30s' found using 'type' does not match any of "
            "the expected tags: 'adaptive', 'disabled', 'enabled'",
            type != NULL ? type : "null");
    if (strcmp(type, "enabled") != 0)
        return true;
    long long budget = json_integer(thinking, "budget_tokens", 0);
    if (budget < LEAST_BUDGET)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "thinking.enabled.budget_tokens: Input should be greater than or "
                              "equal to %d",
                              LEAST_BUDGET);
    if (budget >= reader->request->max_tokens)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "`max_tokens` must be greater than `thinking.budget_tokens`.");
    double temperature = reader->request->temperature;
    return temperature < 0 || temperature == 1 ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "`temperature` may only be set to 1 when thinking is enabled.");
}

static bool read_output(struct body_reader *reader, const cJSON *output)
{
    const cJSON *format = json_member(output, "format");
    const char *type = json_text(format, "type");
    if (output != NULL && !cJSON_IsObject(output))
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "output_config: Input should be an object");
    if (format == NULL || cJSON_IsNull(format))
        return true;
    if (reader->rules->structured != STRUCTURED_MODE_SCHEMA)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "output_config.format: Extra inputs are not permitted");
    if (type == NULL || strcmp(type, "json_schema") != 0)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "output_config.format.type: Input should be 'json_schema'");
    if (!cJSON_IsObject(json_member(format, "schema")))
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "output_config.format.schema: Field required");
    reader->request->format = true;
    const char *bad =
        reader->rules->strict ? parameters_bad_schema(json_member(format, "schema")) : NULL;
    return bad == NULL || request_refuse(reader->fault, 400, NULL, NULL,
                                         "output_config.format.schema: Invalid schema: %s", bad);
}

// A marker keeps all that stands before and in its block.
static bool read_marker(struct body_reader *reader, const cJSON *block, const char *where,
                        int *markers)
{
    const cJSON *marker = json_member(block, "cache_control");
    const char *type = json_text(marker, "type");
    if (marker == NULL || cJSON_IsNull(marker))
        return true;
    if (type == NULL || strcmp(type, "ephemeral") != 0)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "%s.cache_control.type: Input should be 'ephemeral'", where);
    if (++*markers > MOST_MARKERS)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "A maximum of %d blocks with cache_control may be provided.",
                              MOST_MARKERS);
    if (reader->request->image)
        reader->request->caches = true;
    return true;
}

static bool read_text(struct body_reader *reader, const cJSON *block, const char *where, bool user)
{
    const char *text = json_text(block, "text");
    if (text == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL, "%s.text: Field required", where);
    if (*text == '\0')
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "messages: text content blocks must be non-empty");
    body_text(reader, text, user);
    return true;
}

static bool read_system(struct body_reader *reader, const cJSON *system, int *markers)
{
    buffer_append_text(&reader->beginning, "\nsystem\n");
    if (system == NULL || cJSON_IsString(system)) {
        if (system != NULL)
            body_text(reader, system->valuestring, false);
        return true;
    }
    const cJSON *block;
    if (!cJSON_IsArray(system))
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "system: Input should be a valid string or list");
    cJSON_ArrayForEach(block, system)
    {
        if (!read_text(reader, block, "system.0", false) ||
            !read_marker(reader, block, "system.0", markers))
            return false;
    }
    return true;
}

static bool read_messages(struct body_reader *reader, const cJSON *messages, int *markers)
{
    const cJSON *message;
    const char *role = NULL;
    int index = 0;
    if (!cJSON_IsArray(messages))
        return request_refuse(reader->fault, 400, NULL, NULL, "messages: Field required");
    cJSON_ArrayForEach(message, messages)
    {
        char where[40];
        snprintf(where, sizeof where, "messages.%d.content", index++);
        role = json_text(message, "role");
        bool user = role != NULL && strcmp(role, "user") == 0;
        if (!user && (role == NULL || strcmp(role, "assistant") != 0))
            return request_refuse(reader->fault, 400, NULL, NULL,
                                  "messages: Unexpected role \"%.40s\". The Messages API accepts "
                                  "'user' and 'assistant'; use the top-level system parameter.",
                                  role != NULL ? role : "null");
        if (user)
            buffer_empty(&reader->request->prompt);
        buffer_append_format(&reader->beginning, "\n%s\n", role);
        if (!read_blocks(reader, json_member(message, "content"), where, user, markers))
            return false;
    }
    if (role == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "messages: at least one message is required");
    return strcmp(role, "user") == 0 ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "This model does not support assistant message prefill. The "
                          "conversation must end with a user message.");
}

static bool read_image(struct body_reader *reader, const cJSON *source, const char *where)
{
    const char *type = json_text(source, "type"), *media = json_text(source, "media_type");
    const char *data = json_text(source, "data");
    if (type == NULL || strcmp(type, "base64") != 0)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "%s.image.source: Input tag '%.20s' found using 'type' does not "
                              "match any of the expected tags: 'base64'",
                              where, type != NULL ? type : "null");
    if (media == NULL || strcmp(media, "image/jpeg") != 0)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "%s.image.source.base64.media_type: Input should be 'image/jpeg'",
                              where);
    if (data == NULL || *data == '\0')
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "%s.image.source.base64.data: Field required", where);
    if (!body_image(reader, data, false))
        return false;
    return reader->request->picture.message[0] == '\0' ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "%s.image.source.base64: Could not process image: %s", where,
                          reader->request->picture.message);
}

static bool read_block(struct body_reader *reader, const cJSON *block, const char *where, bool user)
{
    const char *type = json_text(block, "type");
    if (type != NULL && strcmp(type, "text") == 0)
        return read_text(reader, block, where, user);
    if (type != NULL && strcmp(type, "image") == 0 && user)
        return read_image(reader, json_member(block, "source"), where);
    return request_refuse(reader->fault, 400, NULL, NULL,
                          "%s: Input tag '%.30s' found using 'type' does not match any of the "
                          "expected tags: %s",
                          where, type != NULL ? type : "null", user ? "'image', 'text'" : "'text'");
}

static bool read_blocks(struct body_reader *reader, const cJSON *content, const char *where,
                        bool user, int *markers)
{
    const cJSON *block;
    int index = 0;
    if (cJSON_IsString(content) && content->valuestring[0] != '\0') {
        body_text(reader, content->valuestring, user);
        return true;
    }
    if (!cJSON_IsArray(content) || content->child == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "messages: all messages must have non-empty content");
    cJSON_ArrayForEach(block, content)
    {
        char place[70];
        snprintf(place, sizeof place, "%s.%d", where, index++);
        if (!read_block(reader, block, place, user) || !read_marker(reader, block, place, markers))
            return false;
    }
    return true;
}
