// A reply asked for as a stream: the bytes of a 200 are read as they arrive and put together into
// the same reply that would have come whole.
//
// What was asked for as a stream may come whole all the same (servers that ignore the wish, and
// refusals): then this stands aside, and the body is read as ever.
#ifndef VQAGEN_REPLY_STREAM_H
#define VQAGEN_REPLY_STREAM_H

#include "provider.h"

struct reply_stream;

// max_bytes: of the reply's text, and of one event. NULL: ERR_MEMORY.
struct reply_stream *reply_stream_new(const struct provider *provider, size_t max_bytes,
                                      struct error *why);
void reply_stream_free(struct reply_stream *stream); // NULL is fine

// Takes the next bytes of a 2xx's body. False: the reply is over its ceiling or memory ran out, and
// nothing more need come.
bool reply_stream_feed(struct reply_stream *stream, const char *bytes, size_t length);

// Whether a first piece of the answer (not of the reasoning before it) has come.
bool reply_stream_has_text(const struct reply_stream *stream);

// Whether events have come: else the body is to be read as a whole.
bool reply_stream_is_events(const struct reply_stream *stream);

// Whether bytes seen so far can only be events, so that nobody needs the body itself.
bool reply_stream_replaces_body(const struct reply_stream *stream);

// What has come of the answer, of the reasoning when there is none; "" for nothing. Borrowed.
const char *reply_stream_so_far(const struct reply_stream *stream);

enum reply_stream_end {
    REPLY_STREAM_WHOLE,      // *reply is filled
    REPLY_STREAM_CUT,        // it ended before the answer did
    REPLY_STREAM_ERROR,      // an error came in place of more: *error, borrowed, is its JSON
    REPLY_STREAM_UNREADABLE, // *why says what the events are not
};

// No more bytes come. An answer is whole once the model said why it ended, or the stream its last
// word: servers differ in whether they send [DONE], and close some connections without it.
enum reply_stream_end reply_stream_end(struct reply_stream *stream, struct reply *reply,
                                       const char **error, struct error *why);

#endif
