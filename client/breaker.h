// Whether an endpoint is away: pure; time is an argument.
//
// Closed, calls pass. It opens when most of the recent calls failed for reasons of the endpoint's
// own (no connection, no answer, 5xx; never a refusal of one item, which is an answer). Open, no
// call passes until a cool-down is over; then one does, the probe. An answer closes the breaker; a
// failure doubles the cool-down.
//
// An endpoint that has never answered is not away but wrong: its failures open nothing. Who has
// another endpoint to turn to may open it all the same.
#ifndef VQAGEN_BREAKER_H
#define VQAGEN_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };

enum breaker_outcome {
    BREAKER_ANSWERED, // also with a refusal
    BREAKER_FAILED,   // for reasons of the endpoint's own
    BREAKER_UNTOLD,   // given up by us: says nothing
};

enum breaker_change { BREAKER_SAME, BREAKER_OPENED, BREAKER_STILL_AWAY, BREAKER_BACK };

struct breaker {
    enum breaker_state state;
    bool answered;         // ever
    uint64_t recent;       // outcomes, the newest in bit 0; 1: failed
    unsigned noted;        // outcomes in recent
    int64_t answered_ms;   // when it last did
    int64_t opened_ms;     // when it was found to be away
    int64_t changed_ms;    // of the state: calls begun before say nothing about it
    int64_t cool_ms;       // of the cool-down under way
    int64_t probe_ms;      // when it is over
    int64_t away_ms;       // in all, of outages that are over
    long long count;       // outages
    long long probes;      // sent
    long long last_for_ms; // of the outage last over
};

void breaker_init(struct breaker *breaker);

// How long until a call may be sent; 0: now; -1: when the probe has come back.
int64_t breaker_wait_ms(const struct breaker *breaker, int64_t now_ms);

void breaker_begin(struct breaker *breaker, int64_t now_ms); // a call is sent

// A call ended that was sent at begun_ms.
enum breaker_change breaker_end(struct breaker *breaker, enum breaker_outcome outcome,
                                int64_t begun_ms, int64_t now_ms);

// Opens it: other signs say that the endpoint is away. BREAKER_SAME when it was open.
enum breaker_change breaker_trip(struct breaker *breaker, int64_t now_ms);

int64_t breaker_away_ms(const struct breaker *breaker, int64_t now_ms); // 0 while it is closed

// Whether it answers calls: at least half of the recent ones. False while few have ended.
bool breaker_is_well(const struct breaker *breaker);

// How many of the newest outcomes are failures, without one answer between.
unsigned breaker_streak(const struct breaker *breaker);

#endif
