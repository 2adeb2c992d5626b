// The bodies of replies, in OpenAI's shapes.
#ifndef VQAGEN_COMPLETION_H
#define VQAGEN_COMPLETION_H

#include "buffer.h"
#include "faults.h"
#include "request.h"
#include "script.h"

// What a completion says.
struct completion {
    const char *model;
    const char *text;
    const char *refusal; // NULL: none
    const char *finish;  // "stop", "length"
    struct fingerprint print;
    unsigned seen;
    long long input_tokens, cached_tokens, output_tokens;
    long long stored_tokens;    // part of input that a cache keeps from now on
    const char *reasoning;      // NULL: none
    long long reasoning_tokens; // part of output
    bool thinks_apart;          // the protocol has parts of their own for it
    const char *stop;           // the stop text that ended it; NULL: none did
    bool no_usage;              // does not tell what it cost
    bool no_done;               // a stream without its last event
    bool stream;                // as server-sent events
    bool stream_usage;          // wanted in an OpenAI stream
    bool stream_array;          // Gemini's stream as one JSON array
    int64_t token_ns;           // time between two tokens of a stream
    struct script *script;      // where a stream's pieces are noted; NULL: nowhere
};

// The next piece of a text that is sent as a token, in bytes, never within a character; 0 at its
// end.
size_t completion_token(const char *text);

// Notes that out up to its end is sent a token's time after what came before.
void completion_paced(const struct completion *completion, const struct buffer *out);

// Notes that it is sent at once.
void completion_unpaced(const struct completion *completion, const struct buffer *out);

void completion_write(const struct completion *completion, struct buffer *out);

// {"error":{"message","type","param","code"}}; NULL and "" become null.
void completion_write_error(const char *message, const char *type, const char *param,
                            const char *code, struct buffer *out);

// Changes the completion as the fault says (empty, refusal, length, think, fence, ...). text: holds
// the changed text. Other actions change nothing.
void completion_spoil(struct completion *completion, enum fault_action action, struct buffer *text);

// Leaves out of the text's beginning what is given as its start; NULL: nothing. A text that begins
// otherwise stays as it is.
void completion_continue(struct completion *completion, const char *start);

// Ends the text before the first of the stops. text: holds the shorter one.
void completion_end(struct completion *completion, char *const *stops, size_t count,
                    struct buffer *text);

// Cuts the text to max_tokens, when that is not 0; finish becomes "length" then.
void completion_cut(struct completion *completion, long long max_tokens, struct buffer *text);

#endif
