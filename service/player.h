// Whom the simulator plays: the provider or server whose words, error shapes and headers it uses.
// A constant table, one entry each. Without a choice each protocol is played by its own provider.
#ifndef VQAGEN_PLAYER_H
#define VQAGEN_PLAYER_H

#include "protocol.h"

enum player_id {
    PLAYER_OPENAI,
    PLAYER_ANTHROPIC,
    PLAYER_GEMINI,
    PLAYER_AZURE,
    PLAYER_DEEPSEEK,
    PLAYER_ZHIPU,
    PLAYER_ALIBABA,
    PLAYER_OPENROUTER,
    PLAYER_VLLM,
    PLAYER_LLAMACPP,
    PLAYER_OLLAMA,
    PLAYER_COUNT
};

// How the state of the rate limits is told in headers.
enum limit_style {
    LIMIT_STYLE_NONE,
    LIMIT_STYLE_OPENAI,     // x-ratelimit-*, resets as durations ("6m0s")
    LIMIT_STYLE_ANTHROPIC,  // anthropic-ratelimit-*, resets as RFC 3339 times
    LIMIT_STYLE_OPENROUTER, // X-RateLimit-* on refusals, the reset in ms since 1970
};

struct player {
    const char *name;
    const struct protocol *protocol;
    void (*write_error)(const struct protocol_error *error, struct buffer *out);
    enum limit_style limits;
    bool retry_ms;     // sends retry-after-ms, too
    bool retry_none;   // sends no Retry-After
    bool reasons;      // has reasoning_content beside content
    bool usage_always; // in the last chunk of a stream, asked for or not
};

// By its id, or by its name; NULL: there is none.
const struct player *player_at(enum player_id id);
const struct player *player_find(const char *name);
enum player_id player_id_of(const struct player *player);

// Who answers in a protocol: the chosen one (NULL: none) if it speaks it, else the protocol's own.
const struct player *player_of(const struct player *chosen, const struct protocol *protocol);

#endif
