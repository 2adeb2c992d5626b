#include "parameters.h"

#include "json.h"

#include <math.h>
#include <string.h>

enum { MAX_TOKENS = 131072, MAX_SCHEMA_DEPTH = 10 };

static const char *const known[] = {"model",
                                    "messages",
                                    "max_tokens",
                                    "max_completion_tokens",
                                    "temperature",
                                    "top_p",
                                    "n",
                                    "stream",
                                    "stream_options",
                                    "stop",
                                    "presence_penalty",
                                    "frequency_penalty",
                                    "logit_bias",
                                    "logprobs",
                                    "top_logprobs",
                                    "user",
                                    "seed",
                                    "response_format",
                                    "tools",
                                    "tool_choice",
                                    "parallel_tool_calls",
                                    "reasoning_effort",
                                    "metadata",
                                    "store",
                                    "service_tier",
                                    "verbosity",
                                    "prompt_cache_key",
                                    "safety_identifier",
                                    "modalities"};

static bool check_known(const cJSON *body, struct request_fault *fault);
static bool check_types(const cJSON *body, struct request_fault *fault);
static bool check_format(const struct request_rules *rules, const cJSON *body, const cJSON *format,
                         struct chat_request *request, struct request_fault *fault);
static const char *schema_problem(const cJSON *schema, int depth);

bool parameters_read(const struct request_rules *rules, const cJSON *body,
                     struct chat_request *request, struct request_fault *fault)
{
    if (rules->strict && (!check_known(body, fault) || !check_types(body, fault)))
        return false;
    const cJSON *temperature = json_member(body, "temperature");
    request->temperature = cJSON_IsNumber(temperature) ? temperature->valuedouble : -1;
    request->stream = cJSON_IsTrue(json_member(body, "stream"));
    const cJSON *options = json_member(body, "stream_options");
    request->stream_usage = cJSON_IsTrue(json_member(options, "include_usage"));
    const cJSON *cap = json_member(body, "max_tokens");
    request->has_max_tokens = cJSON_IsNumber(cap);
    if (!cJSON_IsNumber(cap))
        cap = json_member(body, "max_completion_tokens");
    request->capped = cJSON_IsNumber(cap);
    if (cJSON_IsNumber(cap) && cap->valuedouble >= 1 && cap->valuedouble <= MAX_TOKENS)
        request->max_tokens = (long long)cap->valuedouble;
    const cJSON *format = json_member(body, "response_format");
    return format == NULL || cJSON_IsNull(format) ||
           check_format(rules, body, format, request, fault);
}

static bool check_known(const cJSON *body, struct request_fault *fault)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, body)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found = found || strcmp(member->string, known[i]) == 0;
        if (!found)
            return request_refuse(fault, 400, "unknown_parameter", member->string,
                                  "Unrecognized request argument supplied: %.80s", member->string);
    }
    return true;
}

static bool check_range(const cJSON *body, const char *name, double low, double high, bool whole,
                        struct request_fault *fault)
{
    const cJSON *member = json_member(body, name);
    if (member == NULL || cJSON_IsNull(member))
        return true;
    if (!cJSON_IsNumber(member) || (whole && floor(member->valuedouble) != member->valuedouble))
        return request_refuse(fault, 400, "invalid_type", name,
                              "Invalid type for '%s': expected %s.", name,
                              whole ? "an integer" : "a decimal number");
    if (member->valuedouble < low || member->valuedouble > high)
        return request_refuse(fault, 400, "invalid_value", name,
                              "Invalid value for '%s': %g is not between %g and %g.", name,
                              member->valuedouble, low, high);
    return true;
}

static bool check_types(const cJSON *body, struct request_fault *fault)
{
    const cJSON *stream = json_member(body, "stream");
    if (stream != NULL && !cJSON_IsBool(stream) && !cJSON_IsNull(stream))
        return request_refuse(fault, 400, "invalid_type", "stream",
                              "Invalid type for 'stream': expected a boolean.");
    if (cJSON_IsObject(json_member(body, "stream_options")) && !cJSON_IsTrue(stream))
        return request_refuse(fault, 400, NULL, "stream_options",
                              "The 'stream_options' parameter is only allowed when 'stream' is "
                              "enabled.");
    if (cJSON_IsNumber(json_member(body, "max_tokens")) &&
        cJSON_IsNumber(json_member(body, "max_completion_tokens")))
        return request_refuse(fault, 400, "invalid_parameter_combination", "max_tokens",
                              "Setting 'max_tokens' and 'max_completion_tokens' at the same time "
                              "is not supported.");
    return check_range(body, "max_tokens", 1, MAX_TOKENS, true, fault) &&
           check_range(body, "max_completion_tokens", 1, MAX_TOKENS, true, fault) &&
           check_range(body, "temperature", 0, 2, false, fault) &&
           check_range(body, "top_p", 0, 1, false, fault) &&
           check_range(body, "presence_penalty", -2, 2, false, fault) &&
           check_range(body, "frequency_penalty", -2, 2, false, fault) &&
           check_range(body, "n", 1, 1, true, fault) &&
           check_range(body, "seed", -9007199254740992.0, 9007199254740992.0, true, fault);
}

