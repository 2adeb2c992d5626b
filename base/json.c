#include "json.h"

#include "text.h"

#include <math.h>
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

// The bytes at `at` that need no escape.
static size_t plain_run(const unsigned char *at)
{
    size_t length = 0;
    while (at[length] >= 0x20 && at[length] < 0x7f && at[length] != '"' && at[length] != '\\')
        length++;
    return length;
}

void json_write_string(struct buffer *out, const char *text)
{
    if (text == NULL) {
        buffer_append_text(out, "null");
        return;
    }
    buffer_append_char(out, '"');
    const unsigned char *at = (const unsigned char *)text;
    for (;;) {
        size_t run = plain_run(at);
        buffer_append(out, at, run);
        at += run;
        unsigned char c = *at;
        if (c == '\0')
            break;
        if (c >= 0x80) {
            utf8proc_int32_t character;
            utf8proc_ssize_t used = utf8proc_iterate(at, -1, &character);
            if (used > 0)
                buffer_append(out, at, (size_t)used);
            else
                buffer_append_text(out, "\xef\xbf\xbd");
            at += used > 0 ? used : 1;
            continue;
        }
        static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
        const char *found = strchr(from, c);
        if (found != NULL)
            buffer_append_format(out, "\\%c", to[found - from]);
        else
            buffer_append_format(out, "\\u%04x", c);
        at++;
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
