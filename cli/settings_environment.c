// The environment's layer of settings.
#include "settings.h"

#include "log.h"
#include "nearest.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static bool is_own_variable(const struct settings *settings, const char *name, size_t length);

bool settings_read_environment(struct settings *settings, char *const *environment,
                               struct error *why)
{
    char name[OPTION_VARIABLE_BYTES], from[OPTION_VARIABLE_BYTES + 16];
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const struct option_entry *option = option_at(id);
        if ((option->commands & settings->command) == 0 || option_variable(option, name)[0] == '\0')
            continue;
        const char *text = settings_variable(environment, name);
        // An empty variable counts as not set, as is customary. An empty key is another matter: it
        // is a mistake that access.c names.
        if (text == NULL || text[0] == '\0')
            continue;
        snprintf(from, sizeof from, "environment %s", name);
        if (!settings_offer(settings, id, text, FROM_ENVIRONMENT, from, why)) {
            why->kind = why->kind == ERR_USAGE ? ERR_SETTINGS : why->kind;
            return error_note(why, "%s", name);
        }
    }
    for (; *environment != NULL; environment++) {
        size_t length = strcspn(*environment, "=");
        if (text_starts(*environment, "VQAGEN_") &&
            !is_own_variable(settings, *environment, length))
            return true;
    }
    return true;
}

// Warns of a VQAGEN_ variable that means nothing, most likely mistyped. False when it warned: one
// warning is enough.
static bool is_own_variable(const struct settings *settings, const char *name, size_t length)
{
    char given[OPTION_VARIABLE_BYTES], known[OPTION_COUNT][OPTION_VARIABLE_BYTES];
    if (length >= sizeof given)
        return true;
    snprintf(given, sizeof given, "%.*s", (int)length, name);
    bool simulators = text_starts(given, "VQAGEN_SIMULATOR_");
    if (simulators != (settings->command == FOR_SIMULATE))
        return true;
    struct nearest nearest = {.name = given};
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        option_variable(option_at((enum option_id)id), known[id]);
        if (strcmp(given, known[id]) == 0)
            return true;
        if (known[id][0] != '\0')
            nearest_offer(&nearest, known[id]);
    }
    if (nearest.best != NULL)
        log_warn("%s is not a variable of vqagen and does nothing; did you mean %s?", given,
                 nearest.best);
    else
        log_warn("%s is not a variable of vqagen and does nothing", given);
    return false;
}

const char *settings_variable(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}
