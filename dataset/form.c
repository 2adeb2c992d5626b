#include "form.h"

#include "csv.h"
#include "record.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool header_names_image(const char *line, size_t length);

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);
    return length >= tail && strcasecmp(name + length - tail, suffix) == 0;
}

enum input_form form_of(const char *bytes, size_t length, bool complete, const char *name,
                        bool (*is_image)(const void *bytes, size_t length), size_t *skip)
{
    enum { SNIFFED_BYTES = 512 };
    *skip = length >= 3 && memcmp(bytes, byte_order_mark, 3) == 0 ? 3 : 0;
    const char *at = bytes + *skip, *end = bytes + length;
    while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0')
        at++;
    if (at < end && (*at == '[' || *at == '{'))
        return *at == '[' ? FORM_ARRAY : FORM_OBJECTS;
    bool full = complete || length >= READER_BYTES;
    if (!full && length < SNIFFED_BYTES && memchr(bytes, '\n', length) == NULL)
        return FORM_UNCLEAR;
    size_t sniffed = length < SNIFFED_BYTES ? length : SNIFFED_BYTES;
    if (is_image(bytes, sniffed))
        return FORM_IMAGE;
    const char *line_end = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    if (line_end == NULL && !full)
        return FORM_UNCLEAR;
    if (header_names_image(at, (size_t)((line_end != NULL ? line_end : end) - at)))
        return FORM_CSV;
    bool lines = has_suffix(name, ".jsonl") || has_suffix(name, ".ndjson");
    return lines && at < end && text_valid_utf8(at, line_end != NULL ? (size_t)(line_end - at) : 0)
               ? FORM_LINES
               : FORM_OTHER;
}

// Whether one of the names in a header line, whatever its delimiter, is an image field's.
static bool header_names_image(const char *line, size_t length)
{
    char name[64];
    size_t used = 0;
    for (size_t i = 0; i <= length; i++) {
        char c = i < length ? line[i] : ',';
        if (c == ',' || c == ';' || c == '\t' || c == '\r') {
            name[used] = '\0';
            if (record_is_image_field(text_trim(name)))
                return true;
            used = 0;
        } else if (c != '"' && used + 1 < sizeof name) {
            bool joins = c == '-' || (c == ' ' && used > 0);
            name[used++] = joins ? '_' : (char)tolower((unsigned char)c);
        }
    }
    return false;
}

// What people give by mistake, by how it begins.
static const struct {
    const char *bytes;
    size_t length;
    const char *what;
} known[] = {
    {"%PDF", 4, "a PDF document"},
    {"PK\x03\x04", 4, "a ZIP archive (or a spreadsheet): unpack it, or save it as CSV"},
    {"\x1f\x8b", 2, "gzip-compressed: unpack it first"},
    {"BZh", 3, "bzip2-compressed: unpack it first"},
    {"\x28\xb5\x2f\xfd", 4, "zstd-compressed: unpack it first"},
    {"\xfd"
     "7zXZ",
     5, "xz-compressed: unpack it first"},
    {"7z\xbc\xaf", 4, "a 7-Zip archive: unpack it first"},
    {"PAR1", 4, "a Parquet file: export it as JSONL first"},
    {"ARROW1", 6, "an Arrow file: export it as JSONL first"},
    {"SQLite format 3", 15, "an SQLite database"},
    {"\xff\xfe", 2, "text in UTF-16: save it as UTF-8"},
    {"\xfe\xff", 2, "text in UTF-16: save it as UTF-8"},
    {"\x7f"
     "ELF",
     4, "a program"},
    {"<", 1, "HTML or XML"},
};

static bool looks_like_text(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] < 0x20 && strchr("\t\r\n\f", bytes[i]) == NULL)
            return false;
    return memchr(bytes, '\0', length) == NULL;
}

bool form_refuse(const char *bytes, size_t length, const char *name, struct error *why)
{
    if (length == 0)
        return error_set(why, ERR_INPUT, "%s is empty", name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (length >= known[i].length && memcmp(bytes, known[i].bytes, known[i].length) == 0)
            return error_set(why, ERR_INPUT, "%s is neither an image nor records: it is %s", name,
                             known[i].what);
    if (!looks_like_text(bytes, length < 512 ? length : 512)) {
        char hex[3 * 8 + 1] = "";
        for (size_t i = 0; i < length && i < 8; i++)
            snprintf(hex + 3 * i, 4, " %02x", (unsigned char)bytes[i]);
        return error_set(why, ERR_INPUT,
                         "%s is neither an image that can be read nor records: it begins with the "
                         "bytes%s",
                         name, hex);
    }
    size_t shown_bytes = run_without(bytes, length < 60 ? length : 60, '\r', '\n', '\0');
    char *shown = text_repair(bytes, shown_bytes);
    if (has_suffix(name, ".csv") || has_suffix(name, ".tsv"))
        error_set(why, ERR_INPUT,
                  "the header of %s names no column for the image (image, image_path, image_url "
                  "or image_base64); it is \"%s\"",
                  name, shown != NULL ? shown : "");
    else
        error_set(why, ERR_INPUT,
                  "%s is neither an image nor records (a JSON array, JSONL, or CSV with a header "
                  "that names an image column): it begins with \"%s\"",
                  name, shown != NULL ? shown : "");
    free(shown);
    return false;
}
