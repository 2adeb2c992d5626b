#include "table.h"

#include "text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool name_column(struct table_column *column, const char *bytes, size_t length);
static void find_letters(struct table *table);

bool table_init(struct table *table, struct reader *reader, size_t max_row_bytes, struct error *why)
{
    char delimiter = csv_guess_delimiter(reader_at(reader), reader_length(reader));
    csv_init(&table->csv, reader, delimiter, max_row_bytes);
    int got = csv_next(&table->csv, why);
    if (got < 0)
        return false;
    if (got == 0 || table->csv.broken != NULL || table->csv.oversized)
        return error_set(why, ERR_INPUT, "the header line of %s cannot be read: %s", reader->path,
                         table->csv.broken != NULL ? table->csv.broken : "it is empty or too long");
    table->columns = calloc(table->csv.count, sizeof *table->columns);
    if (table->columns == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the header of %s", reader->path);
    for (; table->count < table->csv.count; table->count++) {
        size_t length;
        const char *bytes = csv_field(&table->csv, table->count, &length);
        if (memchr(bytes, '\r', length) != NULL)
            return error_set(why, ERR_INPUT,
                             "the lines of %s end in a carriage return alone, as old Macintoshes "
                             "wrote them; save it with ordinary line breaks",
                             reader->path);
        if (!name_column(&table->columns[table->count], bytes, length))
            return error_set(why, ERR_MEMORY, "no memory for the header of %s", reader->path);
    }
    find_letters(table);
    return true;
}

void table_clear(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->columns[i].name);
    free(table->columns);
    csv_clear(&table->csv);
    *table = (struct table){0};
}

// "Option A", "option-a" and "option_a" are one name. False: no memory.
static bool name_column(struct table_column *column, const char *bytes, size_t length)
{
    static const char *const prefixes[] = {"option_", "choice_", "option", "choice"};
    char *name = column->name = text_repair(bytes, length);
    if (name == NULL)
        return false;
    text_trim(name);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == ' ' || *c == '-' ? '_' : (char)tolower((unsigned char)*c);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t cut = strlen(prefixes[i]);
        if (text_starts(name, prefixes[i]) && strlen(name) == cut + 1 && name[cut] != 's') {
            memmove(name, name + cut, 2);
            column->option = true;
            break;
        }
    }
    return true;
}

static void find_letters(struct table *table)
{
    bool found = true;
    for (char letter = 'a'; letter <= 'z' && found; letter++) {
        found = false;
        for (size_t i = 0; i < table->count && !found; i++) {
            struct table_column *column = &table->columns[i];
            found = column->name[0] == letter && column->name[1] == '\0';
            column->option = column->option || found;
        }
    }
}

// Adds a cell to the row, or to its options. False: no memory.
static bool add_cell(cJSON *row, cJSON **options, const struct table_column *column,
                     const char *bytes, size_t length)
{
    char *text = text_repair(bytes, length);
    if (text == NULL)
        return false;
    bool good = true;
    if (!text_is_blank(text)) {
        cJSON *to = row;
        if (column->option && *options == NULL)
            *options = cJSON_CreateObject();
        if (column->option)
            to = *options;
        good = to != NULL && cJSON_AddStringToObject(to, column->name, text) != NULL;
    }
    free(text);
    return good;
}

static cJSON *make_row(const struct table *table)
{
    cJSON *row = cJSON_CreateObject(), *options = NULL;
    bool good = row != NULL;
    for (size_t i = 0; good && i < table->count; i++) {
        size_t length;
        const char *bytes = csv_field(&table->csv, i, &length);
        good = length == 0 || add_cell(row, &options, &table->columns[i], bytes, length);
    }
    // A column named "options" goes first.
    if (good && options != NULL && !cJSON_HasObjectItem(row, "options")) {
        good = cJSON_AddItemToObject(row, "options", options);
        if (good)
            options = NULL;
    }
    cJSON_Delete(options);
    if (good)
        return row;
    cJSON_Delete(row);
    return NULL;
}

// Cells behind the last column, unless they are empty.
static bool has_extra_cells(const struct table *table)
{
    for (size_t i = table->count; i < table->csv.count; i++) {
        size_t length;
        csv_field(&table->csv, i, &length);
        if (length > 0)
            return true;
    }
    return false;
}

int table_next(struct table *table, cJSON **row, uint64_t *line, struct error *fault,
               struct error *why)
{
    struct csv *csv = &table->csv;
    *row = NULL;
    int got = csv_next(csv, why);
    *line = csv->line;
    if (got != 1)
        return got;
    if (csv->oversized)
        error_set(fault, ERR_RECORD, "the row is larger than %zu bytes", csv->text.ceiling);
    else if (csv->broken != NULL)
        error_set(fault, ERR_RECORD, "not CSV: %s", csv->broken);
    else if (has_extra_cells(table))
        error_set(fault, ERR_RECORD,
                  "the row has %zu fields, the header has %zu (a field with a comma in it stands "
                  "in quotes)",
                  csv->count, table->count);
    else if ((*row = make_row(table)) == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the row on line %" PRIu64, *line) ? 1 : -1;
    return 1;
}
