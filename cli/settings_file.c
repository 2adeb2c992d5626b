// The settings file, loaded by libcyaml with a schema that is made from the option table.
#include "file.h"
#include "settings.h"
#include "settings_look.h"
#include "text.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_CEILING = 1024 * 1024, MAX_ENTRIES = 1000 };

// Where libcyaml puts the values.
struct loaded_entry {
    char *texts[LOOK_ENTRY_KEYS]; // in the order of the list's keys
};
struct loaded {
    char *texts[OPTION_COUNT];
    char **lists[OPTION_COUNT];
    unsigned list_counts[OPTION_COUNT];
    struct loaded_entry *entries[LOOK_LISTS];
    unsigned entry_counts[LOOK_LISTS];
};

static bool load(struct settings *settings, const char *path, const struct look *look,
                 const struct buffer *text, struct error *why);

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
        good = settings_look(look, path, &text, why) && load(settings, path, look, &text, why);
    }
    if (look != NULL)
        settings_look_clear(look);
    free(look);
    buffer_clear(&text);
    return good;
}

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
    cyaml_schema_field_t fields[OPTION_COUNT + LOOK_LISTS + 1];
    cyaml_schema_field_t entry_fields[LOOK_LISTS][LOOK_ENTRY_KEYS + 1];
    cyaml_schema_value_t entries[LOOK_LISTS], top;
};

static cyaml_schema_field_t entries_field(struct schema *schema, const struct look *look,
                                          enum look_list_id id)
{
    const struct look_list *list = look_list_at(id);
    for (size_t key = 0; list->keys[key] != NULL; key++)
        schema->entry_fields[id][key] = text_field(list->keys[key], key * sizeof(char *));
    schema->entries[id] = (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                                 .data_size = sizeof(struct loaded_entry),
                                                 .mapping = {.fields = schema->entry_fields[id]}};
    return list_field(look->lists[id].key,
                      offsetof(struct loaded, entries) + id * sizeof(struct loaded_entry *),
                      offsetof(struct loaded, entry_counts) + id * sizeof(unsigned),
                      &schema->entries[id], sizeof(struct loaded_entry), MAX_ENTRIES);
}

// The schema of what the look found: libcyaml has no "text or list", and knows one name a field.
static void make_schema(struct schema *schema, const struct look *look)
{
    *schema = (struct schema){0};
    cyaml_schema_field_t *next = schema->fields;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct look_found *found = &look->options[id];
        if (found->line == 0)
            continue;
        if (id == OPTION_ENDPOINTS) { // texts or mappings: the look has read them
            *next++ = (cyaml_schema_field_t){
                .key = found->key, .value = {.type = CYAML_IGNORE, .flags = CYAML_FLAG_OPTIONAL}};
            continue;
        }
        if (found->is_list)
            *next++ = list_field(found->key, offsetof(struct loaded, lists) + id * sizeof(char **),
                                 offsetof(struct loaded, list_counts) + id * sizeof(unsigned),
                                 &text_schema, sizeof(char *), CYAML_UNLIMITED);
        else
            *next++ = text_field(found->key, offsetof(struct loaded, texts) + id * sizeof(char *));
    }
    for (size_t id = 0; id < LOOK_LISTS; id++)
        if (look->lists[id].line != 0)
            *next++ = entries_field(schema, look, (enum look_list_id)id);
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

static bool offer_all(struct settings *settings, const char *path, const struct look *look,
                      const struct loaded *loaded, struct error *why);
static bool take_topics(struct settings *settings, const struct loaded *loaded, struct error *why);
static bool take_capabilities(struct settings *settings, const struct loaded *loaded,
                              const char *path, const struct look *look, struct error *why);

