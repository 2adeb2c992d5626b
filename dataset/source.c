#include "source_private.h"

#include "json.h"
#include "memory.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_BYTES = 1 << 20 }; // a record's buffer above this is freed after use

static bool open_file(struct source *source, struct error *why);
static bool open_records(struct source *source, struct error *why);
static int next_image(struct source *source, struct question *out, struct error *why);
static int next_json(struct source *source, struct question *out, struct error *why);
static int next_row(struct source *source, struct question *out, struct error *why);
static bool make_unique(struct source *source, struct question *out, struct error *why);

struct source *source_open(const char *input, const struct source_settings *settings,
                           struct error *why)
{
    struct source *source = calloc(1, sizeof *source);
    if (source == NULL || (source->input = text_copy(input)) == NULL) {
        error_set(why, ERR_MEMORY, "no memory to read %s", input);
        free(source);
        return NULL;
    }
    source->settings = *settings;
    if (source->settings.max_record_bytes == 0)
        source->settings.max_record_bytes = (size_t)64 << 20;
    struct stat facts;
    bool good = false;
    if (strcmp(input, "-") == 0)
        good = open_records(source, why);
    else if (stat(input, &facts) != 0)
        error_set_errno(why, ERR_INPUT, "cannot read the input %s", input);
    else if (S_ISDIR(facts.st_mode))
        good = (source->walk = walk_open(input, settings, WALK_NAMES_HELD, why)) != NULL;
    else if (S_ISREG(facts.st_mode) || S_ISFIFO(facts.st_mode))
        good = open_file(source, why);
    else
        error_set(why, ERR_INPUT, "the input %s is a device or a socket, not a file or a folder",
                  input);
    if (good)
        return source;
    source_close(source);
    return NULL;
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    walk_close(source->walk);
    reader_clear(&source->reader);
    buffer_clear(&source->record.text);
    table_clear(&source->table);
    seen_clear(&source->seen);
    free(source->found);
    free(source->folder);
    free(source->input);
    free(source);
}

bool source_is_folder(const struct source *source)
{
    return source->walk != NULL;
}

uint64_t source_skipped(const struct source *source)
{
    return source->walk != NULL ? walk_skipped(source->walk) : 0;
}

// A record ends with its line, or with its '}'. Where that guess is wrong, reading waits after all.
static bool holds_record(const struct source *source)
{
    const struct reader *reader = &source->reader;
    const char *at = reader_at(reader), *end = at + reader_length(reader);
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n' || *at == ','))
        at++;
    return memchr(at, source->form == FORM_ARRAY ? '}' : '\n', (size_t)(end - at)) != NULL;
}

bool source_waits(struct source *source)
{
    struct reader *reader = &source->reader;
    if (source->walk != NULL || source->form == FORM_IMAGE || !reader->may_wait)
        return false;
    struct error fault = {0}; // met again, and told, by source_next
    while (!reader->ended && !reader_is_full(reader) && !holds_record(source))
        if (reader_waits(reader))
            return true;
        else if (!reader_more(reader, &fault))
            return false;
    return false;
}

bool source_left_out(const struct source *source)
{
    return source->walk != NULL && walk_met_left_out(source->walk);
}

// The shell's <(command) is a pipe, and may be read like a file.
static bool open_file(struct source *source, struct error *why)
{
    int file = open(source->input, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0 && errno == EINTR)
        return error_set(why, ERR_INTERRUPTED, "interrupted while waiting for who writes into %s",
                         source->input);
    if (file < 0)
        return error_set_errno(why, ERR_INPUT, "cannot open the input %s", source->input);
    if (!reader_init(&source->reader, file, source->input, why)) {
        close(file);
        return false;
    }
    return open_records(source, why);
}

static bool tell_form(struct source *source, size_t *skip, struct error *why)
{
    struct reader *reader = &source->reader;
    for (;;) {
        bool complete = reader->ended || reader_is_full(reader);
        source->form = form_of(reader_at(reader), reader_length(reader), complete, source->input,
                               source->settings.is_image, skip);
        if (source->form != FORM_UNCLEAR)
            return true;
        if (!reader_more(reader, why))
            return false;
    }
}

