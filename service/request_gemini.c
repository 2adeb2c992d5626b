// The body of POST /v1beta/models/MODEL:generateContent, checked as Google's reference describes it
// and refused in its words.
#include "body_reader.h"
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TOKENS = 65537 }; // the first number that is too large

static bool read_gemini(struct body_reader *reader, const cJSON *body);
static bool check_known(struct body_reader *reader, const cJSON *object, const char *const *known,
                        const char *at);
static bool read_instruction(struct body_reader *reader, const cJSON *instruction);
static bool read_contents(struct body_reader *reader, const cJSON *contents);
static bool read_parts(struct body_reader *reader, const cJSON *parts, const char *where,
                       bool user);
static bool read_config(struct body_reader *reader, const cJSON *config);

const struct request_form request_form_gemini = {
    .name = "gemini", .marker = "\"data\":\"", .read = read_gemini};

static const char *const known_members[] = {"contents",
                                            "systemInstruction",
                                            "generationConfig",
                                            "safetySettings",
                                            "tools",
                                            "toolConfig",
                                            "cachedContent",
                                            "model",
                                            "labels",
                                            NULL};

static const char *const known_settings[] = {"temperature",
                                             "topP",
                                             "topK",
                                             "candidateCount",
                                             "maxOutputTokens",
                                             "stopSequences",
                                             "seed",
                                             "presencePenalty",
                                             "frequencyPenalty",
                                             "responseSchema",
                                             "responseMimeType",
                                             "responseJsonSchema",
                                             "thinkingConfig",
                                             "mediaResolution",
                                             "responseModalities",
                                             "responseLogprobs",
                                             "logprobs",
                                             NULL};

static bool read_gemini(struct body_reader *reader, const cJSON *body)
{
    const char *model = reader->model != NULL ? reader->model : "";
    if (*model == '\0' || !body_wants(reader, model))
        return body_no_model(reader, model);
    reader->request->caches = true;
    return check_known(reader, body, known_members, "") && body_model(reader, model) &&
           read_instruction(reader, json_member(body, "systemInstruction")) &&
           read_contents(reader, json_member(body, "contents")) &&
           read_config(reader, json_member(body, "generationConfig"));
}

static bool check_known(struct body_reader *reader, const cJSON *object, const char *const *known,
                        const char *at)
{
    const cJSON *member;
    if (!reader->rules->strict)
        return true;
    cJSON_ArrayForEach(member, object)
    {
        const char *const *name = known;
        while (*name != NULL && strcmp(*name, member->string) != 0)
            name++;
        if (*name == NULL)
            return request_refuse(reader->fault, 400, NULL, NULL,
                                  "Invalid JSON payload received. Unknown name \"%.60s\"%s: Cannot "
                                  "find field.",
                                  member->string, at);
    }
    return true;
}

static bool read_instruction(struct body_reader *reader, const cJSON *instruction)
{
    buffer_append_text(&reader->beginning, "\nsystem\n");
    return instruction == NULL || read_parts(reader, json_member(instruction, "parts"),
                                             "GenerateContentRequest.systemInstruction", false);
}

static bool read_contents(struct body_reader *reader, const cJSON *contents)
{
    const cJSON *content;
    int index = 0;
    if (!cJSON_IsArray(contents) || contents->child == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "* GenerateContentRequest.contents: contents is not specified");
    cJSON_ArrayForEach(content, contents)
    {
        char where[60];
        snprintf(where, sizeof where, "GenerateContentRequest.contents[%d]", index++);
        const char *role = json_text(content, "role");
        bool user = role == NULL || strcmp(role, "user") == 0;
        if (!user && strcmp(role, "model") != 0)
            return request_refuse(reader->fault, 400, NULL, NULL,
                                  "Please use a valid role: user, model.");
        if (user)
            buffer_empty(&reader->request->prompt);
        buffer_append_format(&reader->beginning, "\n%s\n", user ? "user" : "model");
        if (!read_parts(reader, json_member(content, "parts"), where, user))
            return false;
    }
    return true;
}

static bool read_image(struct body_reader *reader, const cJSON *blob)
{
    const char *type = json_text(blob, "mimeType"), *data = json_text(blob, "data");
    if (type == NULL || strcmp(type, "image/jpeg") != 0)
        return request_refuse(reader->fault, 400, NULL, NULL, "Unsupported MIME type: %.40s",
                              type != NULL ? type : "");
    if (data == NULL || *data == '\0')
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "* GenerateContentRequest.contents.parts.inlineData.data: required "
                              "field data must have one initialized field");
    if (!body_image(reader, data, false))
        return false;
    return reader->request->picture.message[0] == '\0' ||
           request_refuse(reader->fault, 400, NULL, NULL, "Unable to process input image. %s",
                          reader->request->picture.message);
}

