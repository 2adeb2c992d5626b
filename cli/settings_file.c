// The settings file. libcyaml loads it by a schema that is made from the option table; a look at
// the parser's events before that finds what deserves a better message than a schema's: unknown
// keys, keys given twice, keys that hold secrets, aliases. It also notes the line of each key.
#include "file.h"
#include "nearest.h"
#include "settings.h"
#include "text.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define OWN_TOPICS "own_topics"
enum { FILE_CEILING = 1024 * 1024, KEY_BYTES = 64, MAX_OWN_TOPICS = 1000 };

static const char *const topic_keys[] = {"name", "intent", "answer_type", "constraints", "example"};
enum { TOPIC_KEYS = sizeof topic_keys / sizeof topic_keys[0] };

// What the look found.
struct found {
    size_t line;         // 1-based; 0: the key is not in the file
    bool is_list;        // a sequence of texts in place of one text
    char key[KEY_BYTES]; // as written: with dashes or underscores
};

struct look {
    const char *path;
    yaml_parser_t parser;
    yaml_event_t event;
    struct found found[OPTION_COUNT];
    struct found own_topics;
    struct error *why;
};

// Where libcyaml puts the values.
struct loaded_topic {
    char *texts[TOPIC_KEYS];
};
struct loaded {
    char *texts[OPTION_COUNT];
    char **lists[OPTION_COUNT];
    unsigned list_counts[OPTION_COUNT];
    struct loaded_topic *topics;
    unsigned topic_count;
};

static bool look_over(struct look *look, const struct buffer *text);
static bool load(struct settings *settings, const struct look *look, const struct buffer *text,
                 struct error *why);

bool settings_read_file(struct settings *settings, const char *path, struct error *why)
{
    struct buffer text;
    buffer_init(&text, FILE_CEILING);
    struct look *look = calloc(1, sizeof *look);
    bool good = look != NULL || error_set(why, ERR_MEMORY, "no memory for %s", path);
    if (good && !file_read(path, &text, why)) {
        why->kind = ERR_SETTINGS;
        good = error_note(why, "the settings file");
    }
    if (good) {
        look->path = path;
        look->why = why;
        good = look_over(look, &text) && load(settings, look, &text, why);
    }
    free(look);
    buffer_clear(&text);
    return good;
}

// ---- the look over the events ----

static bool next_event(struct look *look)
{
    yaml_event_delete(&look->event);
    if (yaml_parser_parse(&look->parser, &look->event)) {
        const char *what = NULL;
        if (look->event.type == YAML_ALIAS_EVENT)
            what = "an alias (*name)";
        else if (look->event.type == YAML_SCALAR_EVENT && look->event.data.scalar.anchor != NULL)
            what = "an anchor (&name)";
        else if (look->event.type == YAML_SEQUENCE_START_EVENT &&
                 look->event.data.sequence_start.anchor != NULL)
            what = "an anchor (&name)";
        else if (look->event.type == YAML_MAPPING_START_EVENT &&
                 look->event.data.mapping_start.anchor != NULL)
            what = "an anchor (&name)";
        if (what == NULL)
            return true;
        return error_set(
            look->why, ERR_SETTINGS,
            "%s line %zu: %s is not taken here: write the value out, in quotes when it "
            "begins with that sign",
            look->path, look->event.start_mark.line + 1, what);
    }
    memset(&look->event, 0, sizeof look->event);
    const char *problem = look->parser.problem != NULL ? look->parser.problem : "out of memory";
    // The reader's faults (foreign encodings) have no mark, only an offset.
    if (look->parser.error == YAML_READER_ERROR)
        return error_set(look->why, ERR_SETTINGS, "%s is not UTF-8 text: %s at byte %zu",
                         look->path, problem, look->parser.problem_offset);
    return error_set(look->why, ERR_SETTINGS, "%s line %zu is not YAML: %s", look->path,
                     look->parser.problem_mark.line + 1, problem);
}

