// The latency of calls at one level of concurrency, measured so that it can be compared.
//
// A window follows a cohort: the next calls that begin while as many are in flight as allowed. It
// is read when 70 % of them have ended: the mean of the middle of their logarithms, in which those
// still out count as slower than the rest. So one reply that never comes neither delays nor shifts
// it, and short calls are not counted before long ones (taking the first that end would).
//
// Kinds of calls differ in latency and their mixture changes: each kind's usual distance from the
// level is learned and taken off.
#ifndef VQAGEN_PACE_WINDOW_H
#define VQAGEN_PACE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_KINDS = 4, PACE_COHORT = 256, PACE_RECENT = 32 };

struct pace_window {
    unsigned number; // tells this cohort's calls from earlier ones'; 0: no cohort's
    unsigned wanted, begun, ended;
    float samples[PACE_COHORT]; // logarithms of milliseconds, of those ended
};

// How far the latencies of each kind of calls lie from those of the others, learned from calls that
// end at about the same time, so that a change of load, which moves all kinds, is none of it.
struct pace_offsets {
    struct pace_kind {
        double offset;       // of the logarithm
        unsigned learned;    // samples that it rests on
        double level, share; // of the last 64 calls: those of this kind, and how many
    } kinds[PACE_KINDS];
};

// The last calls that ended, whatever their cohort: for what must be seen at once.
struct pace_recent {
    float samples[PACE_RECENT];
    unsigned count, next;
};

void pace_window_begin(struct pace_window *window, unsigned calls); // up to PACE_COHORT
// The number to be noted with a call that begins now; 0 when the cohort is complete.
unsigned pace_window_take(struct pace_window *window);
void pace_window_end(struct pace_window *window, unsigned number, double level);
void pace_window_lose(struct pace_window *window, unsigned number); // a call without a latency
bool pace_window_is_full(const struct pace_window *window);
double pace_window_level(struct pace_window *window); // of a full one

// The logarithm of a latency with its kind's offset taken off; learns the offset.
double pace_offsets_apply(struct pace_offsets *offsets, unsigned kind, double latency_ms);

void pace_recent_add(struct pace_recent *recent, double level);
// The median of the last `count` ones; NAN while there are fewer.
double pace_recent_median(const struct pace_recent *recent, unsigned count);

#endif
