#include "price_file.h"

#include "file.h"
#include "nearest.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { FILE_CEILING = 4 << 20, MAX_ROWS = 10000, NUMBERS = 5, TEXTS = 3 };

// No price is as high: whoever writes one means cents, or dollars a token.
static const double highest = 100000;

static const struct key {
    const char *name;
    size_t offset; // in struct price
    bool needed;
} number_keys[NUMBERS] = {{"input", offsetof(struct price, input), true},
                          {"cached", offsetof(struct price, cached), false},
                          {"cache_write", offsetof(struct price, cache_write), false},
                          {"output", offsetof(struct price, output), true},
                          {"batch", offsetof(struct price, batch), false}},
  text_keys[TEXTS] = {{"model", offsetof(struct price, model), true},
                      {"date", offsetof(struct price, date), false},
                      {"source", offsetof(struct price, source), false}};

struct reading {
    const char *path;
    yaml_document_t document;
    struct price_file *file;
    struct error *why;
};

static bool load(struct reading *reading, const struct buffer *text);
static bool read_rows(struct reading *reading);
static bool read_row(struct reading *reading, const yaml_node_t *row);
static bool read_member(struct reading *reading, struct price *price, const yaml_node_t *key,
                        const yaml_node_t *value);

bool price_file_read(struct price_file *file, const char *path, struct error *why)
{
    *file = (struct price_file){0};
    struct buffer text;
    buffer_init(&text, FILE_CEILING);
    struct reading reading = {.path = path, .file = file, .why = why};
    bool good = file_read(path, &text, why);
    if (!good && why->kind != ERR_MEMORY)
        why->kind = ERR_SETTINGS;
    if (!good)
        error_note(why, "the price file");
    if (good && (good = load(&reading, &text))) {
        good = read_rows(&reading);
        yaml_document_delete(&reading.document);
    }
    buffer_clear(&text);
    if (!good)
        price_file_clear(file);
    return good;
}

void price_file_clear(struct price_file *file)
{
    for (size_t i = 0; i < file->text_count; i++)
        free(file->texts[i]);
    free(file->texts);
    free(file->list);
    *file = (struct price_file){0};
}

// A copy that lives as long as the file; NULL: no memory.
static const char *keep_text(struct price_file *file, const char *text)
{
    char **more = realloc(file->texts, (file->text_count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    file->texts = more;
    char *copy = text_copy(text);
    if (copy != NULL)
        file->texts[file->text_count++] = copy;
    return copy;
}

static bool load(struct reading *reading, const struct buffer *text)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return error_set(reading->why, ERR_MEMORY, "no memory for %s", reading->path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)buffer_text(text), text->length);
    bool good = yaml_parser_load(&parser, &reading->document) != 0;
    if (!good && parser.error == YAML_MEMORY_ERROR)
        error_set(reading->why, ERR_MEMORY, "no memory for %s", reading->path);
    else if (!good)
        error_set(reading->why, ERR_SETTINGS, "%s line %zu is not YAML: %s", reading->path,
                  parser.problem_mark.line + 1,
                  parser.problem != NULL ? parser.problem : "it cannot be read");
    yaml_parser_delete(&parser);
    return good;
}

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static bool read_rows(struct reading *reading)
{
    const yaml_node_t *root = yaml_document_get_root_node(&reading->document);
    if (root == NULL || root->type != YAML_SEQUENCE_NODE)
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: a list of prices is wanted, as in \"- {model: gpt-4.1, "
                         "input: 2, output: 8}\"",
                         reading->path, root != NULL ? line_of(root) : 1);
    size_t rows = (size_t)(root->data.sequence.items.top - root->data.sequence.items.start);
    if (rows > MAX_ROWS)
        return error_set(reading->why, ERR_SETTINGS, "%s has %zu prices; at most %d are taken",
                         reading->path, rows, MAX_ROWS);
    reading->file->list = calloc(rows + 1, sizeof *reading->file->list);
    if (reading->file->list == NULL)
        return error_set(reading->why, ERR_MEMORY, "no memory for %s", reading->path);
    for (size_t i = 0; i < rows; i++)
        if (!read_row(reading, yaml_document_get_node(&reading->document,
                                                      root->data.sequence.items.start[i])))
            return false;
    return true;
}

