// What a run has done so far, and how it is shown while it goes on.
#ifndef VQAGEN_PROGRESS_H
#define VQAGEN_PROGRESS_H

#include "buffer.h"
#include "histogram.h"

#include <stdint.h>

struct progress {
    int64_t begun_ms;                           // monotonic
    long long items, done_before;               // admitted so far; finished by earlier runs
    long long unread;                           // of them, those whose records were not read
    long long accepted, rejected, unknown;      // by this run
    long long screened;                         // of the rejected: by screening
    bool all_admitted;                          // the input has ended: items is the total
    long long calls, requests, retries, faults; // calls: replies and final faults of this run
    long long shared; // calls that took the reply of an equal one under way
    long long input_tokens, cached_tokens, output_tokens;
    long long cost_nano, limit_nano; // of all runs on DIR; limit 0: none
    unsigned in_flight, most_in_flight;
    unsigned limit;          // of calls in flight, found by itself; 0: fixed, and not shown
    const char *limit_word;  // why it stands there, in a word or two
    size_t endpoints, there; // of the run; of them, those that can be called
    long long latency[HISTOGRAM_BUCKETS];
    long long latencies;
    double latency_sum_ms;
    long long first_token[HISTOGRAM_BUCKETS]; // of streamed replies: time until the text began
    long long first_tokens;
    double first_token_sum_ms;

    int64_t shown_ms; // when it was last shown
    int64_t rate_since_ms;
    long long rate_items;
    double rate; // items a second, smoothed
};

void progress_begin(struct progress *progress, int64_t now_ms);
void progress_add_latency(struct progress *progress, double milliseconds);

// The time until a streamed reply's text began, and the one that `share` (0 to 1) of the replies
// did not exceed, in ms; -1 when there was none.
void progress_add_first_token(struct progress *progress, double milliseconds);
double progress_first_token_percentile(const struct progress *progress, double share);

// Shows the line when it is time: ten times a second on a terminal, every ten seconds elsewhere.
void progress_show(struct progress *progress, int64_t now_ms, bool stopping);

// The line itself.
void progress_write(const struct progress *progress, int64_t now_ms, bool stopping,
                    struct buffer *out);

#endif
