#include "buffer.h"

#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *buffer, size_t ceiling)
{
    *buffer = (struct buffer){.ceiling = ceiling};
}

void buffer_clear(struct buffer *buffer)
{
    free(buffer->data);
    buffer_init(buffer, buffer->ceiling);
}

void buffer_empty(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = buffer->full = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

char *buffer_reserve(struct buffer *buffer, size_t length)
{
    if (buffer->failed)
        return NULL;
    if (length > buffer->ceiling - buffer->length) {
        buffer->failed = buffer->full = true;
        return NULL;
    }
    size_t needed = buffer->length + length + 1;
    if (needed > buffer->room) {
        size_t room = buffer->room + buffer->room / 2 + 32;
        if (room < needed)
            room = needed;
        char *data = memory_noted(realloc(buffer->data, room));
        if (data == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->data = data;
        buffer->room = room;
    }
    return buffer->data + buffer->length;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    char *end = buffer_reserve(buffer, length);
    if (end == NULL)
        return false;
    if (length > 0)
        memcpy(end, bytes, length);
    end[length] = '\0';
    buffer->length += length;
    return true;
}

bool buffer_append_text(struct buffer *buffer, const char *text)
{
    return buffer_append(buffer, text, strlen(text));
}

bool buffer_append_char(struct buffer *buffer, char c)
{
    return buffer_append(buffer, &c, 1);
}

// Written where there is room already, which is enough for most; else once more, in room made for
// it.
bool buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t room = buffer->room - buffer->length;
    char *end = room > 0 ? buffer->data + buffer->length : NULL;
    int length = vsnprintf(end, room, format, arguments);
    va_end(arguments);
    buffer->failed |= length < 0;
    bool fits = length >= 0 && (size_t)length < room;
    char *reserved = length < 0 ? NULL : buffer_reserve(buffer, (size_t)length);
    if (reserved != NULL) {
        if (!fits)
            vsnprintf(reserved, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    } else if (room > 0) {
        *end = '\0'; // what was tried
    }
    va_end(again);
    return reserved != NULL;
}

void buffer_truncate(struct buffer *buffer, size_t length)
{
    if (length < buffer->length) {
        buffer->length = length;
        buffer->data[length] = '\0';
    }
}

bool buffer_check(const struct buffer *buffer, const char *what, struct error *why)
{
    if (!buffer->failed)
        return true;
    bool at_ceiling = buffer->full || buffer->length + 1 >= buffer->ceiling ||
                      buffer->room >= buffer->ceiling / 2;
    if (!at_ceiling)
        return error_set(why, ERR_MEMORY, "no memory for %s at %zu bytes", what, buffer->length);
    return error_set(why, ERR_TOO_LARGE, "%s is larger than %zu bytes", what, buffer->ceiling);
}

char *buffer_take(struct buffer *buffer)
{
    char *data = NULL;
    if (!buffer->failed)
        data = buffer->data != NULL ? buffer->data : memory_noted(calloc(1, 1));
    if (data == NULL || data != buffer->data)
        free(buffer->data);
    buffer_init(buffer, buffer->ceiling);
    return data;
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->data != NULL ? buffer->data : "";
}
