// When a failed call may be sent again: a pure function of its arguments.
#ifndef VQAGEN_RETRY_H
#define VQAGEN_RETRY_H

#include "fault.h"

#include <stdint.h>

struct retry_settings {
    unsigned retries; // how often a call may be sent again; 0: never
    int64_t base_ms;  // first backoff: 2000; doubled each time: 2, 4, 8 s
    int64_t max_ms;   // largest backoff: 60000
    int64_t
        max_wait_ms; // largest Retry-After that is honoured: 600000; a longer one fails the call
};

struct retry_settings retry_settings_default(void);

// The wait before attempt number `attempt` + 1 (attempt: how often it was sent, 1 or more), or -1
// when it shall not be sent again. The endpoint's own wait (Retry-After, words of the body, resets
// in the headers: see fault.h) counts as it is, plus up to 10 %. Else the wait is drawn from the
// whole of 2, 4, 8 s ("full jitter": Brooker, "Exponential Backoff And Jitter", AWS Architecture
// Blog, 2015: with it many clients of one endpoint finish soonest and with the fewest calls), but
// for its first tenth: a retry within milliseconds meets the same trouble. unit: uniform in [0, 1).
//
// well: the endpoint answers most calls (breaker_is_well). Longer waits are a relief for one that
// is ill; for one that is not they only delay the call, so that they grow no more after 8 s.
int64_t retry_wait_ms(const struct retry_settings *settings, const struct fault *fault,
                      unsigned attempt, bool well, double unit);

#endif
