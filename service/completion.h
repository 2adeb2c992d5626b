// The bodies of replies, in OpenAI's shapes.
#ifndef VQAGEN_COMPLETION_H
#define VQAGEN_COMPLETION_H

#include "buffer.h"
#include "faults.h"
#include "request.h"

// What a completion says.
struct completion {
    const char *model;
    const char *text;
    const char *refusal; // NULL: none
    const char *finish;  // "stop", "length"
    struct fingerprint print;
    unsigned seen;
    long long input_tokens, cached_tokens, output_tokens;
    long long stored_tokens; // part of input that a cache keeps from now on
    bool stream;             // as server-sent events
};

void completion_write(const struct completion *completion, struct buffer *out);

// {"error":{"message","type","param","code"}}; NULL and "" become null.
void completion_write_error(const char *message, const char *type, const char *param,
                            const char *code, struct buffer *out);

void completion_write_models(const char *model, struct buffer *out);

// Changes the completion as the fault says (empty, refusal, length, think, fence). text: holds the
// changed text. Other actions change nothing.
void completion_spoil(struct completion *completion, enum fault_action action, struct buffer *text);

// Cuts the text to max_tokens, when that is not 0; finish becomes "length" then.
void completion_cut(struct completion *completion, long long max_tokens, struct buffer *text);

#endif
