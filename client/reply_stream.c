#include "reply_stream.h"

#include "event_stream.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum form {
    FORM_OPEN, // nothing but blanks so far
    FORM_EVENTS,
    FORM_WHOLE, // JSON or HTML
};

struct reply_stream {
    const struct provider *provider;
    enum form form;
    struct event_stream events;
    struct reply_draft draft;
    size_t count;         // events read
    bool ended;           // the terminator came
    bool ending;          // no more bytes come: an event that is cut is no fault of the server's
    struct error trouble; // the first event that is not of this protocol
};

static bool take_event(void *context, const struct event *event, struct error *why);

struct reply_stream *reply_stream_new(const struct provider *provider, size_t max_bytes,
                                      struct error *why)
{
    struct reply_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a stream");
        return NULL;
    }
    stream->provider = provider;
    event_stream_init(&stream->events, max_bytes, take_event, stream);
    reply_draft_init(&stream->draft, max_bytes);
    return stream;
}

void reply_stream_free(struct reply_stream *stream)
{
    if (stream == NULL)
        return;
    event_stream_clear(&stream->events);
    reply_draft_clear(&stream->draft);
    free(stream);
}

// What the first character that is neither blank nor part of a byte order mark tells.
static enum form form_of(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\0' || strchr(" \t\r\n\xef\xbb\xbf", bytes[i]) == NULL)
            return bytes[i] != '\0' && strchr("{[<", bytes[i]) != NULL ? FORM_WHOLE : FORM_EVENTS;
    return FORM_OPEN;
}

bool reply_stream_feed(struct reply_stream *stream, const char *bytes, size_t length)
{
    if (stream->form == FORM_OPEN)
        stream->form = form_of(bytes, length);
    if (stream->form == FORM_WHOLE || stream->trouble.kind != ERR_NONE)
        return true;
    struct error why = {0};
    if (event_stream_feed(&stream->events, bytes, length, &why))
        return true;
    stream->trouble = why;
    return why.kind == ERR_REPLY;
}

bool reply_stream_has_text(const struct reply_stream *stream)
{
    return stream->draft.text.length > 0;
}

bool reply_stream_is_events(const struct reply_stream *stream)
{
    return stream->form == FORM_EVENTS && stream->count > 0;
}

bool reply_stream_replaces_body(const struct reply_stream *stream)
{
    return stream->count > 0;
}

const char *reply_stream_so_far(const struct reply_stream *stream)
{
    const struct reply_draft *draft = &stream->draft;
    return buffer_text(draft->text.length > 0 ? &draft->text : &draft->reasoning);
}

static bool is_blank(const struct event *event)
{
    for (size_t i = 0; i < event->length; i++)
        if (event->data[i] == '\0' || strchr(" \t\n", event->data[i]) == NULL)
            return false;
    return true;
}

// Whether the data is OpenAI's last word; the other protocols have none that stands alone.
static bool is_terminator(const struct event *event)
{
    return strncmp(event->data, "[DONE]", 6) == 0;
}

static bool take_event(void *context, const struct event *event, struct error *why)
{
    struct reply_stream *stream = context;
    if (is_blank(event))
        return true;
    stream->count++;
    if (is_terminator(event)) {
        stream->ended = true;
        return true;
    }
    struct error cause = {0};
    cJSON *root = wire_parse(event->data, event->length, &cause);
    if (root == NULL)
        return stream->ending ||
               error_set(why, cause.kind, "an event of the stream: %s; it begins: %.80s",
                         cause.message, event->data);
    struct reply_draft *draft = &stream->draft;
    stream->provider->read_event(root, draft);
    cJSON_Delete(root);
    return buffer_check(&draft->text, "a reply", why) &&
           buffer_check(&draft->reasoning, "the reasoning of a reply", why) &&
           buffer_check(&draft->refusal, "a refusal", why);
}

enum reply_stream_end reply_stream_end(struct reply_stream *stream, struct reply *reply,
                                       const char **error, struct error *why)
{
    struct reply_draft *draft = &stream->draft;
    stream->ending = true;
    if (stream->trouble.kind == ERR_NONE)
        event_stream_end(&stream->events, &stream->trouble);
    *error = draft->error;
    if (draft->error != NULL)
        return REPLY_STREAM_ERROR;
    if (stream->trouble.kind != ERR_NONE) {
        error_set(why, stream->trouble.kind, "%s", stream->trouble.message);
        return REPLY_STREAM_UNREADABLE;
    }
    if (!draft->finished && !stream->ended)
        return REPLY_STREAM_CUT;
    if (!draft->begun) {
        error_set(why, ERR_REPLY, "the event stream holds no answer of this protocol");
        return REPLY_STREAM_UNREADABLE;
    }
    return reply_draft_take(draft, reply, why) ? REPLY_STREAM_WHOLE : REPLY_STREAM_UNREADABLE;
}
