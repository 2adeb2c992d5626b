// Waits as endpoints write them: Go durations ("6m0s", "84ms", "1.146s", "1h30m0s"), protobuf
// durations ("38.2s"), "20 seconds", and the values of Retry-After.
#ifndef VQAGEN_DURATION_H
#define VQAGEN_DURATION_H

#include <stdint.h>

// The duration that the text begins with, in milliseconds, rounded up; -1: none. A number without
// a unit counts as seconds. Blanks may stand between a number and its unit, and between parts.
int64_t duration_parse_ms(const char *text);

// The first duration in the lower-cased text that stands behind words such as "try again in",
// "retry after" or "retrydelay"; -1: none.
int64_t duration_find_ms(const char *lower);

// The value of a Retry-After header: seconds (fractions are seen) or an HTTP date, which counts
// from wall_ms; a date that has passed is 0. -1: neither.
int64_t duration_retry_after_ms(const char *value, int64_t wall_ms);

#endif
