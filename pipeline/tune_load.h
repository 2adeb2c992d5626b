// Load on an endpoint: a given number of calls in flight, as a run would make them, each measured.
//
// The calls are those of items that live in memory only: nothing is stored. A slot whose call was
// refused rests for about two latencies, or as long as the endpoint asks, before it is used again.
// The loop's parts lie beside it: tune_items.h has the items, tune_calls.h sends, tune_replies.h
// takes what comes, tune_samples.h keeps how each call went.
#ifndef VQAGEN_TUNE_LOAD_H
#define VQAGEN_TUNE_LOAD_H

#include "bucket.h"
#include "budget.h"
#include "client.h"
#include "subject.h"
#include "tune_samples.h"
#include "upstreams.h"

#include <signal.h>

// Where items come from, and where they go.
struct tune_feed {
    const struct recipe *recipe;
    // NULL with why unset: there are no more.
    struct subject *(*next)(void *context, struct error *why);
    void (*ended)(void *context, const struct subject *subject); // NULL: nobody asks
    void *context;
};

struct tune_load {
    const struct run_settings *settings; // borrowed
    struct upstream *upstream;           // borrowed
    struct client *client;
    struct budget budget;
    struct buckets buckets; // what the headers tell of rate limits
    struct tune_feed feed;
    bool feed_ended;
    struct subject *first, *last; // under work, oldest first
    struct exchange *finished;    // linked by exchange->transfer
    struct tune_samples samples;
    int64_t *held; // owned; when the resting slots may be used again, us
    size_t held_count, held_room;
    unsigned target;     // calls in flight
    bool whole;          // of a level, which says nothing with fewer than its target
    double latency_ms;   // of late; 0: not known
    bool refused_before; // a call was refused in some level
    bool any_reply;
    long long calls, most_calls;
    long long most_nano;                  // that a call was taken to cost
    long long tokens_of_replies, replies; // for the tokens of a call
    long long items, accepted;            // that ended
    uint64_t jitter;
    char stopped[200]; // why nothing more is sent; "": nothing is in the way
};

// False: ERR_SETTINGS (a limit without a price), ERR_MEMORY.
bool tune_load_open(struct tune_load *load, const struct run_settings *settings,
                    struct upstream *upstream, long long most_calls, struct error *why);
void tune_load_close(struct tune_load *load);

// Holds so many calls in flight until `wanted` replies were measured, the warm-up aside. The load
// stays when it returns, as long as the next level begins at once. load->stopped tells whether it
// ended early. False: ERR_MEMORY, ERR_INTERNAL, or a fault before the first reply that no retry
// heals.
bool tune_load_level(struct tune_load *load, unsigned concurrency, long long wanted,
                     struct tune_window *window, struct error *why);

// Works off all that the feed gives, so many calls at a time.
bool tune_load_all(struct tune_load *load, unsigned concurrency, struct error *why);

// Waits for the calls in flight and drops all items under work: before another feed.
bool tune_load_settle(struct tune_load *load, struct error *why);

// Whether --max-calls and --max-cost leave so many calls more, of which the last `in_flight` may
// cost all that they can.
bool tune_load_affords(const struct tune_load *load, long long calls, unsigned in_flight);

// Nothing more is sent. The first reason is kept.
void tune_load_stop(struct tune_load *load, const char *reason);

// Calls a second that the headers allow; 0: they tell no limit.
double tune_load_limit(const struct tune_load *load);

#endif
