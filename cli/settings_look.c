#include "settings_look.h"

#include "capability.h"
#include "nearest.h"
#include "text.h"
#include "value.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define CAPABILITY_NAME(name, words) #name,
static const struct look_list lists[LOOK_LISTS] = {
    [LOOK_OWN_TOPICS] = {.key = "own_topics",
                         .what = "topic",
                         .a_what = "a topic",
                         .shape = "takes a list of topics, each with name and intent, as in - "
                                  "{name: material, intent: ask what something is made of}",
                         .keys = {"name", "intent", "answer_type", "constraints", "example"},
                         .needs = {"name", "intent"},
                         .lacking = {"a name", "an intent: what its questions shall ask for"}},
    [LOOK_CAPABILITIES] = {.key = "capabilities",
                           .what = "capability",
                           .a_what = "a capability",
                           .shape = "takes a list of what models take, as in - {model: \"qwen*\", "
                                    "temperature: no}",
                           .keys = {"model", "endpoint", CAPABILITY_PROPERTIES(CAPABILITY_NAME)}},
};
#undef CAPABILITY_NAME

const struct look_list *look_list_at(enum look_list_id id)
{
    return &lists[id];
}

// libyaml's parser and its current event.
struct reading {
    const char *path;
    struct look *look;
    struct error *why;
    yaml_parser_t parser;
    yaml_event_t event;
};

static bool look_at_stream(struct reading *reading);

bool settings_look(struct look *look, const char *path, const struct buffer *text,
                   struct error *why)
{
    struct reading reading = {.path = path, .look = look, .why = why};
    *look = (struct look){0};
    buffer_init(&look->endpoints, 64 << 10);
    if (!yaml_parser_initialize(&reading.parser))
        return error_set(why, ERR_MEMORY, "no memory for %s", path);
    yaml_parser_set_input_string(&reading.parser, (const unsigned char *)buffer_text(text),
                                 text->length);
    bool good = look_at_stream(&reading);
    yaml_event_delete(&reading.event);
    yaml_parser_delete(&reading.parser);
    return good;
}

void settings_look_clear(struct look *look)
{
    buffer_clear(&look->endpoints);
}

static bool next_event(struct reading *reading)
{
    yaml_event_delete(&reading->event);
    if (yaml_parser_parse(&reading->parser, &reading->event)) {
        const char *what = NULL;
        if (reading->event.type == YAML_ALIAS_EVENT)
            what = "an alias (*name)";
        else if (reading->event.type == YAML_SCALAR_EVENT &&
                 reading->event.data.scalar.anchor != NULL)
            what = "an anchor (&name)";
        else if (reading->event.type == YAML_SEQUENCE_START_EVENT &&
                 reading->event.data.sequence_start.anchor != NULL)
            what = "an anchor (&name)";
        else if (reading->event.type == YAML_MAPPING_START_EVENT &&
                 reading->event.data.mapping_start.anchor != NULL)
            what = "an anchor (&name)";
        if (what == NULL)
            return true;
        return error_set(
            reading->why, ERR_SETTINGS,
            "%s line %zu: %s is not taken here: write the value out, in quotes when it "
            "begins with that sign",
            reading->path, reading->event.start_mark.line + 1, what);
    }
    memset(&reading->event, 0, sizeof reading->event);
    const char *problem =
        reading->parser.problem != NULL ? reading->parser.problem : "out of memory";
    // The reader's faults (foreign encodings) have no mark, only an offset.
    if (reading->parser.error == YAML_READER_ERROR)
        return error_set(reading->why, ERR_SETTINGS, "%s is not UTF-8 text: %s at byte %zu",
                         reading->path, problem, reading->parser.problem_offset);
    return error_set(reading->why, ERR_SETTINGS, "%s line %zu is not YAML: %s", reading->path,
                     reading->parser.problem_mark.line + 1, problem);
}

static size_t line_of(const struct reading *reading)
{
    return reading->event.start_mark.line + 1;
}

