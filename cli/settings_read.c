// The layers of settings, one after the other: command line over environment over file over
// defaults.
#include "settings.h"

bool settings_read(struct settings *settings, int count, char **arguments, char *const *environment,
                   struct error *why)
{
    if (!settings_read_arguments(settings, count, arguments, why))
        return false;
    if (settings_switch(settings, OPTION_HELP))
        return true;
    // The built-in model's own process must not be changed by variables meant for others.
    bool child = settings_text(settings, OPTION_PARENT_FD) != NULL;
    if (!child && !settings_read_environment(settings, environment, why))
        return false;
    const char *file = settings_text(settings, OPTION_SETTINGS);
    if (file != NULL && !settings_read_file(settings, file, why))
        return false;
    return settings_read_defaults(settings, why) && settings_complete(settings, why);
}

bool settings_read_defaults(struct settings *settings, struct error *why)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const struct option_entry *option = option_at(id);
        if ((option->commands & settings->command) != 0 && option->initial != NULL &&
            !settings_offer(settings, id, option->initial, FROM_DEFAULT, "default", why))
            return error_note(why, "the default of --%s", option->name);
    }
    return true;
}
