#include "provider.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

static const struct provider *const providers[] = {&provider_openai, &provider_anthropic,
                                                   &provider_gemini};

const struct provider *provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strcmp(providers[i]->name, name) == 0)
            return providers[i];
    return NULL;
}

bool provider_sends_prefix(const struct endpoint_lessons *lessons, const struct ask *ask)
{
    return lessons->prefix && ask->prefix != NULL && *ask->prefix != '\0';
}

// Whether there is a member of that name: "a", or "a.b" for one inside another.
static bool holds(const cJSON *object, const char *name)
{
    const char *point = strchr(name, '.');
    if (point == NULL)
        return json_member(object, name) != NULL;
    char outer[40];
    snprintf(outer, sizeof outer, "%.*s", (int)(point - name), name);
    return json_member(json_member(object, outer), point + 1) != NULL;
}

bool provider_check_extra_body(const struct provider *provider, const char *json, struct error *why)
{
    struct error cause = {0};
    cJSON *object = json_parse(json, strlen(json), &cause);
    if (object == NULL)
        return error_set(why, ERR_SETTINGS, "--extra-body is %s", cause.message);
    bool done = true;
    if (!cJSON_IsObject(object))
        done = error_set(why, ERR_SETTINGS,
                         "--extra-body must be a JSON object such as {\"top_p\": 0.9}");
    for (const struct provider_reserved *at = provider->reserved; done && at->name != NULL; at++)
        if (holds(object, at->name))
            done = error_set(why, ERR_SETTINGS, "--extra-body must not set '%s': %s", at->name,
                             at->instead);
    cJSON_Delete(object);
    return done;
}
