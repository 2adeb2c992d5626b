// A model's answer in one shape, whatever the provider.
#ifndef VQAGEN_REPLY_H
#define VQAGEN_REPLY_H

#include "error.h"

// Tokens in one shape, whatever the provider counts in which; -1: not said.
struct usage {
    long long input_tokens;       // all of the input, cached ones too
    long long cached_tokens;      // part of input: read from a cache
    long long cache_write_tokens; // part of input: put into a cache, which some providers charge
    long long image_tokens;       // part of input
    long long output_tokens;      // reasoning included
    long long reasoning_tokens;   // part of output
};

extern const struct usage usage_unknown; // nothing was said

enum finish {
    FINISH_STOP,     // the model ended by itself
    FINISH_LENGTH,   // cut at max_tokens
    FINISH_REFUSED,  // a refusal, or a content filter
    FINISH_OVERLOAD, // the provider broke off (DeepSeek's insufficient_system_resource)
    FINISH_OTHER,
};

struct reply {
    char *text;      // what the model said; "" when it said nothing; owned
    char *reasoning; // from a reasoning field, or NULL; owned
    char *refusal;   // the provider's words for a refusal, or NULL; owned
    char *model;     // as the provider names it, or NULL; owned
    enum finish finish;
    struct usage usage;
};

void reply_clear(struct reply *reply);       // frees the strings
const char *finish_name(enum finish finish); // "stop", "length", "refused", "overload", "other"

#endif
