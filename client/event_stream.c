#include "event_stream.h"

#include <string.h>

static bool end_line(struct event_stream *stream, struct error *why);
static bool end_event(struct event_stream *stream, struct error *why);

void event_stream_init(struct event_stream *stream, size_t max_event_bytes, event_take *take,
                       void *context)
{
    *stream =
        (struct event_stream){.max_event_bytes = max_event_bytes, .take = take, .context = context};
    buffer_init(&stream->line, max_event_bytes);
    buffer_init(&stream->data, max_event_bytes);
    buffer_init(&stream->name, max_event_bytes);
}

void event_stream_clear(struct event_stream *stream)
{
    buffer_clear(&stream->line);
    buffer_clear(&stream->data);
    buffer_clear(&stream->name);
}

// How many bytes stand before the next CR or LF, or before the end.
static size_t line_length(const char *bytes, size_t length)
{
    const char *feed = memchr(bytes, '\n', length);
    size_t end = feed != NULL ? (size_t)(feed - bytes) : length;
    const char *carriage = memchr(bytes, '\r', end);
    return carriage != NULL ? (size_t)(carriage - bytes) : end;
}

bool event_stream_feed(struct event_stream *stream, const char *bytes, size_t length,
                       struct error *why)
{
    for (size_t at = 0; at < length;) {
        if (stream->after_cr && bytes[at] == '\n') {
            stream->after_cr = false;
            at++;
            continue;
        }
        stream->after_cr = false;
        size_t part = line_length(bytes + at, length - at);
        if (part > 0 && !buffer_append(&stream->line, bytes + at, part))
            return buffer_check(&stream->line, "an event of the stream", why);
        at += part;
        if (at == length)
            break;
        stream->after_cr = bytes[at++] == '\r';
        if (!end_line(stream, why))
            return false;
    }
    return true;
}

bool event_stream_end(struct event_stream *stream, struct error *why)
{
    return (stream->line.length == 0 || end_line(stream, why)) && end_event(stream, why);
}

// The value behind "field:", without the one space that may lead it; NULL: another field.
static const char *value_of(const struct buffer *line, const char *field, size_t *length)
{
    size_t name = strlen(field);
    const char *text = buffer_text(line);
    if (line->length < name || memcmp(text, field, name) != 0)
        return NULL;
    if (line->length == name) { // a field without a colon is one with an empty value
        *length = 0;
        return text + name;
    }
    if (text[name] != ':')
        return NULL;
    size_t skip = name + 1 + (text[name + 1] == ' ');
    *length = line->length - skip;
    return text + skip;
}

static bool take_field(struct event_stream *stream, struct error *why)
{
    size_t length;
    const char *value = value_of(&stream->line, "data", &length);
    struct buffer *to = &stream->data;
    if (value == NULL) {
        value = value_of(&stream->line, "event", &length);
        if (value == NULL)
            return true; // id, retry, a comment, or what nobody knows
        to = &stream->name;
        buffer_empty(to);
    }
    buffer_append(to, value, length);
    if (to == &stream->data)
        buffer_append_char(to, '\n');
    return buffer_check(to, "an event of the stream", why);
}

static bool end_line(struct event_stream *stream, struct error *why)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct buffer *line = &stream->line;
    if (!stream->begun && line->length >= 3 && memcmp(line->data, mark, 3) == 0) {
        memmove(line->data, line->data + 3, line->length - 3 + 1);
        line->length -= 3;
    }
    stream->begun = true;
    bool good = line->length == 0 ? end_event(stream, why) : take_field(stream, why);
    buffer_empty(line);
    return good;
}

static bool end_event(struct event_stream *stream, struct error *why)
{
    struct buffer *data = &stream->data;
    bool good = true;
    if (data->length > 0) {
        data->data[--data->length] = '\0';
        struct event event = {buffer_text(&stream->name), data->data, data->length};
        good = stream->take(stream->context, &event, why);
    }
    buffer_empty(data);
    buffer_empty(&stream->name);
    return good;
}
