// What the simulator counts: requests, tokens, connections, which bodies came again, and what a
// provider's prefix cache would hold. From any thread.
#ifndef VQAGEN_LEDGER_H
#define VQAGEN_LEDGER_H

#include "buffer.h"
#include "fingerprint.h"

struct ledger;

// cached_prefixes: beginnings that the prefix cache holds. NULL: ERR_MEMORY.
struct ledger *ledger_new(size_t cached_prefixes, struct error *why);
void ledger_free(struct ledger *ledger);

void ledger_connection(struct ledger *ledger, bool opened);

// A chat request has begun, or has ended.
void ledger_begin(struct ledger *ledger);
void ledger_end(struct ledger *ledger);

// Counts a body and says how often it had come before.
unsigned ledger_seen(struct ledger *ledger, const struct fingerprint *body);

// Whether the beginning was seen within the last 5 minutes, as OpenAI keeps it; notes it as seen.
bool ledger_cached(struct ledger *ledger, const struct fingerprint *prefix, int64_t now_ms);

// A refused request and why. The last few different reasons are kept.
void ledger_invalid(struct ledger *ledger, int status, const char *message);

// The outcome of a chat request, once it is decided.
struct outcome {
    int status;        // 0: none was sent (reset, stall)
    const char *fault; // name of the fault that was put in; NULL: none. Static
    size_t bytes_in, bytes_out;
    long long input_tokens, cached_tokens, output_tokens;
    bool answered; // a whole reply of the model: a provider would charge for it
};
void ledger_outcome(struct ledger *ledger, const struct fingerprint *body,
                    const struct outcome *outcome);

// A counted reply did not go out whole after all: the client had gone.
void ledger_unsent(struct ledger *ledger, const struct fingerprint *body,
                   const struct outcome *outcome);

// Appends the counts as a JSON object. working, most_working, waiting: of the schedule.
void ledger_write(struct ledger *ledger, unsigned working, unsigned most_working, unsigned waiting,
                  struct buffer *out);

#endif