static bool read_parts(struct body_reader *reader, const cJSON *parts, const char *where, bool user)
{
    static const char *const known[] = {"text", "inlineData", "mediaResolution", "thought", NULL};
    const cJSON *part;
    if (!cJSON_IsArray(parts) || parts->child == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "* %s.parts: contents.parts must "
                              "not be empty.",
                              where);
    cJSON_ArrayForEach(part, parts)
    {
        const char *text = json_text(part, "text");
        const cJSON *blob = json_member(part, "inlineData");
        if (!check_known(reader, part, known, " at 'contents[0].parts[0]'"))
            return false;
        if ((text == NULL) == (blob == NULL) || (blob != NULL && !user))
            return request_refuse(reader->fault, 400, NULL, NULL,
                                  "* %s.parts[0].data: required oneof field 'data' must have one "
                                  "initialized field",
                                  where);
        if (text != NULL)
            body_text(reader, text, user);
        else if (!read_image(reader, blob))
            return false;
    }
    return true;
}

static bool check_number(struct body_reader *reader, const cJSON *config, const char *name,
                         double low, double end, bool whole)
{
    const cJSON *number = json_member(config, name);
    if (number == NULL || cJSON_IsNull(number))
        return true;
    if (!cJSON_IsNumber(number) || (whole && floor(number->valuedouble) != number->valuedouble))
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "Invalid value at 'generation_config.%s' (TYPE_%s)", name,
                              whole ? "INT32" : "FLOAT");
    return (number->valuedouble >= low && number->valuedouble < end) ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "Unable to submit request because it has a %s value of %g but the "
                          "supported range is from %.10g (inclusive) to %.10g (exclusive). Update "
                          "the value and try again.",
                          name, number->valuedouble, low, end);
}

static bool read_form(struct body_reader *reader, const cJSON *config)
{
    const char *type = json_text(config, "responseMimeType");
    const cJSON *schema = json_member(config, "responseJsonSchema");
    bool json = type != NULL && strcmp(type, "application/json") == 0;
    if (type != NULL && !json && strcmp(type, "text/plain") != 0)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "* GenerateContentRequest.generation_config.response_mime_type: "
                              "allowed mimetypes are `text/plain`, `application/json`.");
    if (schema != NULL && !json)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "* GenerateContentRequest.generation_config.response_json_schema: "
                              "only allowed when response_mime_type is `application/json`.");
    if (json && reader->rules->structured == STRUCTURED_MODE_NONE)
        return request_refuse(reader->fault, 400, NULL, NULL, "JSON mode is not enabled for %s",
                              reader->request->model);
    if (schema != NULL && reader->rules->structured != STRUCTURED_MODE_SCHEMA)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "Invalid JSON payload received. Unknown name \"responseJsonSchema\" "
                              "at 'generation_config': Cannot find field.");
    reader->request->format = json;
    return schema == NULL || cJSON_IsObject(schema) ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "Invalid value at 'generation_config.response_json_schema'");
}

// A budget in tokens (Gemini 2.5) or a level (3), not both.
static bool check_thinking(struct body_reader *reader, const cJSON *thinking)
{
    static const char *const known[] = {"thinkingBudget", "thinkingLevel", "includeThoughts", NULL};
    if (!check_known(reader, thinking, known, " at 'generation_config.thinking_config'"))
        return false;
    return json_member(thinking, "thinkingBudget") == NULL ||
           json_member(thinking, "thinkingLevel") == NULL ||
           request_refuse(reader->fault, 400, NULL, NULL,
                          "You can only set only one of thinking budget and thinking level.");
}

static bool read_config(struct body_reader *reader, const cJSON *config)
{
    struct chat_request *request = reader->request;
    const cJSON *temperature = json_member(config, "temperature");
    const cJSON *cap = json_member(config, "maxOutputTokens");
    if (!check_known(reader, config, known_settings, " at 'generation_config'") ||
        !check_number(reader, config, "temperature", 0, 2.0001, false) ||
        !check_number(reader, config, "topP", 0, 1.0001, false) ||
        !check_number(reader, config, "candidateCount", 1, 2, true) ||
        !check_number(reader, config, "maxOutputTokens", 1, MOST_TOKENS, true) ||
        !check_thinking(reader, json_member(config, "thinkingConfig")) ||
        !read_form(reader, config))
        return false;
    request->temperature = cJSON_IsNumber(temperature) ? temperature->valuedouble : -1;
    if (cJSON_IsNumber(cap)) {
        request->max_tokens = (long long)cap->valuedouble;
        request->has_max_tokens = true;
        request->capped = true;
    }
    return body_stops(reader, json_member(config, "stopSequences"));
}
