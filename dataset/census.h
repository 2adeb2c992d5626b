// What stands in a store, counted: for showing a run, also while it is going on. Everything but the
// items is read from sums that the run keeps, so that a million items are counted in a second.
#ifndef VQAGEN_CENSUS_H
#define VQAGEN_CENSUS_H

#include "histogram.h"
#include "store.h"

enum { CENSUS_STATES = 4, CENSUS_SLOWEST = 10 };

struct census_count {
    char *name; // owned
    long long by_state[CENSUS_STATES];
};

struct census_counts {
    struct census_count *list; // most first; owned
    size_t count;
};

// Of one minute, or of one endpoint.
struct census_sum {
    int64_t minute; // since 1970
    char *name;     // of the endpoint; owned; NULL for a minute
    long long replies, faults, requests, items;
    long long input_tokens, output_tokens, cost_nano;
    double latency_ms; // of the replies, in all
};

struct census_sums {
    struct census_sum *list; // owned
    size_t count;
};

struct census {
    long long items, by_state[CENSUS_STATES]; // of the current input, as far as it was seen
    struct census_counts topics, kinds;       // "-": without a topic; kinds of failures
    struct store_totals totals;
    struct census_sums minutes, endpoints; // minutes in order, those without anything left out
    long long latencies[HISTOGRAM_BUCKETS];
    struct census_slow {
        char *item; // id; owned
        enum call_step step;
        double latency_ms;
    } slowest[CENSUS_SLOWEST];
    size_t slow_count;
    char **lessons; // "openai, gpt-5: no_temperature"; owned with the texts
    size_t lesson_count;
    char **probes; // "openai, gpt-5: seen"; likewise
    size_t probe_count;
};

// Counts a store opened with store_open_reading, all at one moment. False: ERR_DISK, ERR_MEMORY, or
// ERR_INPUT when the store is of an older version; nothing to clear.
bool census_take(struct store *store, struct census *census, struct error *why);
void census_clear(struct census *census);

#endif
