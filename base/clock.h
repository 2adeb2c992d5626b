// Time, in whole milliseconds. Pure code takes the time as an argument; only loops read the clock.
#ifndef VQAGEN_CLOCK_H
#define VQAGEN_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void); // monotonic: for waits and durations; not changed by a stepped clock
int64_t
clock_now_us(void); // the same clock in microseconds: for what lasts less than a few of the above
int64_t clock_wall_ms(void); // since 1970-01-01 UTC: for records that people read

// "2026-11-22T00:33:46Z"; text needs 32 bytes and is returned.
char *clock_format_utc(int64_t wall_ms, char *text);

#endif
