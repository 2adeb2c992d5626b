// What `vqagen tune` found: the levels it measured, the one it recommends, and why. Filled in by
// tune.c; shown as a table, as JSON, as a settings file and as a page.
#ifndef VQAGEN_TUNE_RESULT_H
#define VQAGEN_TUNE_RESULT_H

#include "error.h"

#include <stddef.h>

enum { TUNE_LEVELS = 64, TUNE_KINDS = 12, TUNE_SIDES = 12, TUNE_BUCKETS = 60 };

// Calls that ended with one kind of fault.
struct tune_kind {
    const char *kind; // a word of the fault table
    long long count;
};

// One number of calls in flight, held for a while; the calls of the warm-up are left out.
struct tune_level {
    unsigned concurrency;
    long long calls, replies; // that ended within the window; of them, replies
    double seconds;           // of the window
    double calls_per_second;  // replies only
    double items_per_second;
    double p50_ms, p95_ms, p99_ms, mean_ms; // of the replies; -1: none
    double first_token_p50_ms;              // -1: not streamed
    double in_flight;                       // mean over the window, as the client had it
    double littles_ratio;                   // calls/s times mean latency by in_flight; 1 is exact
    bool client_bound;                      // it is not within 5 %: the client was the limit
    struct tune_kind faults[TUNE_KINDS];
    size_t fault_count;
    long long input_tokens, cached_tokens, output_tokens;
    double cost_per_1000_items; // USD; -1: no price is known
    bool saturated;             // by the slope test or by the gain
    bool refined;               // measured again near the knee
};

// One longest side of images: how the answers agree with those at the largest side.
struct tune_side {
    unsigned side_px;
    int quality;
    long long questions, agreed;
    double agreement; // share; -1: nothing to compare
    double mean_input_tokens, mean_image_bytes;
    double cost_per_1000_items; // -1: no price is known
};

// Questions drafted in one call.
struct tune_draft {
    unsigned questions;
    double usable; // share of them that passed the rules
    double calls_per_item, seconds_per_item, tokens_per_item;
};

struct tune_result {
    char when[32]; // UTC
    char endpoint[80], model[120];
    double base_ms;                        // mean latency of a call alone
    struct tune_level levels[TUNE_LEVELS]; // by concurrency
    size_t level_count;
    struct tune_side sides[TUNE_SIDES]; // by side, largest first
    size_t side_count;
    struct tune_draft drafts[4];
    size_t draft_count;
    long long histogram[TUNE_BUCKETS]; // of latencies at the recommended level; see histogram_ms
    double histogram_ms;               // width of a bucket
    unsigned knee;                     // calls in flight beyond which nothing is gained
    unsigned concurrency;              // recommended
    unsigned batch_size, max_side, per_image; // recommended
    char reason[400];                         // one or two sentences
    char stopped[200];                        // why it ended early; "" when it did not
    long long calls;                          // spent, all phases
    double cost;                              // USD; -1: no price is known
    double seconds;
};

#endif
