#include "csv.h"

#include <string.h>

static bool scan_window(struct csv *csv, const char *bytes, size_t length, size_t *used);
static void end_row(struct csv *csv);
static bool row_is_empty(const struct csv *csv);

void csv_init(struct csv *csv, struct reader *reader, char delimiter, size_t max_row_bytes)
{
    *csv = (struct csv){.reader = reader, .delimiter = delimiter};
    buffer_init(&csv->text, max_row_bytes);
}

void csv_clear(struct csv *csv)
{
    buffer_clear(&csv->text);
}

static void begin_row(struct csv *csv)
{
    buffer_empty(&csv->text);
    csv->count = 0;
    csv->line = csv->reader->line;
    csv->broken = NULL;
    csv->oversized = false;
    csv->state = CSV_START;
}

int csv_next(struct csv *csv, struct error *why)
{
    struct reader *reader = csv->reader;
    begin_row(csv);
    for (bool begun = false;;) {
        if (!reader_fill(reader, why))
            return -1;
        size_t length = reader_length(reader), used = 0;
        if (length == 0 && !begun)
            return 0;
        bool complete = length == 0 || scan_window(csv, reader_at(reader), length, &used);
        reader_skip(reader, used);
        begun = true;
        if (!complete)
            continue;
        end_row(csv);
        if (!row_is_empty(csv))
            return 1;
        begin_row(csv);
        begun = false;
    }
}

static void add_bytes(struct csv *csv, const char *bytes, size_t length)
{
    if (!csv->oversized && !buffer_append(&csv->text, bytes, length))
        csv->oversized = true;
}

static void end_field(struct csv *csv)
{
    if (csv->count < CSV_MAX_FIELDS)
        csv->ends[csv->count++] = csv->text.length;
    else
        csv->broken = "more than 4096 fields";
    csv->state = CSV_START;
}

static void end_row(struct csv *csv)
{
    if (csv->state == CSV_QUOTED)
        csv->broken = "a quote that is not closed; everything up to the end of the input is in it";
    end_field(csv);
}

// A row of nothing but delimiters, as spreadsheets leave them behind their last row.
static bool row_is_empty(const struct csv *csv)
{
    return csv->text.length == 0 && csv->broken == NULL && !csv->oversized;
}

// The carriage return of a CRLF is not part of the field.
static void cut_return(struct csv *csv)
{
    size_t length = csv->text.length;
    size_t field = csv->count > 0 ? csv->ends[csv->count - 1] : 0;
    if (csv->state == CSV_PLAIN && length > field && csv->text.data[length - 1] == '\r')
        buffer_truncate(&csv->text, length - 1);
}

// Inside quotes only a quote counts. *used: bytes gone over.
static void scan_quoted(struct csv *csv, const char *bytes, size_t length, size_t *used)
{
    const char *quote = memchr(bytes, '"', length);
    size_t run = quote != NULL ? (size_t)(quote - bytes) : length;
    add_bytes(csv, bytes, run);
    *used = run;
    if (quote != NULL) {
        csv->state = CSV_QUOTE_ENDED;
        *used = run + 1;
    }
}

// The character behind a quote that may have ended the field. A blank carriage return is dropped.
static void scan_behind_quote(struct csv *csv, char c)
{
    if (c == '"') {
        add_bytes(csv, "\"", 1);
        csv->state = CSV_QUOTED;
    } else if (c != '\r' && csv->broken == NULL) {
        csv->broken = "text behind a closing quote (a quote inside quotes is written twice)";
    }
}

// True: the row's line break was met. *used: bytes gone over, the line break included.
static bool scan_window(struct csv *csv, const char *bytes, size_t length, size_t *used)
{
    size_t i = 0;
    while (i < length) {
        size_t run = 1;
        char c = bytes[i];
        if (csv->state == CSV_QUOTED) {
            scan_quoted(csv, bytes + i, length - i, &run);
        } else if (c == '\n') {
            cut_return(csv);
            *used = i + 1;
            return true;
        } else if (c == csv->delimiter) {
            end_field(csv);
        } else if (csv->state == CSV_QUOTE_ENDED) {
            scan_behind_quote(csv, c);
        } else if (csv->state == CSV_START && c == '"') {
            csv->state = CSV_QUOTED;
        } else {
            run = run_without(bytes + i, length - i, csv->delimiter, '\n', '\n');
            add_bytes(csv, bytes + i, run);
            csv->state = CSV_PLAIN;
        }
        i += run;
    }
    *used = i;
    return false;
}

const char *csv_field(const struct csv *csv, size_t index, size_t *length)
{
    *length = 0;
    if (index >= csv->count)
        return "";
    size_t begin = index > 0 ? csv->ends[index - 1] : 0;
    *length = csv->ends[index] - begin;
    return buffer_text(&csv->text) + begin;
}

char csv_guess_delimiter(const char *header, size_t length)
{
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length && (quoted || header[i] != '\n'); i++) {
        const char *found = header[i] != '\0' ? strchr(candidates, header[i]) : NULL;
        if (header[i] == '"')
            quoted = !quoted;
        else if (!quoted && found != NULL)
            counts[found - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}
