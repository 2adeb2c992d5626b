#include "throttle.h"

#include "clock.h"

// OpenAI's header guide: resets are the time until the bucket is full.
static void write_openai(const char *what, const struct limit_level *bucket, struct buffer *out)
{
    char wait[32];
    if (bucket->limit > 0)
        buffer_append_format(out,
                             "x-ratelimit-limit-%s: %lld\nx-ratelimit-remaining-%s: %lld\n"
                             "x-ratelimit-reset-%s: %s\n",
                             what, bucket->limit, what, bucket->remaining, what,
                             excuse_duration(bucket->full_ms, wait));
}

// Anthropic's "Rate limits": resets are times, to the second, at which the bucket is full.
static void write_anthropic(const char *what, const struct limit_level *bucket, int64_t wall_ms,
                            struct buffer *out)
{
    char when[32];
    if (bucket->limit > 0)
        buffer_append_format(out,
                             "anthropic-ratelimit-%s-limit: %lld\n"
                             "anthropic-ratelimit-%s-remaining: %lld\n"
                             "anthropic-ratelimit-%s-reset: %s\n",
                             what, bucket->limit, what, bucket->remaining, what,
                             clock_format_utc(wall_ms + bucket->full_ms + 999, when));
}

static void write_state(const struct player *player, const struct limit_levels *state,
                        struct buffer *out)
{
    int64_t wall_ms = clock_wall_ms();
    switch (player->limits) {
    case LIMIT_STYLE_OPENAI:
        write_openai("requests", &state->requests, out);
        write_openai("tokens", &state->tokens, out);
        break;
    case LIMIT_STYLE_ANTHROPIC:
        write_anthropic("requests", &state->requests, wall_ms, out);
        write_anthropic("tokens", &state->tokens, wall_ms, out);
        write_anthropic("input-tokens", &state->tokens, wall_ms, out);
        break;
    case LIMIT_STYLE_OPENROUTER:
        if (state->verdict != LIMIT_TAKEN)
            buffer_append_format(out,
                                 "X-RateLimit-Limit: %lld\nX-RateLimit-Remaining: 0\n"
                                 "X-RateLimit-Reset: %lld\n",
                                 state->verdict == LIMIT_REQUESTS ? state->requests.limit
                                                                  : state->tokens.limit,
                                 (long long)(wall_ms + state->wait_ms));
        break;
    case LIMIT_STYLE_NONE:
        break;
    }
}

void throttle_headers(const struct player *player, const struct limit_levels *state,
                      struct buffer *out)
{
    write_state(player, state, out);
    if (state->verdict != LIMIT_REQUESTS && state->verdict != LIMIT_TOKENS)
        return;
    // Whole seconds, at least one.
    if (!player->retry_none)
        buffer_append_format(out, "Retry-After: %lld\n", (long long)(state->wait_ms + 999) / 1000);
    if (player->retry_ms)
        buffer_append_format(out, "retry-after-ms: %lld\n", (long long)state->wait_ms);
}

const char *throttle_kind(const struct limit_levels *state, long long tokens,
                          struct excuse_values *values)
{
    bool requests = state->verdict == LIMIT_REQUESTS;
    const struct limit_level *bucket = requests ? &state->requests : &state->tokens;
    values->limit = bucket->limit;
    values->used = bucket->limit - bucket->remaining;
    values->actual = requests ? 1 : tokens;
    values->wait_ms = state->wait_ms;
    switch (state->verdict) {
    case LIMIT_REQUESTS:
        return "rate-requests";
    case LIMIT_TOKENS:
        return "rate-tokens";
    case LIMIT_REQUEST_SIZE:
        return "request-size";
    default:
        return NULL;
    }
}
