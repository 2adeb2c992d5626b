#include "provider.h"

#include "json.h"

#include <string.h>

static const struct provider *const providers[] = {&provider_openai};

const struct provider *provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strcmp(providers[i]->name, name) == 0)
            return providers[i];
    return NULL;
}

bool provider_check_extra_body(const char *json, struct error *why)
{
    struct error cause = {0};
    cJSON *object = json_parse(json, strlen(json), &cause);
    if (object == NULL)
        return error_set(why, ERR_SETTINGS, "--extra-body is %s", cause.message);
    bool done = true;
    if (!cJSON_IsObject(object))
        done = error_set(why, ERR_SETTINGS,
                         "--extra-body must be a JSON object such as {\"top_p\": 0.9}");
    static const struct {
        const char *name, *instead;
    } reserved[] = {
        {"model", "use --model"},
        {"messages", "use --system-prompt, or the topics in the settings file"},
        {"stream", "replies are read whole"},
        {"n", "use --repeat"},
    };
    for (size_t i = 0; done && i < sizeof reserved / sizeof *reserved; i++)
        if (json_member(object, reserved[i].name) != NULL)
            done = error_set(why, ERR_SETTINGS, "--extra-body must not set '%s': %s",
                             reserved[i].name, reserved[i].instead);
    cJSON_Delete(object);
    return done;
}