static size_t line_of(const struct look *look)
{
    return look->event.start_mark.line + 1;
}

static const char *scalar_of(const struct look *look)
{
    return (const char *)look->event.data.scalar.value;
}

static bool is_secret_name(const char *key)
{
    char folded[KEY_BYTES];
    size_t length = 0;
    for (; *key != '\0' && length + 1 < sizeof folded; key++)
        if (*key != '-' && *key != '_' && *key != ' ')
            folded[length++] = (char)(*key | 0x20);
    folded[length] = '\0';
    return strcmp(folded, "key") == 0 || text_ends(folded, "apikey") ||
           text_ends(folded, "token") || text_ends(folded, "secret") ||
           text_ends(folded, "password") || text_ends(folded, "authorization");
}

static bool refuse_key(const struct look *look, const char *key)
{
    struct nearest nearest = {.name = key};
    nearest_offer(&nearest, OWN_TOPICS);
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (option_is_file_key(option_at((enum option_id)id)))
            nearest_offer(&nearest, option_at((enum option_id)id)->name);
    int shown = (int)text_cut(key, KEY_BYTES);
    if (is_secret_name(key))
        return error_set(
            look->why, ERR_SETTINGS,
            "%s line %zu: %.*s: a key does not belong into a settings file, which is "
            "shared and kept with the data. Set VQAGEN_API_KEY, or name a private file "
            "with api_key_file",
            look->path, line_of(look), shown, key);
    const struct option_entry *option = option_find(key, FOR_GENERATE);
    if (option != NULL)
        return error_set(look->why, ERR_SETTINGS,
                         "%s line %zu: %s is for one command only: give it as --%s", look->path,
                         line_of(look), option->name, option->name);
    if (nearest.best != NULL)
        return error_set(look->why, ERR_SETTINGS,
                         "%s line %zu: there is no setting \"%.*s\"; did you mean %s?", look->path,
                         line_of(look), shown, key, nearest.best);
    return error_set(look->why, ERR_SETTINGS,
                     "%s line %zu: there is no setting \"%.*s\"; `vqagen help generate` lists them",
                     look->path, line_of(look), shown, key);
}

// The value behind a key: one text, or a list of texts where lists are taken.
static bool look_at_value(struct look *look, const struct option_entry *option, struct found *found)
{
    if (!next_event(look))
        return false;
    yaml_event_type_t type = look->event.type;
    if (type == YAML_SCALAR_EVENT) {
        if (scalar_of(look)[0] == '\0' || strcmp(scalar_of(look), "~") == 0 ||
            strcmp(scalar_of(look), "null") == 0)
            return error_set(look->why, ERR_SETTINGS,
                             "%s line %zu: %s has no value: write one, or take the line out",
                             look->path, found->line, found->key);
        return true;
    }
    if (type != YAML_SEQUENCE_START_EVENT || option->type != TYPE_LIST) {
        char phrase[VALUE_PHRASE_BYTES];
        const char *advice = option->type == TYPE_JSON ? ", as text in single quotes" : "";
        return error_set(look->why, ERR_SETTINGS, "%s line %zu: %s takes %s%s, not a %s",
                         look->path, found->line, found->key, value_phrase(option, phrase), advice,
                         type == YAML_SEQUENCE_START_EVENT ? "list" : "mapping");
    }
    found->is_list = true;
    for (size_t count = 0;; count++) {
        if (!next_event(look))
            return false;
        if (look->event.type == YAML_SEQUENCE_END_EVENT)
            return count > 0 || error_set(look->why, ERR_SETTINGS,
                                          "%s line %zu: %s is an empty list: take the line out",
                                          look->path, found->line, found->key);
        if (look->event.type != YAML_SCALAR_EVENT)
            return error_set(look->why, ERR_SETTINGS,
                             "%s line %zu: %s is a list of names; topics of your own, with name "
                             "and intent, stand under " OWN_TOPICS,
                             look->path, line_of(look), found->key);
    }
}