static bool read_row(struct reading *reading, const yaml_node_t *row)
{
    if (row->type != YAML_MAPPING_NODE)
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: a price is wanted, with model, input and output",
                         reading->path, line_of(row));
    struct price *price = &reading->file->list[reading->file->count++];
    *price =
        (struct price){.input = -1, .cached = -1, .cache_write = -1, .output = -1, .batch = -1};
    for (const yaml_node_pair_t *pair = row->data.mapping.pairs.start;
         pair < row->data.mapping.pairs.top; pair++)
        if (!read_member(reading, price, yaml_document_get_node(&reading->document, pair->key),
                         yaml_document_get_node(&reading->document, pair->value)))
            return false;
    const char *missing = price->model == NULL ? "model"
                          : price->input < 0   ? "input"
                          : price->output < 0  ? "output"
                                               : NULL;
    if (missing != NULL)
        return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s is missing", reading->path,
                         line_of(row), missing);
    if (price->date == NULL)
        price->date = "";
    if (price->source == NULL)
        price->source = "your price file";
    return true;
}

static const char *scalar_of(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool refuse_key(const struct reading *reading, const yaml_node_t *key)
{
    const char *name = scalar_of(key) != NULL ? scalar_of(key) : "";
    struct nearest nearest = {.name = name};
    for (size_t i = 0; i < NUMBERS; i++)
        nearest_offer(&nearest, number_keys[i].name);
    for (size_t i = 0; i < TEXTS; i++)
        nearest_offer(&nearest, text_keys[i].name);
    return error_set(reading->why, ERR_SETTINGS,
                     "%s line %zu: a price has no \"%.60s\"%s%s; it has model, input, cached, "
                     "cache_write, output, batch, date and source",
                     reading->path, line_of(key), name,
                     nearest.best != NULL ? ", did you mean " : "",
                     nearest.best != NULL ? nearest.best : "");
}

static bool read_member(struct reading *reading, struct price *price, const yaml_node_t *key,
                        const yaml_node_t *value)
{
    const char *name = scalar_of(key), *text = scalar_of(value);
    for (size_t i = 0; name != NULL && i < NUMBERS; i++) {
        double *number = (double *)((char *)price + number_keys[i].offset);
        if (strcmp(name, number_keys[i].name) != 0)
            continue;
        if (text != NULL && text_to_real(text, number) && *number >= 0 && *number <= highest)
            return true;
        return error_set(reading->why, ERR_SETTINGS,
                         "%s line %zu: %s is \"%.60s\"; a number of dollars a million tokens is "
                         "wanted (for batch a share of the price), 0 to %.0f",
                         reading->path, line_of(value), name, text != NULL ? text : "", highest);
    }
    for (size_t i = 0; name != NULL && i < TEXTS; i++) {
        const char **place = (const char **)((char *)price + text_keys[i].offset);
        if (strcmp(name, text_keys[i].name) != 0)
            continue;
        if (text == NULL || text_is_blank(text) || *place != NULL)
            return error_set(reading->why, ERR_SETTINGS, "%s line %zu: %s is %s", reading->path,
                             line_of(value), name, *place != NULL ? "given twice" : "empty");
        *place = keep_text(reading->file, text);
        return *place != NULL ||
               error_set(reading->why, ERR_MEMORY, "no memory for %s", reading->path);
    }
    return refuse_key(reading, key);
}

bool price_read(const char *text, struct price *price, struct error *why)
{
    *price = (struct price){.model = "*",
                            .cached = -1,
                            .cache_write = -1,
                            .batch = -1,
                            .date = "",
                            .source = "--price"};
    double numbers[3];
    size_t count = 0;
    char *copy = text_copy(text), *rest = copy, *part;
    bool good = copy != NULL;
    while (good && (part = strsep(&rest, ",/")) != NULL) {
        good = count < 3 && text_to_real(text_trim(part), &numbers[count]) && numbers[count] >= 0 &&
               numbers[count] <= highest;
        count++;
    }
    free(copy);
    if (!good || count < 2)
        return error_set(why, copy == NULL ? ERR_MEMORY : ERR_USAGE,
                         "--price %s: dollars a million tokens are wanted, as INPUT,OUTPUT or "
                         "INPUT,CACHED,OUTPUT: --price 0.15,0.60",
                         text);
    price->input = numbers[0];
    price->output = numbers[count - 1];
    if (count == 3)
        price->cached = numbers[1];
    return true;
}

bool price_file_add(struct price_file *file, const char *text, struct error *why)
{
    struct price price;
    if (!price_read(text, &price, why))
        return false;
    struct price *list = calloc(file->count + 1, sizeof *list);
    if (list == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a price");
    if (file->count > 0)
        memcpy(list + 1, file->list, file->count * sizeof *list);
    list[0] = price;
    free(file->list);
    file->list = list;
    file->count++;
    return true;
}