static const char *scalar_of(const struct reading *reading)
{
    return (const char *)reading->event.data.scalar.value;
}

static bool is_secret_name(const char *key)
{
    char folded[LOOK_KEY_BYTES];
    size_t length = 0;
    for (; *key != '\0' && length + 1 < sizeof folded; key++)
        if (*key != '-' && *key != '_' && *key != ' ')
            folded[length++] = (char)(*key | 0x20);
    folded[length] = '\0';
    return strcmp(folded, "key") == 0 || text_ends(folded, "apikey") ||
           text_ends(folded, "token") || text_ends(folded, "secret") ||
           text_ends(folded, "password") || text_ends(folded, "authorization");
}

static bool refuse_key(const struct reading *reading, const char *key)
{
    struct nearest nearest = {.name = key};
    for (size_t i = 0; i < LOOK_LISTS; i++)
        nearest_offer(&nearest, lists[i].key);
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (option_is_file_key(option_at((enum option_id)id)))
            nearest_offer(&nearest, option_at((enum option_id)id)->name);
    int shown = (int)text_cut(key, LOOK_KEY_BYTES);
    if (is_secret_name(key))
        return error_set(
            reading->why, ERR_SETTINGS,
            "%s line %zu: %.*s: a key does not belong into a settings file, which is "
            "shared and kept with the data. Set VQAGEN_API_KEY, or name a private file "
            "with api_key_file",
            reading->path, line_of(reading), shown, key);
    const struct option_entry *option = option_find(key, FOR_GENERATE);
    if (option != NULL)
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: %s is for one command only: give it as --%s", reading->path,
                         line_of(reading), option->name, option->name);
    if (nearest.best != NULL)
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: there is no setting \"%.*s\"; did you mean %s?",
                         reading->path, line_of(reading), shown, key, nearest.best);
    return error_set(reading->why, ERR_SETTINGS,
                     "%s line %zu: there is no setting \"%.*s\"; `vqagen help generate` lists them",
                     reading->path, line_of(reading), shown, key);
}

// One text of an entry, behind what stands there already. Commas and line breaks part the texts.
static bool add_endpoint_text(struct reading *reading, const char *before)
{
    const char *text = reading->event.type == YAML_SCALAR_EVENT ? scalar_of(reading) : NULL;
    if (text == NULL || text_is_blank(text))
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: an endpoint's %s must be text",
                         reading->path, line_of(reading), *before == '=' ? "value" : "key");
    if (strpbrk(text, ",\n") != NULL && *before != '\0')
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: \"%.40s\" has a comma or a line break in it", reading->path,
                         line_of(reading), text);
    buffer_append_text(&reading->look->endpoints, before);
    buffer_append_text(&reading->look->endpoints, text);
    return true;
}

static bool look_at_endpoint(struct reading *reading)
{
    if (reading->event.type == YAML_SCALAR_EVENT) // in short, as on the command line
        return add_endpoint_text(reading, "");
    for (bool first = true;; first = false) {
        if (!next_event(reading))
            return false;
        if (reading->event.type == YAML_MAPPING_END_EVENT)
            return true;
        if (!add_endpoint_text(reading, first ? "" : ",") || !next_event(reading) ||
            !add_endpoint_text(reading, "="))
            return false;
    }
}

static bool look_at_endpoints(struct reading *reading, const struct look_found *found)
{
    const char *shape = "takes a list of endpoints, as in - {base_url: http://gpu2:8000/v1, "
                        "weight: 2}";
    bool good = next_event(reading);
    if (good && reading->event.type != YAML_SEQUENCE_START_EVENT)
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s %s", reading->path,
                         found->line, found->key, shape);
    while (good && (good = next_event(reading)) && reading->event.type != YAML_SEQUENCE_END_EVENT) {
        if (reading->event.type == YAML_SEQUENCE_START_EVENT)
            return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s %s", reading->path,
                             line_of(reading), found->key, shape);
        if (reading->look->endpoints.length > 0)
            buffer_append_char(&reading->look->endpoints, '\n');
        good = look_at_endpoint(reading);
    }
    if (good && reading->look->endpoints.length == 0)
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: %s is an empty list: take the line out", reading->path,
                         found->line, found->key);
    return good && buffer_check(&reading->look->endpoints, "the list of endpoints", reading->why);
}

