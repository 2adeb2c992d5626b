#include "option.h"

#include "nearest.h"
#include "option_list.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

// Every option stands once in one of these, in the order of enum option_id.
static const struct option_list *const lists[] = {
    &option_list_output,   &option_list_endpoint, &option_list_question,
    &option_list_pace,     &option_list_image,    &option_list_show,
    &option_list_simulate, &option_list_tune,     &option_list_general,
};

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_OUTPUT] = "Input and output",
    [GROUP_ENDPOINT] = "Endpoint and key",
    [GROUP_QUESTIONS] = "Questions",
    [GROUP_MODEL] = "What the model is sent",
    [GROUP_PACE] = "Pace and patience",
    [GROUP_COST] = "Cost",
    [GROUP_IMAGES] = "Images",
    [GROUP_SCREENING] = "Screening of images",
    [GROUP_SERVER] = "Server",
    [GROUP_BEHAVIOUR] = "Behaviour",
    [GROUP_GENERAL] = "Settings and messages",
};

const struct option_entry *option_at(enum option_id id)
{
    const struct option_list *const *list = lists;
    size_t place = id;
    while (place >= (*list)->count)
        place -= (*list++)->count;
    return &(*list)->entries[place];
}

const char *option_group_title(enum option_group group)
{
    return group_titles[group];
}

static bool same_name(const char *name, const char *known)
{
    for (; *name != '\0' && *known != '\0'; name++, known++)
        if (*name != *known && !(*name == '_' && *known == '-'))
            return false;
    return *name == *known;
}

const struct option_entry *option_find(const char *name, unsigned command)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        if ((option->commands & command) != 0 && same_name(name, option->name))
            return option;
    }
    return NULL;
}

bool option_is_listed(const struct option_entry *option, unsigned command)
{
    return (option->commands & command) != 0 &&
           (option->flags & (OPTION_HIDDEN | OPTION_NO_ARGV)) == 0;
}

const struct option_entry *option_next(const struct option_entry *before, enum option_group group,
                                       unsigned command)
{
    for (size_t id = before != NULL ? before->id + 1 : 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        if (option->group == group && option_is_listed(option, command))
            return option;
    }
    return NULL;
}

bool option_is_file_key(const struct option_entry *option)
{
    return (option->commands & FOR_GENERATE) != 0 && (option->flags & OPTION_NO_FILE) == 0;
}

char *option_variable(const struct option_entry *option, char *out)
{
    out[0] = '\0';
    if ((option->flags & OPTION_NO_VARIABLE) != 0)
        return out;
    snprintf(out, OPTION_VARIABLE_BYTES, "VQAGEN_%s%s",
             (option->commands & FOR_SIMULATE) == 0 || (option->commands & FOR_GENERATE) != 0
                 ? ""
                 : "SIMULATOR_",
             option->name);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return out;
}

const char *option_nearest(const char *name, unsigned command)
{
    struct nearest nearest = {.name = name};
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        if (option_is_listed(option, command))
            nearest_offer(&nearest, option->name);
    }
    return nearest.best;
}
