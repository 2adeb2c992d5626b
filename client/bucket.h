// Rate limits as buckets: what may be sent now, and when there is room again.
//
// By settings: never more than the limit within any minute. A twentieth may go at once, the rest
// comes in evenly. By headers: what the endpoint says is left, coming in again as it has shown;
// where nothing is left until a far reset, a call a minute asks whether that is so.
#ifndef VQAGEN_BUCKET_H
#define VQAGEN_BUCKET_H

#include "limit_headers.h"

#include <stdbool.h>

// Tokens of a call: estimated before it is sent, told by the endpoint afterwards.
struct bucket_cost {
    double input, output;
};

struct bucket {
    bool used;           // there is a limit
    bool fixed;          // learned: it comes in all at once, at the end of a fixed time
    double room;         // may be taken now; below 0 after a call that cost more than was thought
    double most;         // that it fills up to
    double per_ms;       // that come in
    int64_t at_ms;       // when room was so
    int64_t refilled_ms; // full again from then on; 0: not known
};

struct buckets {
    struct bucket set_requests, set_tokens;        // by the settings
    struct bucket requests, tokens, input, output; // learned from headers
};

void buckets_init(struct buckets *buckets, long long requests_per_minute,
                  long long tokens_per_minute);

// 0: there is room for a call of that cost.
int64_t buckets_wait_ms(const struct buckets *buckets, const struct bucket_cost *cost,
                        int64_t now_ms);

void buckets_take(struct buckets *buckets, const struct bucket_cost *cost, int64_t now_ms);

// The call cost `used` (-1: not said) where `cost` was thought.
void buckets_correct(struct buckets *buckets, const struct bucket_cost *cost,
                     const struct bucket_cost *used, int64_t now_ms);

void buckets_learn(struct buckets *buckets, const struct limit_headers *limits, int64_t now_ms);

// For how long nothing at all is left, as the headers say; 0: something is, or comes in.
int64_t buckets_used_up_ms(const struct buckets *buckets, int64_t now_ms);

// Whether what the headers say explains a refusal: a bucket is empty.
bool buckets_are_empty(const struct buckets *buckets, int64_t now_ms);

#endif
