// Server-sent events, split out of bytes as they arrive (the "Server-sent events" section of the
// HTML standard). Pure: it knows neither sockets nor what events mean.
//
// However the bytes are cut, the same events come out. Lines may end in CR, LF or CRLF; comments
// (": keep-alive"), blank lines, a byte order mark at the beginning and the fields id and retry
// are passed over; the data lines of one event are joined with line feeds.
#ifndef VQAGEN_EVENT_STREAM_H
#define VQAGEN_EVENT_STREAM_H

#include "buffer.h"

// One event; borrowed during the call.
struct event {
    const char *name; // of its "event" field; "": none was given
    const char *data; // NUL-terminated
    size_t length;    // of data, which may hold NULs
};

// False: *why says what was wrong, and nothing more is split.
typedef bool event_take(void *context, const struct event *event, struct error *why);

struct event_stream {
    struct buffer line;     // under way
    struct buffer data;     // of the event under way, each line with a line feed behind it
    struct buffer name;     // its "event" field
    size_t max_event_bytes; // of a line, and of an event's data
    bool begun;             // a line was seen: no byte order mark can follow
    bool after_cr;          // a line feed that comes now belongs to that line's end
    event_take *take;
    void *context;
};

void event_stream_init(struct event_stream *stream, size_t max_event_bytes, event_take *take,
                       void *context);
void event_stream_clear(struct event_stream *stream);

// Hands each event that these bytes complete to `take`. False: ERR_TOO_LARGE for an event over the
// ceiling, ERR_MEMORY, or what `take` said.
bool event_stream_feed(struct event_stream *stream, const char *bytes, size_t length,
                       struct error *why);

// No more bytes come. The standard drops an event without a blank line behind it; servers leave
// that line out behind their last event, so it is taken here.
bool event_stream_end(struct event_stream *stream, struct error *why);

#endif
