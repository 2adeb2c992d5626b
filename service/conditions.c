#include "conditions.h"

#include "excuses.h"
#include "json.h"
#include "request.h"

#include <stdio.h>
#include <string.h>

const char *conditions_broken(const struct conditions *conditions,
                              const struct chat_request *request, struct excuse_values *values)
{
    const struct {
        long long actual, limit;
        const char *kind;
    } checks[] = {
        {(long long)request->image_bytes, conditions->max_image_bytes, "image-bytes"},
        {request->image_side, conditions->max_image_side, "image-side"},
        {request->images, conditions->max_images, "image-count"},
        {request->characters, conditions->max_prompt, "context"},
        {request->max_tokens, conditions->max_output_tokens, "cap"},
    };
    values->name = request->refused;
    if (request->refused != NULL)
        return "parameter";
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].limit > 0 && checks[i].actual > checks[i].limit) {
            values->actual = checks[i].actual;
            values->limit = checks[i].limit;
            return checks[i].kind;
        }
    return NULL;
}

// What stands for OpenAI's name in the other protocols: members on the way, with '.' between.
static const struct {
    const char *name, *anthropic, *gemini;
} places[] = {
    {"temperature", NULL, "generationConfig.temperature"},
    {"top_p", NULL, "generationConfig.topP"},
    {"top_k", NULL, "generationConfig.topK"},
    {"seed", NULL, "generationConfig.seed"},
    {"max_tokens", NULL, "generationConfig.maxOutputTokens"},
    {"max_completion_tokens", "max_tokens", "generationConfig.maxOutputTokens"},
    {"response_format", "output_config.format", "generationConfig.responseMimeType"},
    {"stop", "stop_sequences", "generationConfig.stopSequences"},
    {"presence_penalty", NULL, "generationConfig.presencePenalty"},
    {"frequency_penalty", NULL, "generationConfig.frequencyPenalty"},
    {"reasoning_effort", "output_config.effort", "generationConfig.thinkingConfig"},
    {"thinking", NULL, "generationConfig.thinkingConfig"},
    {"system", NULL, "systemInstruction"},
};

static bool holds(const cJSON *body, const char *place)
{
    char name[64];
    const cJSON *at = body;
    while (*place != '\0' && at != NULL) {
        size_t length = strcspn(place, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, place);
        at = json_member(at, name);
        place += length + (place[length] == '.');
    }
    return at != NULL && !cJSON_IsNull(at) && !cJSON_IsFalse(at);
}

static bool has_system_role(const cJSON *body)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, json_member(body, "messages"))
    {
        const char *role = json_text(message, "role");
        if (role != NULL && (strcmp(role, "system") == 0 || strcmp(role, "developer") == 0))
            return true;
    }
    return false;
}

static bool has_detail(const cJSON *body)
{
    const cJSON *message, *part;
    cJSON_ArrayForEach(message, json_member(body, "messages"))
    {
        cJSON_ArrayForEach(part, json_member(message, "content"))
        {
            if (json_member(json_member(part, "image_url"), "detail") != NULL)
                return true;
        }
    }
    return false;
}

static bool is_named(const char *name, const struct request_form *form, const cJSON *body)
{
    bool openai = form == &request_form_openai;
    if (openai && strcmp(name, "system") == 0)
        return has_system_role(body);
    if (openai && strcmp(name, "detail") == 0)
        return has_detail(body);
    for (size_t i = 0; !openai && i < sizeof places / sizeof *places; i++) {
        const char *place = form == &request_form_gemini ? places[i].gemini : places[i].anthropic;
        if (strcmp(name, places[i].name) == 0 && place != NULL)
            return holds(body, place);
    }
    return holds(body, name);
}

const char *conditions_named(char *const *names, size_t count, const struct request_form *form,
                             const cJSON *body)
{
    for (size_t i = 0; i < count; i++)
        if (is_named(names[i], form, body))
            return names[i];
    return NULL;
}