// The value behind a key: one text, or a list of texts where lists are taken.
static bool look_at_value(struct reading *reading, const struct option_entry *option,
                          struct look_found *found)
{
    if (option->type == TYPE_ENDPOINTS)
        return look_at_endpoints(reading, found);
    if (!next_event(reading))
        return false;
    yaml_event_type_t type = reading->event.type;
    if (type == YAML_SCALAR_EVENT) {
        if (scalar_of(reading)[0] == '\0' || strcmp(scalar_of(reading), "~") == 0 ||
            strcmp(scalar_of(reading), "null") == 0)
            return error_set(reading->why, ERR_SETTINGS,
                             "%s line %zu: %s has no value: write one, or take the line out",
                             reading->path, found->line, found->key);
        return true;
    }
    if (type != YAML_SEQUENCE_START_EVENT || option->type != TYPE_LIST) {
        char phrase[VALUE_PHRASE_BYTES];
        const char *advice = option->type == TYPE_JSON ? ", as text in single quotes" : "";
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s takes %s%s, not a %s",
                         reading->path, found->line, found->key, value_phrase(option, phrase),
                         advice, type == YAML_SEQUENCE_START_EVENT ? "list" : "mapping");
    }
    found->is_list = true;
    for (size_t count = 0;; count++) {
        if (!next_event(reading))
            return false;
        if (reading->event.type == YAML_SEQUENCE_END_EVENT)
            return count > 0 || error_set(reading->why, ERR_SETTINGS,
                                          "%s line %zu: %s is an empty list: take the line out",
                                          reading->path, found->line, found->key);
        if (reading->event.type != YAML_SCALAR_EVENT)
            return error_set(reading->why, ERR_SETTINGS,
                             "%s line %zu: %s is a list of names; topics of your own, with name "
                             "and intent, stand under own_topics",
                             reading->path, line_of(reading), found->key);
    }
}

// "name, intent, answer_type, constraints and example".
static void list_keys(const struct look_list *list, char *out, size_t room)
{
    size_t length = 0;
    for (size_t i = 0; list->keys[i] != NULL && length < room; i++) {
        const char *before = i == 0 ? "" : list->keys[i + 1] == NULL ? " and " : ", ";
        int added = snprintf(out + length, room - length, "%s%s", before, list->keys[i]);
        length += added > 0 ? (size_t)added : 0;
    }
}

static bool refuse_entry_key(const struct reading *reading, const struct look_list *list,
                             const struct nearest *nearest)
{
    char known[300];
    list_keys(list, known, sizeof known);
    return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s has no \"%.40s\"%s%s; it has %s",
                     reading->path, line_of(reading), list->a_what, nearest->name,
                     nearest->best != NULL ? "; did you mean " : "",
                     nearest->best != NULL ? nearest->best : "", known);
}

static bool look_at_entry(struct reading *reading, const struct look_list *list)
{
    bool given[LOOK_ENTRY_KEYS] = {false};
    size_t begin = line_of(reading);
    for (;;) {
        if (!next_event(reading))
            return false;
        if (reading->event.type == YAML_MAPPING_END_EVENT)
            break;
        struct nearest nearest = {
            .name = reading->event.type == YAML_SCALAR_EVENT ? scalar_of(reading) : "?"};
        size_t key = 0;
        while (list->keys[key] != NULL && strcmp(nearest.name, list->keys[key]) != 0)
            nearest_offer(&nearest, list->keys[key++]);
        if (list->keys[key] == NULL)
            return refuse_entry_key(reading, list, &nearest);
        if (given[key])
            return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s is given twice",
                             reading->path, line_of(reading), list->keys[key]);
        given[key] = true;
        size_t line = line_of(reading);
        if (!next_event(reading))
            return false;
        if (reading->event.type != YAML_SCALAR_EVENT || text_is_blank(scalar_of(reading)))
            return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s of %s takes text",
                             reading->path, line, list->keys[key], list->a_what);
    }
    for (size_t i = 0; i < 2 && list->needs[i] != NULL; i++)
        for (size_t key = 0; list->keys[key] != NULL; key++)
            if (strcmp(list->keys[key], list->needs[i]) == 0 && !given[key])
                return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s needs %s",
                                 reading->path, begin, list->a_what, list->lacking[i]);
    return true;
}