static bool look_at_topic(struct look *look)
{
    bool given[TOPIC_KEYS] = {false};
    size_t begin = line_of(look);
    for (;;) {
        if (!next_event(look))
            return false;
        if (look->event.type == YAML_MAPPING_END_EVENT)
            break;
        struct nearest nearest = {.name = look->event.type == YAML_SCALAR_EVENT ? scalar_of(look)
                                                                                : "?"};
        size_t key = 0;
        while (key < TOPIC_KEYS && strcmp(nearest.name, topic_keys[key]) != 0)
            nearest_offer(&nearest, topic_keys[key++]);
        if (key == TOPIC_KEYS)
            return error_set(look->why, ERR_SETTINGS,
                             "%s line %zu: a topic has no \"%.40s\"%s%s; it has name, intent, "
                             "answer_type, constraints and example",
                             look->path, line_of(look), nearest.name,
                             nearest.best != NULL ? "; did you mean " : "",
                             nearest.best != NULL ? nearest.best : "");
        if (given[key])
            return error_set(look->why, ERR_SETTINGS, "%s line %zu: %s is given twice", look->path,
                             line_of(look), topic_keys[key]);
        given[key] = true;
        size_t line = line_of(look);
        if (!next_event(look))
            return false;
        if (look->event.type != YAML_SCALAR_EVENT || text_is_blank(scalar_of(look)))
            return error_set(look->why, ERR_SETTINGS, "%s line %zu: %s of a topic takes text",
                             look->path, line, topic_keys[key]);
    }
    if (!given[0] || !given[1])
        return error_set(look->why, ERR_SETTINGS, "%s line %zu: a topic needs %s", look->path,
                         begin,
                         !given[0] ? "a name" : "an intent: what its questions shall ask for");
    return true;
}

static bool look_at_topics(struct look *look)
{
    const char *shape = "takes a list of topics, each with name and intent, as in - {name: "
                        "material, intent: ask what something is made of}";
    if (!next_event(look))
        return false;
    if (look->event.type != YAML_SEQUENCE_START_EVENT)
        return error_set(look->why, ERR_SETTINGS, "%s line %zu: %s %s", look->path, line_of(look),
                         look->own_topics.key, shape);
    for (;;) {
        if (!next_event(look))
            return false;
        if (look->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (look->event.type != YAML_MAPPING_START_EVENT)
            return error_set(look->why, ERR_SETTINGS, "%s line %zu: %s %s", look->path,
                             line_of(look), look->own_topics.key, shape);
        if (!look_at_topic(look))
            return false;
    }
}

static bool look_at_key(struct look *look)
{
    if (look->event.type != YAML_SCALAR_EVENT)
        return error_set(look->why, ERR_SETTINGS, "%s line %zu: a setting's name must be text",
                         look->path, line_of(look));
    const char *key = scalar_of(look);
    const struct option_entry *option = option_find(key, FOR_GENERATE);
    bool topics = strcmp(key, OWN_TOPICS) == 0 || strcmp(key, "own-topics") == 0;
    if (!topics && (option == NULL || !option_is_file_key(option)))
        return refuse_key(look, key);
    struct found *found = topics ? &look->own_topics : &look->found[option_id_of(option)];
    if (found->line != 0)
        return error_set(look->why, ERR_SETTINGS, "%s line %zu: %s stands in line %zu already",
                         look->path, line_of(look), key, found->line);
    found->line = line_of(look);
    snprintf(found->key, sizeof found->key, "%s", key);
    return topics ? look_at_topics(look) : look_at_value(look, option, found);
}

// Returns the number of mappings seen (0: an empty file), or -1.
static int look_at_document(struct look *look)
{
    int mappings = 0;
    do {
        if (!next_event(look))
            return -1;
        yaml_event_type_t type = look->event.type;
        if (type == YAML_DOCUMENT_START_EVENT && mappings++ > 0) {
            error_set(look->why, ERR_SETTINGS, "%s line %zu: a second document (---) begins",
                      look->path, line_of(look));
            return -1;
        }
        if (type == YAML_SCALAR_EVENT && scalar_of(look)[0] == '\0') {
            mappings = 0;
        } else if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT) {
            error_set(look->why, ERR_SETTINGS,
                      "%s line %zu: a settings file holds lines such as \"concurrency: 16\"",
                      look->path, line_of(look));
            return -1;
        } else if (type == YAML_MAPPING_START_EVENT) {
            for (;;) {
                if (!next_event(look))
                    return -1;
                if (look->event.type == YAML_MAPPING_END_EVENT)
                    break;
                if (!look_at_key(look))
                    return -1;
            }
        }
    } while (look->event.type != YAML_STREAM_END_EVENT);
    return mappings;
}

