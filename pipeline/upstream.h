// An endpoint as a run uses it: where calls go, how many are there, and whether another may go now.
#ifndef VQAGEN_UPSTREAM_H
#define VQAGEN_UPSTREAM_H

#include "breaker.h"
#include "endpoint.h"
#include "estimate.h"
#include "pace.h"
#include "price.h"

#include <stdint.h>

// Texts are borrowed while the upstream lives.
struct upstream_settings {
    struct endpoint_settings endpoint;
    const char *name; // in rows and reports; NULL: the endpoint's own
    unsigned weight;  // its share of the calls, beside the other endpoints' weights; 1 or more
    bool fallback;    // called only while no other endpoint can be
    struct pace_settings pace;
    const struct price *price; // borrowed; NULL: by its model, see spending.h
};

struct upstream {
    struct endpoint endpoint;
    const struct price *price; // NULL: unknown. See spending.h
    char *name;                // in rows; see upstreams_init. Owned
    char *label; // for people: "127.0.0.1 #2" is the second endpoint of the run. Owned
    unsigned weight;
    bool fallback;
    long long turn;        // of the weighted round; see upstreams_choose
    bool lost;             // a fault that no retry heals: it is called no more in this run
    struct error lost_why; // ERR_NONE until then
    struct pace pace;      // how many calls may be there, and when the next may go
    struct estimate estimate;
    struct endpoint_lessons told, kept; // what of its refusals was told and stored; see learn.h
    bool used_up_told;                  // people know that nothing is left for long
    int64_t frozen_until_ms;            // no call is sent before: the endpoint said so
    struct breaker breaker;             // whether it is away
    char away_for[200];                 // the fault that says so
    const char *away_fix;               // and what to do about it; static
    struct upstream_counts {            // of this run, for the report
        long long requests, replies, faults;
        double latency_sum_ms; // of the replies
    } counts;
};

// False: ERR_SETTINGS, as endpoint_init.
bool upstream_init(struct upstream *upstream, const struct upstream_settings *settings,
                   struct error *why);
void upstream_clear(struct upstream *upstream);

// Whether it can be called at all, now or once a call has ended or a wait is over. One that is away
// is not there, but for the one call that looks whether it is back; see upstream_wants_probe.
bool upstream_is_there(const struct upstream *upstream);

// Whether a call that demands so much may be sent there now.
bool upstream_is_free(const struct upstream *upstream, const struct demand *demand, int64_t now_ms);

// How long until a call may be sent there, as far as time alone decides; 0: no time need pass. -1:
// only the end of a call in flight can free it, or nothing.
int64_t upstream_wait_ms(const struct upstream *upstream, const struct demand *demand,
                         int64_t now_ms);

// It is away, and a call may go there now to see whether it is back.
bool upstream_wants_probe(const struct upstream *upstream, const struct demand *demand,
                          int64_t now_ms);

// A call went there; what is to be kept with it until it comes back.
struct pace_call upstream_begin(struct upstream *upstream, const struct demand *demand,
                                int64_t now_ms);
// It came back. True when the number of calls in flight settled or changed much: worth a word.
bool upstream_end(struct upstream *upstream, const struct pace_call *call,
                  const struct pace_result *result, int64_t now_ms);

// Nothing is sent there until that time: a rate limit holds for all calls, not for the one that met
// it.
void upstream_freeze(struct upstream *upstream, int64_t until_ms);

// It is called no more. The first reason is kept.
void upstream_lose(struct upstream *upstream, const struct error *why);

#endif