static bool look_at_list(struct reading *reading, enum look_list_id id)
{
    const struct look_list *list = &lists[id];
    const char *key = reading->look->lists[id].key;
    if (!next_event(reading))
        return false;
    if (reading->event.type != YAML_SEQUENCE_START_EVENT)
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s %s", reading->path,
                         line_of(reading), key, list->shape);
    for (;;) {
        if (!next_event(reading))
            return false;
        if (reading->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (reading->event.type != YAML_MAPPING_START_EVENT)
            return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s %s", reading->path,
                             line_of(reading), key, list->shape);
        if (!look_at_entry(reading, list))
            return false;
    }
}

// The list of that key, with dashes or underscores; LOOK_LISTS: none.
static enum look_list_id list_named(const char *key)
{
    size_t id = 0;
    for (; id < LOOK_LISTS; id++) {
        const char *a = key, *b = lists[id].key;
        while (*a != '\0' && (*a == *b || (*a == '-' && *b == '_')))
            a++, b++;
        if (*a == '\0' && *b == '\0')
            break;
    }
    return (enum look_list_id)id;
}

static bool look_at_key(struct reading *reading)
{
    if (reading->event.type != YAML_SCALAR_EVENT)
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: a setting's name must be text",
                         reading->path, line_of(reading));
    const char *key = scalar_of(reading);
    const struct option_entry *option = option_find(key, FOR_GENERATE);
    enum look_list_id list = list_named(key);
    bool is_list = list != LOOK_LISTS;
    if (!is_list && (option == NULL || !option_is_file_key(option)))
        return refuse_key(reading, key);
    struct look_found *found =
        is_list ? &reading->look->lists[list] : &reading->look->options[option->id];
    if (found->line != 0)
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s stands in line %zu already",
                         reading->path, line_of(reading), key, found->line);
    found->line = line_of(reading);
    snprintf(found->key, sizeof found->key, "%s", key);
    return is_list ? look_at_list(reading, list) : look_at_value(reading, option, found);
}

static bool look_at_mapping(struct reading *reading)
{
    for (;;) {
        if (!next_event(reading))
            return false;
        if (reading->event.type == YAML_MAPPING_END_EVENT)
            return true;
        if (!look_at_key(reading))
            return false;
    }
}

static bool look_at_stream(struct reading *reading)
{
    bool begun = false;
    do {
        if (!next_event(reading))
            return false;
        yaml_event_type_t type = reading->event.type;
        if (type == YAML_DOCUMENT_START_EVENT && begun)
            return error_set(reading->why, ERR_SETTINGS,
                             "%s line %zu: a second document (---) begins", reading->path,
                             line_of(reading));
        begun = begun || type == YAML_DOCUMENT_START_EVENT;
        // An empty document is an empty text.
        if (type == YAML_SEQUENCE_START_EVENT ||
            (type == YAML_SCALAR_EVENT && scalar_of(reading)[0] != '\0'))
            return error_set(reading->why, ERR_SETTINGS,
                             "%s line %zu: a settings file holds lines such as \"concurrency: "
                             "16\"",
                             reading->path, line_of(reading));
        if (type == YAML_MAPPING_START_EVENT && !look_at_mapping(reading))
            return false;
    } while (reading->event.type != YAML_STREAM_END_EVENT);
    return true;
}
