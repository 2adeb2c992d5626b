// What the calls of a window of time say of a number of calls in flight. Pure: of samples and two
// times.
//
// Calls that were under way at an edge of the window count with the part of them that lay inside,
// so that throughput, latency and calls in flight fit each other exactly (Little's law) but for
// what the client itself adds.
#ifndef VQAGEN_TUNE_WINDOW_H
#define VQAGEN_TUNE_WINDOW_H

#include "tune_result.h"

#include <stdint.h>

// A call that was sent.
struct tune_sample {
    int64_t start_us, end_us; // as the loop saw them; end_us: INT64_MAX while it is under way
    double latency_ms;        // as the transfer took
    double first_token_ms;    // -1: not streamed
    const char *kind;         // of the fault; NULL: a reply
    bool refused;             // busy, or too much at once
    bool left_out;            // sent again at once without a parameter, or called off
    long long input_tokens, cached_tokens, output_tokens; // -1: not said
    long long cost_nano;                                  // -1: no price is known
};

struct tune_window {
    int64_t from_us, to_us;
};

// A level as the search for the knee needs it.
struct knee_level {
    unsigned concurrency;
    double seconds;
    double replies, calls_per_second; // replies only; parts of calls count as parts
    double mean_ms, deviation_ms;     // of the replies' latencies
    long long ended, refused, failed; // calls
    double slope, slope_error;        // of latency over time: ms a second
};

// Fills in both but for concurrency, saturated, refined and what needs the calls of an item.
// False: ERR_MEMORY.
bool tune_window_measure(const struct tune_sample *samples, size_t count,
                         const struct tune_window *window, struct knee_level *level,
                         struct tune_level *row, struct error *why);

// Whether a window holds enough: `wanted` replies, or fewer beside many that were refused.
bool tune_window_is_full(long long wanted, long long replies, long long faults);

// Counts the latencies of replies that ended in the window in `buckets` equal parts.
void tune_window_histogram(const struct tune_sample *samples, size_t count,
                           const struct tune_window *window, long long *buckets, double *width_ms);

#endif