static bool look_over(struct look *look, const struct buffer *text)
{
    if (!yaml_parser_initialize(&look->parser))
        return error_set(look->why, ERR_MEMORY, "no memory for %s", look->path);
    yaml_parser_set_input_string(&look->parser, (const unsigned char *)buffer_text(text),
                                 text->length);
    int mappings = look_at_document(look);
    yaml_event_delete(&look->event);
    yaml_parser_delete(&look->parser);
    return mappings >= 0;
}

// ---- loading by schema ----

static const cyaml_schema_value_t text_schema = {.type = CYAML_STRING,
                                                 .flags = CYAML_FLAG_POINTER,
                                                 .data_size = sizeof(char),
                                                 .string = {.min = 0, .max = CYAML_UNLIMITED}};

static cyaml_schema_field_t text_field(const char *key, size_t offset)
{
    cyaml_schema_field_t field = {
        .key = key, .data_offset = (uint32_t)offset, .value = text_schema};
    field.value.flags |= CYAML_FLAG_OPTIONAL;
    return field;
}

static cyaml_schema_field_t list_field(const char *key, size_t offset, size_t count_offset,
                                       const cyaml_schema_value_t *entry, size_t entry_size,
                                       uint32_t most)
{
    return (cyaml_schema_field_t){
        .key = key,
        .data_offset = (uint32_t)offset,
        .count_offset = (uint32_t)count_offset,
        .count_size = sizeof(unsigned),
        .value = {.type = CYAML_SEQUENCE,
                  .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                  .data_size = (uint32_t)entry_size,
                  .sequence = {.entry = entry, .min = 0, .max = most}},
    };
}

struct schema {
    cyaml_schema_field_t fields[OPTION_COUNT + 2];
    cyaml_schema_field_t topic_fields[TOPIC_KEYS + 1];
    cyaml_schema_value_t topic, top;
};

// The schema of what the look found: libcyaml has no "text or list", and knows one name a field.
static void make_schema(struct schema *schema, const struct look *look)
{
    *schema = (struct schema){0};
    cyaml_schema_field_t *next = schema->fields;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct found *found = &look->found[id];
        if (found->line == 0)
            continue;
        if (found->is_list)
            *next++ = list_field(found->key, offsetof(struct loaded, lists) + id * sizeof(char **),
                                 offsetof(struct loaded, list_counts) + id * sizeof(unsigned),
                                 &text_schema, sizeof(char *), CYAML_UNLIMITED);
        else
            *next++ = text_field(found->key, offsetof(struct loaded, texts) + id * sizeof(char *));
    }
    for (size_t key = 0; key < TOPIC_KEYS; key++)
        schema->topic_fields[key] = text_field(topic_keys[key], key * sizeof(char *));
    schema->topic = (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                           .data_size = sizeof(struct loaded_topic),
                                           .mapping = {.fields = schema->topic_fields}};
    if (look->own_topics.line != 0)
        *next++ = list_field(look->own_topics.key, offsetof(struct loaded, topics),
                             offsetof(struct loaded, topic_count), &schema->topic,
                             sizeof(struct loaded_topic), MAX_OWN_TOPICS);
    schema->top = (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                         .flags = CYAML_FLAG_POINTER,
                                         .data_size = sizeof(struct loaded),
                                         .mapping = {.fields = schema->fields}};
}

