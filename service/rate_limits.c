#include "rate_limits.h"

#include <pthread.h>
#include <stdlib.h>

// Whole numbers, so that nothing is lost over the hours.
struct bucket {
    int64_t room, level; // in 1/60,000 of a unit: one millisecond brings `limit` of them
    long long limit;
};

enum { PARTS = 60000 };

struct rate_limits {
    pthread_mutex_t lock;
    // Guarded by lock.
    struct bucket requests, tokens;
    int64_t at_ms; // when they were brought up to date
};

struct rate_limits *rate_limits_new(unsigned requests, unsigned tokens, struct error *why)
{
    struct rate_limits *limits = calloc(1, sizeof *limits);
    if (limits == NULL) {
        error_set(why, ERR_MEMORY, "no memory for rate limits");
        return NULL;
    }
    limits->requests =
        (struct bucket){(int64_t)requests * PARTS, (int64_t)requests * PARTS, requests};
    limits->tokens = (struct bucket){(int64_t)tokens * PARTS, (int64_t)tokens * PARTS, tokens};
    pthread_mutex_init(&limits->lock, NULL);
    return limits;
}

void rate_limits_free(struct rate_limits *limits)
{
    if (limits == NULL)
        return;
    pthread_mutex_destroy(&limits->lock);
    free(limits);
}

static void refill(struct bucket *bucket, int64_t ms)
{
    int64_t missing = bucket->room - bucket->level;
    if (bucket->limit == 0)
        return;
    // A day is longer than any bucket takes to fill, and keeps the product small.
    int64_t gain = ms > 86400000 ? missing : ms * bucket->limit;
    bucket->level += gain < missing ? gain : missing;
}

// Until the bucket holds that many units; 0: it does. Rounded up.
static int64_t wait_for(const struct bucket *bucket, long long units)
{
    int64_t missing = (int64_t)units * PARTS - bucket->level;
    if (bucket->limit == 0 || missing <= 0)
        return 0;
    return (missing + bucket->limit - 1) / bucket->limit;
}

static void take(struct bucket *bucket, long long units)
{
    if (bucket->limit > 0)
        bucket->level -= (int64_t)units * PARTS;
}

static struct limit_level tell(const struct bucket *bucket)
{
    return (struct limit_level){bucket->limit, bucket->level / PARTS,
                                wait_for(bucket, bucket->limit)};
}

void rate_limits_take(struct rate_limits *limits, long long tokens, int64_t now_ms,
                      struct limit_levels *state)
{
    pthread_mutex_lock(&limits->lock);
    if (limits->at_ms != 0 && now_ms > limits->at_ms) {
        refill(&limits->requests, now_ms - limits->at_ms);
        refill(&limits->tokens, now_ms - limits->at_ms);
    }
    if (now_ms > limits->at_ms)
        limits->at_ms = now_ms;
    int64_t requests_ms = wait_for(&limits->requests, 1);
    int64_t tokens_ms = wait_for(&limits->tokens, tokens);
    state->wait_ms = requests_ms > tokens_ms ? requests_ms : tokens_ms;
    state->verdict = state->wait_ms == 0 ? LIMIT_TAKEN
                     : limits->tokens.limit > 0 && tokens > limits->tokens.limit
                         ? LIMIT_REQUEST_SIZE
                     : requests_ms >= tokens_ms ? LIMIT_REQUESTS
                                                : LIMIT_TOKENS;
    if (state->verdict == LIMIT_TAKEN) {
        take(&limits->requests, 1);
        take(&limits->tokens, tokens);
    }
    state->requests = tell(&limits->requests);
    state->tokens = tell(&limits->tokens);
    pthread_mutex_unlock(&limits->lock);
}
