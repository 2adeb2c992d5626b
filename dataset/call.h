// A call as the store keeps it: the key of what was intended, and the reply or the final fault.
#ifndef VQAGEN_CALL_H
#define VQAGEN_CALL_H

#include "digest.h"

#include <stdint.h>

enum call_step { STEP_DRAFT, STEP_ANSWER, STEP_OPTIONS };
const char *call_step_name(enum call_step step); // "draft", "answer", "options"

struct call {
    struct digest key; // SHA-256 over the intended call; see recipe_key() in the pipeline
    enum call_step step;
    unsigned try_number; // 1 ...: rules send a step back to the model
    unsigned repeat;     // 0 ... K-1: `--repeat`
    unsigned round;      // 0 ...: taken up again with `--retry`
    // What came of it.
    bool replied;    // a reply was received; else the last fault stands in kind and message
    char *text;      // the reply's text, or the start of the last fault's body; owned
    char *reasoning; // owned; or NULL
    char *finish;    // "stop", "length", "refused", ...; owned; or NULL
    char *model;     // as the endpoint names it; owned; or NULL
    char *kind;      // of the fault; NULL when replied; owned
    char *message;   // of the fault; owned; or NULL
    int http_status;
    long long input_tokens, cached_tokens, output_tokens, reasoning_tokens; // -1: not said
    long long cache_write_tokens, image_tokens;                             // likewise
    bool image_estimated;  // image_tokens by a published formula, not by the provider
    long long cost_nano;   // billionths of a dollar, at the prices of its day; -1: not known
    unsigned attempts;     // requests sent for it; 0: the reply to an equal call of another item
    double latency_ms;     // of the last attempt
    double first_token_ms; // of a streamed reply, until its text began; negative: none
    int64_t when_ms;       // wall clock, when it ended
    char *endpoint;        // who answered; owned; or NULL
};

void call_clear(struct call *call);

#endif
