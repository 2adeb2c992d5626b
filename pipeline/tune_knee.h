// The search for the knee: the number of calls in flight beyond which an endpoint gives no more
// throughput. Pure: from the levels measured so far to the level to measure next, and to the knee.
//
// Latencies are noisy, so the knee is not read off one level. It is the endpoint's capacity, in
// replies a second pooled over the levels beyond saturation, times its unloaded mean latency,
// pooled over the levels clearly below (Little's law). That holds alike for endpoints that queue,
// slow down, refuse, or are limited to a rate.
#ifndef VQAGEN_TUNE_KNEE_H
#define VQAGEN_TUNE_KNEE_H

#include "tune_window.h"

enum knee_sign {
    KNEE_NO_SIGN,
    KNEE_REFUSED, // more than 2 % of the calls
    KNEE_GAIN,    // below 10 % for a doubling, or below 60 % with latency risen for certain
    KNEE_LATENCY, // above three times the unloaded one
    KNEE_RISING,  // latency still grows while the level is held
    KNEE_LIMIT,   // the rate limit that the endpoint's headers tell
};

struct knee {
    struct knee_level levels[TUNE_LEVELS]; // ascending; see knee_add
    enum knee_sign signs[TUNE_LEVELS];     // by knee_judge
    size_t count;
    double limit_per_second; // by headers; 0: none is told
    unsigned most;           // highest level allowed
    unsigned refined;        // levels measured round the knee; two are enough. 0 again without one

    // By knee_judge.
    double base_ms;             // unloaded mean latency; 0: not known
    double capacity_per_second; // 0: not reached
    double place;               // the knee; 0: not reached
    bool refuses;               // what goes beyond it is refused
};

// Takes a level in, in its place; one of the same concurrency is pooled with it.
void knee_add(struct knee *knee, const struct knee_level *level);

void knee_judge(struct knee *knee);

// The level to measure next; 0: there is no more to find out. Call knee_judge first.
// *refining: it is one of those round the knee.
unsigned knee_next(const struct knee *knee, bool *refining);

// How many replies a level wants, warm-up aside.
long long knee_wanted(unsigned concurrency);

// The most calls that finding a knee takes.
long long knee_most_calls(unsigned knee);

// Whether so few calls were spent that the level, as it was measured just now, can be held once
// more without taking more than that in all. The knee is taken to be 15 % below where it seems to
// be, else at the level.
bool knee_may_repeat(const struct knee *knee, const struct knee_level *level, long long calls);

#endif
