// What an endpoint says of its rate limits in the headers of every answer, good ones too, in one
// shape.
//
//   OpenAI and those who speak like it, Azure:
//   x-ratelimit-{limit,remaining,reset}-{requests,tokens,
//     project-tokens}; the reset is a Go duration ("6m0s", "84ms"), with some gateways a Unix time
//     in seconds or milliseconds. Without the last word (OpenRouter, many gateways): requests.
//   The IETF's draft "RateLimit header fields": ratelimit-{limit,remaining,reset}; seconds.
//   Anthropic ("Rate limits", response headers): anthropic-ratelimit-{requests,tokens,input-tokens,
//     output-tokens}-{limit,remaining,reset}; the reset is an RFC 3339 time.
//   Gemini, DeepSeek, Zhipu, vLLM, llama.cpp and Ollama send none; Gemini's RetryInfo stands in the
//   body and is read by fault.c.
#ifndef VQAGEN_LIMIT_HEADERS_H
#define VQAGEN_LIMIT_HEADERS_H

#include <stddef.h>
#include <stdint.h>

struct limit_bucket {
    int64_t limit, remaining; // -1: not said
    int64_t reset_ms;         // from when the headers came; -1: not said
};

struct limit_headers {
    struct limit_bucket requests, tokens, input_tokens, output_tokens;
    struct limit_bucket project_tokens; // while headers come in; limit_headers_end makes it part of
                                        // tokens
};

void limit_headers_init(struct limit_headers *limits); // nothing said

// Takes one header line ("name: value", with or without its line end); lines about other things
// are passed over. wall_ms: now, which resets given as a time of day count from.
void limit_headers_take(struct limit_headers *limits, const char *line, size_t length,
                        int64_t wall_ms);

// All headers have come: of the account's and the project's tokens the tighter bucket is `tokens`.
void limit_headers_end(struct limit_headers *limits);

// How long until every bucket that is empty is refilled; where none says what is left, until the
// last reset. -1: not said.
int64_t limit_headers_wait_ms(const struct limit_headers *limits);

#endif
