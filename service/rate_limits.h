// Rate limits: two token buckets that refill all the time, as providers keep them. From any thread.
#ifndef VQAGEN_RATE_LIMITS_H
#define VQAGEN_RATE_LIMITS_H

#include "error.h"

#include <stdint.h>

struct rate_limits;

// A minute's requests and tokens; 0: no limit of that kind. Both buckets are full at first. NULL:
// ERR_MEMORY.
struct rate_limits *rate_limits_new(unsigned requests, unsigned tokens, struct error *why);
void rate_limits_free(struct rate_limits *limits); // NULL is fine

enum limit_verdict {
    LIMIT_TAKEN,        // the request was counted
    LIMIT_REQUESTS,     // too many requests
    LIMIT_TOKENS,       // too many tokens
    LIMIT_REQUEST_SIZE, // more tokens than a whole minute has: never
};

struct limit_level {
    long long limit, remaining; // limit 0: there is none
    int64_t full_ms;            // until it is full again
};

struct limit_levels {
    enum limit_verdict verdict;
    int64_t wait_ms; // until it would be taken
    struct limit_level requests, tokens;
};

// Takes one request of that many tokens, or none of it.
void rate_limits_take(struct rate_limits *limits, long long tokens, int64_t now_ms,
                      struct limit_levels *state);

#endif
