// Small helpers round cJSON, and the writer of JSON strings for text that is streamed or must keep
// an exact order of bytes.
#ifndef VQAGEN_JSON_H
#define VQAGEN_JSON_H

#include "buffer.h"

#include <cjson/cJSON.h>

// A parsed document that must end with the text (blanks may follow). NULL: ERR_RECORD with the
// place. The caller frees it with cJSON_Delete. Text need not be NUL-terminated.
cJSON *json_parse(const char *text, size_t length, struct error *why);

// Appends text as a JSON string with quotes. Characters above U+007F stay as they are; bytes that
// are not UTF-8 become U+FFFD; NULL becomes null.
void json_write_string(struct buffer *out, const char *text);

// Appends `"name":` in front of a value; a comma first unless the text ends in '{'.
void json_write_name(struct buffer *out, const char *name);

// Appends a number in its shortest form; null when it is not finite.
void json_write_real(struct buffer *out, double value);

void json_write_string_field(struct buffer *out, const char *name, const char *value);
void json_write_integer_field(struct buffer *out, const char *name, long long value);
void json_write_real_field(struct buffer *out, const char *name, double value);
void json_write_bool_field(struct buffer *out, const char *name, bool value);

// Appends a parsed value compactly.
bool json_write_value(struct buffer *out, const cJSON *value);

// The member's text when it is a string, else NULL. Borrowed from the object.
const char *json_text(const cJSON *object, const char *name);

// The member as a whole number when it is one (a digit string too), else `otherwise`.
long long json_integer(const cJSON *object, const char *name, long long otherwise);

// cJSON_GetObjectItemCaseSensitive that takes NULL.
const cJSON *json_member(const cJSON *object, const char *name);

#endif