static bool refuse_format(struct request_fault *fault, const char *type)
{
    return request_refuse(fault, 400, NULL, "response_format",
                          "'response_format' of type '%.30s' is not supported with this model.",
                          type);
}

static bool check_json_schema(const struct request_rules *rules, const cJSON *format,
                              struct request_fault *fault)
{
    const cJSON *holder = json_member(format, "json_schema"), *schema;
    const char *name = json_text(holder, "name");
    size_t length = name != NULL ? strlen(name) : 0;
    if (length == 0 || length > 64 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != length)
        return request_refuse(fault, 400, NULL, "response_format.json_schema.name",
                              "Invalid 'response_format.json_schema.name': expected 1 to 64 "
                              "letters, digits, '_' or '-'.");
    schema = json_member(holder, "schema");
    if (!cJSON_IsObject(schema))
        return request_refuse(fault, 400, NULL, "response_format.json_schema.schema",
                              "Missing required parameter: "
                              "'response_format.json_schema.schema'.");
    const char *bad = rules->strict && cJSON_IsTrue(json_member(holder, "strict"))
                          ? parameters_bad_schema(schema)
                          : NULL;
    return bad == NULL || request_refuse(fault, 400, "invalid_json_schema", "response_format",
                                         "Invalid schema for response_format: %s", bad);
}

// Whether a text of the messages says it; without, models are known to write blanks for ever.
static bool says_json(const cJSON *value)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, value)
    {
        const char *name = member->string != NULL ? member->string : "";
        bool text =
            cJSON_IsString(member) && (strcmp(name, "content") == 0 || strcmp(name, "text") == 0);
        if (text ? strcasestr(member->valuestring, "json") != NULL : says_json(member))
            return true;
    }
    return false;
}

static bool check_format(const struct request_rules *rules, const cJSON *body, const cJSON *format,
                         struct chat_request *request, struct request_fault *fault)
{
    const char *type = json_text(format, "type");
    bool schema = type != NULL && strcmp(type, "json_schema") == 0;
    bool object = type != NULL && strcmp(type, "json_object") == 0;
    if (type != NULL && strcmp(type, "text") == 0)
        return true;
    if (!schema && !object)
        return request_refuse(fault, 400, NULL, "response_format.type",
                              "Invalid value for 'response_format.type': '%.30s'. Supported "
                              "values are: 'json_object', 'json_schema', and 'text'.",
                              type != NULL ? type : "null");
    if (rules->structured == STRUCTURED_MODE_NONE ||
        (schema && rules->structured == STRUCTURED_MODE_OBJECT))
        return refuse_format(fault, type);
    if (object && rules->strict && !says_json(json_member(body, "messages")))
        return request_refuse(fault, 400, NULL, "messages",
                              "'messages' must contain the word 'json' in some form, to use "
                              "'response_format' of type 'json_object'.");
    request->format = true;
    return object || check_json_schema(rules, format, fault);
}

const char *parameters_bad_schema(const cJSON *schema)
{
    return schema_problem(schema, 0);
}

static bool is_named(const cJSON *list, const char *text)
{
    const cJSON *name;
    cJSON_ArrayForEach(name, list)
    {
        if (cJSON_IsString(name) && strcmp(name->valuestring, text) == 0)
            return true;
    }
    return false;
}

// The subset that strict mode takes: every object closed, with all of its keys required.
static const char *schema_problem(const cJSON *schema, int depth)
{
    if (depth > MAX_SCHEMA_DEPTH)
        return "it is nested more than 10 levels deep.";
    const char *type = json_text(schema, "type"), *problem = NULL;
    if (!cJSON_IsObject(schema) || json_member(schema, "type") == NULL)
        return "schema must have a 'type' key.";
    if (type != NULL && strcmp(type, "array") == 0)
        return schema_problem(json_member(schema, "items"), depth + 1);
    if (type == NULL || strcmp(type, "object") != 0)
        return NULL;
    if (!cJSON_IsFalse(json_member(schema, "additionalProperties")))
        return "'additionalProperties' is required to be supplied and to be false.";
    const cJSON *property, *required = json_member(schema, "required");
    cJSON_ArrayForEach(property, json_member(schema, "properties"))
    {
        if (!is_named(required, property->string))
            return "'required' is required to be supplied and to be an array including every key "
                   "in properties.";
        if ((problem = schema_problem(property, depth + 1)) != NULL)
            return problem;
    }
    return NULL;
}