static bool load(struct settings *settings, const char *path, const struct look *look,
                 const struct buffer *text, struct error *why)
{
    struct schema *schema = malloc(sizeof *schema);
    if (schema == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %s", path);
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
            good = error_set(why, ERR_MEMORY, "no memory for %s", path);
        else if (fault != CYAML_OK)
            good =
                error_set(why, ERR_SETTINGS, "%s: %s (%s)", path, complaint, cyaml_strerror(fault));
        else if (data != NULL)
            good = offer_all(settings, path, look, data, why) && take_topics(settings, data, why) &&
                   take_capabilities(settings, data, path, look, why);
        if (data != NULL)
            cyaml_free(&config, &schema->top, data, 0);
    }
    free(schema);
    return good;
}

static bool offer_one(struct settings *settings, const char *path, const struct look *look,
                      enum option_id id, const char *text, struct error *why)
{
    char from[300];
    const struct look_found *found = &look->options[id];
    snprintf(from, sizeof from, "%s line %zu", path, found->line);
    if (settings_offer(settings, id, text, FROM_FILE, from, why))
        return true;
    why->kind = why->kind == ERR_USAGE ? ERR_SETTINGS : why->kind;
    return error_note(why, "%s line %zu: %s", path, found->line, found->key);
}

static bool offer_all(struct settings *settings, const char *path, const struct look *look,
                      const struct loaded *loaded, struct error *why)
{
    if (look->endpoints.length > 0 &&
        !offer_one(settings, path, look, OPTION_ENDPOINTS, buffer_text(&look->endpoints), why))
        return false;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (loaded->texts[id] != NULL &&
            !offer_one(settings, path, look, (enum option_id)id, loaded->texts[id], why))
            return false;
        for (size_t i = 0; i < loaded->list_counts[id]; i++)
            if (!offer_one(settings, path, look, (enum option_id)id, loaded->lists[id][i], why))
                return false;
    }
    return true;
}

static bool take_topics(struct settings *settings, const struct loaded *loaded, struct error *why)
{
    size_t count = loaded->entry_counts[LOOK_OWN_TOPICS];
    if (count == 0)
        return true;
    settings->own_topics = calloc(count, sizeof *settings->own_topics);
    if (settings->own_topics == NULL)
        return error_set(why, ERR_MEMORY, "no memory for topics");
    settings->own_topic_count = count;
    for (size_t i = 0; i < count; i++) {
        char *const *from = loaded->entries[LOOK_OWN_TOPICS][i].texts;
        struct topic_definition *own = &settings->own_topics[i];
        const char **to[] = {&own->name, &own->intent, &own->answer_type, &own->constraints,
                             &own->example};
        for (size_t key = 0; key < LOOK_TOPIC_KEYS; key++)
            if (from[key] != NULL && (*to[key] = text_copy(from[key])) == NULL)
                return error_set(why, ERR_MEMORY, "no memory for topics");
    }
    return true;
}

static bool take_capabilities(struct settings *settings, const struct loaded *loaded,
                              const char *path, const struct look *look, struct error *why)
{
    size_t count = loaded->entry_counts[LOOK_CAPABILITIES];
    if (count == 0)
        return true;
    settings->capabilities = calloc(count, sizeof *settings->capabilities);
    if (settings->capabilities == NULL)
        return error_set(why, ERR_MEMORY, "no memory for capabilities");
    settings->capability_count = count;
    for (size_t i = 0; i < count; i++) {
        char *const *from = loaded->entries[LOOK_CAPABILITIES][i].texts;
        struct capability *own = &settings->capabilities[i];
        for (size_t key = 0; key < CAPABILITY_KEYS; key++)
            if (from[key] != NULL && (*capability_at(own, key) = text_copy(from[key])) == NULL)
                return error_set(why, ERR_MEMORY, "no memory for capabilities");
        if (!capability_check(own, why))
            return error_note(why, "%s line %zu: %s: entry %zu", path,
                              look->lists[LOOK_CAPABILITIES].line,
                              look->lists[LOOK_CAPABILITIES].key, i + 1);
    }
    return true;
}
