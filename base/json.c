#include "json.h"

#include "text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

cJSON *json_parse(const char *text, size_t length, struct error *why)
{
    const char *end = NULL;
    cJSON *value = cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (value == NULL) {
        size_t place = end != NULL && end >= text ? (size_t)(end - text) : 0;
        error_set(why, ERR_RECORD, "not JSON: stops making sense at byte %zu of %zu", place,
                  length);
        return NULL;
    }
    for (; end < text + length && *end != '\0'; end++)
        if (strchr(" \t\r\n", *end) == NULL) {
            cJSON_Delete(value);
            error_set(why, ERR_RECORD, "not JSON: text after the value, at byte %zu",
                      (size_t)(end - text));
            return NULL;
        }
    return value;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static bool any_zero(uint64_t bytes)
{
    return ((bytes - 0x0101010101010101u) & ~bytes & 0x8080808080808080u) != 0;
}

// Whether all eight are plain. Prompts are long and most of their bytes are, so that looking at
// them one by one costs more than all else that writes a request.
static bool eight_plain(const unsigned char *at)
{
    const uint64_t each = 0x0101010101010101u;
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    // The highest bit of a byte is set in the sum from 0x7f on, if none was higher.
    return ((bytes | (bytes + each)) & (each << 7)) == 0 &&
           ((bytes - each * 0x20) & ~bytes & (each << 7)) == 0 && !any_zero(bytes ^ each * '"') &&
           !any_zero(bytes ^ each * '\\');
}

// A character of three bytes, as most of Chinese is; the two leads that take a closer look, for
// what is too long and for surrogates, are left to utf8proc.
static bool three_bytes(const unsigned char *at)
{
    return (at[0] & 0xf0) == 0xe0 && at[0] != 0xe0 && at[0] != 0xed && (at[1] & 0xc0) == 0x80 &&
           (at[2] & 0xc0) == 0x80;
}

// The end of what can be written as it stands.
static const unsigned char *plain_end(const unsigned char *at, const unsigned char *end)
{
    for (;;) {
        utf8proc_int32_t character;
        utf8proc_ssize_t used;
        if (end - at >= 8 && eight_plain(at))
            at += 8;
        else if (is_plain(*at))
            at++;
        else if (three_bytes(at))
            at += 3;
        else if (*at >= 0x80 && (used = utf8proc_iterate(at, end - at, &character)) > 0)
            at += used;
        else
            return at;
    }
}

static void write_escape(struct buffer *out, unsigned char c)
{
    static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
    const char *found = strchr(from, c);
    if (c >= 0x80)
        buffer_append_text(out, "\xef\xbf\xbd");
    else if (found != NULL)
        buffer_append_format(out, "\\%c", to[found - from]);
    else
        buffer_append_format(out, "\\u%04x", c);
}

void json_write_string(struct buffer *out, const char *text)
{
    if (text == NULL) {
        buffer_append_text(out, "null");
        return;
    }
    size_t length = strlen(text);
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    if (buffer_reserve(out, length + 2) == NULL) // it takes no less
        return;
    buffer_append_char(out, '"');
    for (;;) {
        const unsigned char *stop = plain_end(at, end);
        buffer_append(out, at, (size_t)(stop - at));
        if (stop == end)
            break;
        write_escape(out, *stop);
        at = stop + 1;
    }
    buffer_append_char(out, '"');
}

void json_write_name(struct buffer *out, const char *name)
{
    if (out->length > 0 && out->data[out->length - 1] != '{')
        buffer_append_char(out, ',');
    json_write_string(out, name);
    buffer_append_char(out, ':');
}

void json_write_string_field(struct buffer *out, const char *name, const char *value)
{
    json_write_name(out, name);
    json_write_string(out, value);
}

void json_write_integer_field(struct buffer *out, const char *name, long long value)
{
    json_write_name(out, name);
    buffer_append_format(out, "%lld", value);
}

void json_write_real(struct buffer *out, double value)
{
    if (!isfinite(value)) {
        buffer_append_text(out, "null");
        return;
    }
    char text[32];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buffer_append_text(out, text);
}

void json_write_real_field(struct buffer *out, const char *name, double value)
{
    json_write_name(out, name);
    json_write_real(out, value);
}

void json_write_bool_field(struct buffer *out, const char *name, bool value)
{
    json_write_name(out, name);
    buffer_append_text(out, value ? "true" : "false");
}

bool json_write_value(struct buffer *out, const cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);
    if (text == NULL) {
        out->failed = true;
        return false;
    }
    bool kept = buffer_append_text(out, text);
    cJSON_free(text);
    return kept;
}

const cJSON *json_member(const cJSON *object, const char *name)
{
    return object != NULL ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const char *json_text(const cJSON *object, const char *name)
{
    const cJSON *member = json_member(object, name);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

long long json_integer(const cJSON *object, const char *name, long long otherwise)
{
    const cJSON *member = json_member(object, name);
    long long value;
    if (cJSON_IsNumber(member) && fabs(member->valuedouble) < 9e15)
        return (long long)member->valuedouble;
    if (cJSON_IsString(member) && text_to_integer(member->valuestring, &value))
        return value;
    return otherwise;
}
