#include "settings.h"

#include "secret.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool keep(struct setting *setting, const struct value *value, const char *text,
                 enum setting_source source, const char *from, struct error *why);

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