static bool set_folder(struct source *source, struct error *why)
{
    const char *slash = strrchr(source->input, '/');
    source->folder =
        text_copy_length(source->input, slash != NULL ? (size_t)(slash - source->input) + 1 : 0);
    // Pipes of the shell lie in /dev/fd or /proc, where no image is.
    if (source->folder != NULL &&
        (text_starts(source->folder, "/dev/") || text_starts(source->folder, "/proc/")))
        source->folder[0] = '\0';
    return source->folder != NULL || error_set(why, ERR_MEMORY, "no memory for a path");
}

static bool read_header(struct source *source, size_t skip, struct error *why)
{
    struct reader *reader = &source->reader;
    reader->digester = digester_begin();
    digester_add(&reader->digester, &source->form, sizeof source->form);
    digester_add_field(&reader->digester, source->folder);
    reader->digesting = true;
    reader_skip(reader, skip);
    bool good = source->form != FORM_CSV ||
                table_init(&source->table, reader, source->settings.max_record_bytes, why);
    source->before = reader->digester;
    reader->digesting = false;
    return good;
}

static bool open_records(struct source *source, struct error *why)
{
    struct reader *reader = &source->reader;
    bool standard = reader->bytes == NULL;
    const char *name = standard ? "standard input" : source->input;
    if (standard && !reader_init(reader, STDIN_FILENO, name, why))
        return false;
    reader->stop = source->settings.stop;
    size_t skip = 0;
    if (!set_folder(source, why) || !tell_form(source, &skip, why))
        return false;
    source->context = (struct record_context){
        .folder = source->folder,
        .unit = source->form == FORM_ARRAY ? "record" : "line",
        .is_image = source->settings.is_image,
        .found = &source->found,
    };
    buffer_init(&source->record.text, source->settings.max_record_bytes);
    switch (source->form) {
    case FORM_IMAGE:
        return !standard || error_set(why, ERR_INPUT,
                                      "standard input is an image; give the image's path instead");
    case FORM_OTHER:
    case FORM_UNCLEAR:
        return form_refuse(reader_at(reader), reader_length(reader), name, why);
    case FORM_CSV:
    case FORM_ARRAY:
    case FORM_OBJECTS:
    case FORM_LINES:
        break;
    }
    splitter_init(&source->splitter, reader,
                  source->form == FORM_ARRAY     ? SPLIT_ARRAY
                  : source->form == FORM_OBJECTS ? SPLIT_OBJECTS
                                                 : SPLIT_LINES);
    return read_header(source, skip, why);
}

int source_next(struct source *source, struct question *out, struct error *why)
{
    *out = (struct question){0};
    if (source->walk != NULL) {
        int found = walk_next(source->walk, out, why);
        if (memory_check(why))
            return found;
        question_clear(out);
        return -1;
    }
    if (source->form == FORM_IMAGE)
        return next_image(source, out, why);
    int got = source->form == FORM_CSV ? next_row(source, out, why) : next_json(source, out, why);
    if (got == 1 && !make_unique(source, out, why))
        got = -1;
    // A record that was read with too little memory may look like a bad one.
    if (!memory_check(why))
        got = -1;
    if (got != 1)
        question_clear(out);
    else
        source->records++;
    return got;
}

static int next_image(struct source *source, struct question *out, struct error *why)
{
    if (source->image_given)
        return 0;
    source->image_given = true;
    const char *slash = strrchr(source->input, '/');
    const char *name = slash != NULL ? slash + 1 : source->input;
    out->id = text_repair(name, strlen(name));
    out->name = text_repair(name, strlen(name));
    out->image = text_copy(source->input);
    out->origin = IMAGE_FILE;
    out->image_only = true;
    if (out->id != NULL && out->name != NULL && out->image != NULL)
        return 1;
    error_set(why, ERR_MEMORY, "no memory for a path");
    question_clear(out);
    return -1;
}

