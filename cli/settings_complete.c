// What is done to settings once all layers are read.
#include "settings.h"

#include "file.h"
#include "json.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static bool read_at_file(struct settings *settings, enum option_id id, struct error *why);
static bool check_object(const struct settings *settings, enum option_id id, struct error *why);
static bool check_together(const struct settings *settings, struct error *why);

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
