#include "tune_compare.h"

#include "file.h"
#include "json.h"
#include "text.h"
#include "tune_json.h"
#include "tune_page.h"
#include "tune_table.h"

#include <stdlib.h>
#include <string.h>

enum { RESULT_BYTES = 4 * 1024 * 1024 };

struct compared {
    struct tune_result *results[TUNE_COMPARED]; // owned
    char *names[TUNE_COMPARED];                 // owned
    size_t count;
};

static bool read_result(const char *directory, struct tune_result *result, struct error *why)
{
    struct buffer text;
    buffer_init(&text, RESULT_BYTES);
    char *path = file_join(directory, "tune.json");
    bool good = path != NULL || error_set(why, ERR_MEMORY, "no memory for %s", directory);
    if (good && !file_read(path, &text, why))
        good = error_note(why, "%s holds no result of vqagen tune", directory);
    if (good && !tune_json_read(buffer_text(&text), text.length, result, why))
        good = error_note(why, "%s", path);
    free(path);
    buffer_clear(&text);
    return good;
}

// How many bytes all directories begin with, up to a slash: those tell nothing.
static size_t common_start(const char *const *directories, size_t count)
{
    size_t common = 0;
    for (size_t i = 0; count > 1 && directories[0][i] != '\0'; i++) {
        for (size_t k = 1; k < count; k++)
            if (directories[k][i] != directories[0][i])
                return common;
        if (directories[0][i] == '/')
            common = i + 1;
    }
    return common;
}

// "runs/a/" and "runs/b/" become "a" and "b".
static char *make_name(const char *directory, size_t common)
{
    char *name = text_repair(directory + common, strlen(directory + common));
    if (name == NULL)
        return NULL;
    for (size_t end = strlen(name); end > 1 && name[end - 1] == '/'; end--)
        name[end - 1] = '\0';
    if (name[0] != '\0')
        return name;
    free(name);
    return text_copy(directory[0] != '\0' ? directory : ".");
}

static bool read_all(const char *const *directories, size_t count, struct compared *compared,
                     struct error *why)
{
    size_t common = common_start(directories, count);
    for (size_t i = 0; i < count; i++) {
        compared->count = i + 1;
        compared->results[i] = malloc(sizeof *compared->results[i]);
        compared->names[i] = make_name(directories[i], common);
        if (compared->results[i] == NULL || compared->names[i] == NULL)
            return error_set(why, ERR_MEMORY, "no memory for the result in %s", directories[i]);
        if (!read_result(directories[i], compared->results[i], why))
            return false;
    }
    return true;
}

static void write_json(const struct compared *compared, struct buffer *out)
{
    buffer_append_char(out, '[');
    for (size_t i = 0; i < compared->count; i++) {
        buffer_append_text(out, i > 0 ? ",{" : "{");
        json_write_string_field(out, "name", compared->names[i]);
        json_write_name(out, "result");
        tune_json_write(compared->results[i], out);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

bool tune_compare(const char *const *directories, size_t count, struct buffer *table,
                  struct buffer *page, struct buffer *json, struct error *why)
{
    if (count == 0 || count > TUNE_COMPARED)
        return error_set(why, ERR_USAGE,
                         "%zu results to compare; name 1 to %d directories of vqagen tune", count,
                         TUNE_COMPARED);
    struct compared *compared = calloc(1, sizeof *compared);
    if (compared == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu results", count);
    bool good = read_all(directories, count, compared, why);
    const struct tune_result *const *results = (const struct tune_result *const *)compared->results;
    const char *const *names = (const char *const *)compared->names;
    if (good && table != NULL) {
        tune_table_write_compared(results, names, count, table);
        good = buffer_check(table, "the table of results", why);
    }
    if (good && page != NULL) {
        tune_page_write(results, names, count, page);
        good = buffer_check(page, "the page of results", why);
    }
    if (good && json != NULL) {
        write_json(compared, json);
        good = buffer_check(json, "the results", why);
    }
    for (size_t i = 0; i < compared->count; i++) {
        free(compared->results[i]);
        free(compared->names[i]);
    }
    free(compared);
    return good;
}