// Keeps libcyaml's first complaint.
static void note_complaint(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    char *complaint = context;
    if (level >= CYAML_LOG_ERROR && complaint[0] == '\0') {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        vsnprintf(complaint, 160, format, arguments);
#pragma GCC diagnostic pop
        text_one_line(complaint);
    }
}

static bool offer_all(struct settings *settings, const struct look *look,
                      const struct loaded *loaded, struct error *why);
static bool take_topics(struct settings *settings, const struct loaded *loaded, struct error *why);

static bool load(struct settings *settings, const struct look *look, const struct buffer *text,
                 struct error *why)
{
    struct schema *schema = malloc(sizeof *schema);
    if (schema == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %s", look->path);
    make_schema(schema, look);
    char complaint[160] = "";
    const cyaml_config_t config = {.log_fn = note_complaint,
                                   .log_ctx = complaint,
                                   .mem_fn = cyaml_mem,
                                   .log_level = CYAML_LOG_ERROR,
                                   .flags = CYAML_CFG_NO_ALIAS};
    bool good = true;
    void *data = NULL;
    if (schema->fields[0].key != NULL) {
        cyaml_err_t fault = cyaml_load_data((const uint8_t *)buffer_text(text), text->length,
                                            &config, &schema->top, &data, NULL);
        if (fault == CYAML_ERR_OOM)
            good = error_set(why, ERR_MEMORY, "no memory for %s", look->path);
        else if (fault != CYAML_OK)
            good = error_set(why, ERR_SETTINGS, "%s: %s (%s)", look->path, complaint,
                             cyaml_strerror(fault));
        else if (data != NULL)
            good = offer_all(settings, look, data, why) && take_topics(settings, data, why);
        if (data != NULL)
            cyaml_free(&config, &schema->top, data, 0);
    }
    free(schema);
    return good;
}

static bool offer_one(struct settings *settings, const struct look *look, enum option_id id,
                      const char *text, struct error *why)
{
    char from[300];
    const struct found *found = &look->found[id];
    snprintf(from, sizeof from, "%s line %zu", look->path, found->line);
    if (settings_offer(settings, id, text, FROM_FILE, from, why))
        return true;
    why->kind = why->kind == ERR_USAGE ? ERR_SETTINGS : why->kind;
    return error_note(why, "%s line %zu: %s", look->path, found->line, found->key);
}

static bool offer_all(struct settings *settings, const struct look *look,
                      const struct loaded *loaded, struct error *why)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (loaded->texts[id] != NULL &&
            !offer_one(settings, look, (enum option_id)id, loaded->texts[id], why))
            return false;
        for (size_t i = 0; i < loaded->list_counts[id]; i++)
            if (!offer_one(settings, look, (enum option_id)id, loaded->lists[id][i], why))
                return false;
    }
    return true;
}

static bool take_topics(struct settings *settings, const struct loaded *loaded, struct error *why)
{
    if (loaded->topic_count == 0)
        return true;
    settings->own_topics = calloc(loaded->topic_count, sizeof *settings->own_topics);
    if (settings->own_topics == NULL)
        return error_set(why, ERR_MEMORY, "no memory for topics");
    settings->own_topic_count = loaded->topic_count;
    for (size_t i = 0; i < loaded->topic_count; i++) {
        char *const *from = loaded->topics[i].texts;
        struct topic_definition *own = &settings->own_topics[i];
        const char **to[] = {&own->name, &own->intent, &own->answer_type, &own->constraints,
                             &own->example};
        for (size_t key = 0; key < TOPIC_KEYS; key++)
            if (from[key] != NULL && (*to[key] = text_copy(from[key])) == NULL)
                return error_set(why, ERR_MEMORY, "no memory for topics");
    }
    return true;
}