// What the JSON library cannot bear in a text that ends with NUL: NUL itself, plain or escaped, and
// bytes that are not UTF-8. They become U+FFFD.
static bool repair_text(struct buffer *text, struct error *why)
{
    if (memchr(text->data, '\0', text->length) != NULL ||
        !text_valid_utf8(text->data, text->length)) {
        char *repaired = text_repair(text->data, text->length);
        if (repaired == NULL)
            return error_set(why, ERR_MEMORY, "no memory for a record");
        size_t ceiling = text->ceiling, length = strlen(repaired);
        free(text->data);
        *text = (struct buffer){
            .data = repaired, .length = length, .room = length + 1, .ceiling = ceiling};
    }
    for (char *at = text->data; (at = strstr(at, "\\u0000")) != NULL; at += 6) {
        size_t slashes = 0;
        while (at - slashes > text->data && at[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            memcpy(at, "\\ufffd", 6);
    }
    return true;
}

static bool parse_record(struct source *source, struct question *out, struct error *why)
{
    struct raw_record *record = &source->record;
    uint64_t line = source->form == FORM_ARRAY ? record->index : record->line;
    struct error fault = {0};
    cJSON *value = NULL;
    if (record->oversized)
        error_set(&fault, ERR_RECORD, "the record is larger than %zu bytes",
                  source->settings.max_record_bytes);
    else if (record->broken != NULL)
        error_set(&fault, ERR_RECORD, "not JSON: %s", record->broken);
    else if (!repair_text(&record->text, why))
        return false;
    else
        value = json_parse(record->text.data, record->text.length, &fault);
    bool good;
    if (value == NULL) {
        if (source->form == FORM_ARRAY)
            error_note(&fault, "element %" PRIu64 ", on line %" PRIu64, record->index,
                       record->line);
        good = record_refuse(&source->context, line, fault.message, out, why);
    } else {
        good = record_read(value, &source->context, line, record->text.data, out, why);
    }
    cJSON_Delete(value);
    return good;
}

static int next_json(struct source *source, struct question *out, struct error *why)
{
    int got = splitter_next(&source->splitter, &source->record, why);
    if (got == 1 && !parse_record(source, out, why))
        got = -1;
    if (source->record.text.room > KEPT_BYTES)
        buffer_clear(&source->record.text);
    return got;
}

static int next_row(struct source *source, struct question *out, struct error *why)
{
    cJSON *value = NULL;
    uint64_t line = 0;
    struct error fault = {0};
    int got = table_next(&source->table, &value, &line, &fault, why);
    bool good = true;
    if (got == 1 && value != NULL)
        good = record_read(value, &source->context, line, NULL, out, why);
    else if (got == 1)
        good = record_refuse(&source->context, line, fault.message, out, why);
    cJSON_Delete(value);
    return good ? got : -1;
}

// A second record of the same id is refused, under an id of its own.
static bool make_unique(struct source *source, struct question *out, struct error *why)
{
    bool is_new;
    source->last_id = seen_hash(out->id);
    if (!seen_add(&source->seen, source->last_id, &is_new, why))
        return false;
    while (!is_new) {
        struct error fault = {0};
        error_set(&fault, ERR_RECORD, "the id \"%.200s\" was given to an earlier record", out->id);
        struct buffer id;
        buffer_init(&id, SIZE_MAX / 4);
        buffer_append_format(&id, "%s@%s-%" PRIu64, out->id, source->context.unit, out->line);
        free(out->id);
        out->id = buffer_take(&id);
        if (out->fault == NULL)
            out->fault = text_repair(fault.message, strlen(fault.message));
        if (out->id == NULL || out->fault == NULL)
            return error_set(why, ERR_MEMORY, "no memory for an id");
        source->last_id = seen_hash(out->id);
        if (!seen_add(&source->seen, source->last_id, &is_new, why))
            return false;
    }
    return true;
}
