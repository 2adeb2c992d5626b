#include "settings.h"

#include "file.h"
#include "json.h"
#include "log.h"
#include "nearest.h"
#include "secret.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool keep(struct setting *setting, const struct value *value, const char *text,
                 enum setting_source source, const char *from, struct error *why);
static bool is_own_variable(const struct settings *settings, const char *name, size_t length);
static bool read_at_file(struct settings *settings, enum option_id id, struct error *why);
static bool check_object(const struct settings *settings, enum option_id id, struct error *why);
static bool check_together(const struct settings *settings, struct error *why);

void settings_init(struct settings *settings, unsigned command)
{
    *settings = (struct settings){.command = command};
}

void settings_drop(struct settings *settings, enum option_id id)
{
    struct setting *setting = &settings->list[id];
    free(setting->text);
    free(setting->from);
    *setting = (struct setting){0};
}

void settings_clear(struct settings *settings)
{
    for (size_t id = 0; id < OPTION_COUNT; id++)
        settings_drop(settings, (enum option_id)id);
    for (size_t i = 0; i < settings->own_topic_count; i++) {
        const struct topic_definition *own = &settings->own_topics[i];
        const char *const texts[] = {own->name, own->intent, own->answer_type, own->constraints,
                                     own->example};
        for (size_t field = 0; field < sizeof texts / sizeof texts[0]; field++)
            free((void *)(uintptr_t)texts[field]);
    }
    free(settings->own_topics);
    for (size_t i = 0; i < settings->capability_count; i++)
        for (size_t key = 0; key < CAPABILITY_KEYS; key++)
            free((void *)(uintptr_t)*capability_at(&settings->capabilities[i], key));
    free(settings->capabilities);
    for (size_t i = 0; i < settings->operand_count; i++)
        free(settings->operands[i]);
    free(settings->operands);
    *settings = (struct settings){0};
}

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

bool settings_offer(struct settings *settings, enum option_id id, const char *text,
                    enum setting_source source, const char *from, struct error *why)
{
    const struct option_entry *option = option_at(id);
    struct setting *setting = &settings->list[id];
    struct value value;
    if ((option->flags & OPTION_SECRET) != 0)
        secret_register(text);
    if (id == OPTION_PROXY)
        secret_register_url(text);
    if (!value_parse(option, text, &value, why))
        return false;
    if (source < setting->source)
        return true;
    bool adds = option->type == TYPE_LIST || option->type == TYPE_ENDPOINTS;
    if (!adds || source != setting->source)
        return keep(setting, &value, text, source, from, why);
    size_t room = strlen(setting->text) + strlen(text) + 2;
    char *joined = malloc(room);
    if (joined == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a setting");
    snprintf(joined, room, "%s%c%s", setting->text, option->type == TYPE_LIST ? ',' : '\n', text);
    bool good = keep(setting, &value, joined, source, from, why);
    free(joined);
    return good;
}

static bool keep(struct setting *setting, const struct value *value, const char *text,
                 enum setting_source source, const char *from, struct error *why)
{
    char *text_kept = text_copy(text), *from_kept = text_copy(from);
    if (text_kept == NULL || from_kept == NULL) {
        free(text_kept);
        free(from_kept);
        return error_set(why, ERR_MEMORY, "no memory for a setting");
    }
    free(setting->text);
    free(setting->from);
    *setting = (struct setting){text_kept, from_kept, source, *value};
    return true;
}

const char *settings_variable(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

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

bool settings_complete(struct settings *settings, struct error *why)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const struct option_entry *option = option_at(id);
        if (settings->list[id].text == NULL)
            continue;
        if ((option->type == TYPE_PROSE || option->type == TYPE_JSON) &&
            !read_at_file(settings, id, why))
            return error_note(why, "%s (%s)", option->name, settings->list[id].from);
        if (option->type == TYPE_JSON && !check_object(settings, id, why))
            return error_note(why, "%s (%s)", option->name, settings->list[id].from);
    }
    return check_together(settings, why);
}

static enum error_kind kind_of(const struct setting *setting)
{
    return setting->source == FROM_ARGUMENTS ? ERR_USAGE : ERR_SETTINGS;
}

static bool read_at_file(struct settings *settings, enum option_id id, struct error *why)
{
    struct setting *setting = &settings->list[id];
    if (setting->text[0] != '@')
        return true;
    if (setting->text[1] == '@') {
        memmove(setting->text, setting->text + 1, strlen(setting->text));
        return true;
    }
    struct buffer text;
    buffer_init(&text, 1024 * 1024);
    if (!file_read(setting->text + 1, &text, why)) {
        buffer_clear(&text);
        why->kind = kind_of(setting);
        return false;
    }
    if (!text_valid_utf8(buffer_text(&text), text.length) ||
        strlen(buffer_text(&text)) != text.length) {
        buffer_clear(&text);
        return error_set(why, kind_of(setting), "%s is not UTF-8 text", setting->text + 1);
    }
    char *content = buffer_take(&text);
    if (content == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a setting");
    // The line break that editors leave at the end is none of the prompt.
    for (size_t end = strlen(content); end > 0 && strchr("\r\n", content[end - 1]) != NULL; end--)
        content[end - 1] = '\0';
    free(setting->text);
    setting->text = content;
    return true;
}

static bool check_object(const struct settings *settings, enum option_id id, struct error *why)
{
    const struct setting *setting = &settings->list[id];
    struct error parse = {0};
    cJSON *json = json_parse(setting->text, strlen(setting->text), &parse);
    bool object = cJSON_IsObject(json);
    cJSON_Delete(json);
    if (object)
        return true;
    const char *example = option_at(id)->example;
    if (json == NULL)
        return error_set(why, kind_of(setting), "%s; give a JSON object, for example %s",
                         parse.message, example);
    return error_set(why, kind_of(setting), "JSON, but not an object with members, for example %s",
                     example);
}

static bool check_together(const struct settings *settings, struct error *why)
{
    if (settings_switch(settings, OPTION_QUIET) && settings_switch(settings, OPTION_VERBOSE))
        return error_set(why, ERR_USAGE, "--quiet and --verbose contradict each other");
    if ((settings->command & (FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE | FOR_TUNE)) == 0)
        return true;
    uint64_t quality = settings_number(settings, OPTION_QUALITY);
    uint64_t lowest = settings_number(settings, OPTION_MIN_QUALITY);
    if (lowest > quality)
        return error_set(why, ERR_USAGE,
                         "--min-quality %d is above --quality %d: it is where quality ends when an "
                         "image must get smaller",
                         (int)lowest, (int)quality);
    return true;
}

const char *settings_text(const struct settings *settings, enum option_id id)
{
    return settings->list[id].text;
}

bool settings_switch(const struct settings *settings, enum option_id id)
{
    return settings->list[id].value.yes;
}

uint64_t settings_number(const struct settings *settings, enum option_id id)
{
    return settings->list[id].value.number;
}

double settings_real(const struct settings *settings, enum option_id id)
{
    return settings->list[id].value.real;
}
