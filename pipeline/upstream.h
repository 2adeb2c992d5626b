// An endpoint as a run uses it: where calls go, how many are there, and whether another may go now.
#ifndef VQAGEN_UPSTREAM_H
#define VQAGEN_UPSTREAM_H

#include "endpoint.h"

#include <stdint.h>

struct upstream {
    struct endpoint endpoint;
    unsigned concurrency; // most calls in flight
    unsigned in_flight;
    int64_t frozen_until_ms; // no call is sent before: the endpoint said so
};

// False: ERR_SETTINGS, as endpoint_init.
bool upstream_init(struct upstream *upstream, const struct endpoint_settings *settings,
                   unsigned concurrency, struct error *why);
void upstream_clear(struct upstream *upstream);

// Whether a call may be sent there now.
bool upstream_is_free(const struct upstream *upstream, int64_t now_ms);

// How long until a call may be sent there, as far as time alone decides; 0: no time need pass. -1:
// only the end of a call in flight can free it.
int64_t upstream_wait_ms(const struct upstream *upstream, int64_t now_ms);

// A call went there, or came back.
void upstream_begin(struct upstream *upstream);
void upstream_end(struct upstream *upstream);

// Nothing is sent there until that time: a rate limit holds for all calls, not for the one that met
// it.
void upstream_freeze(struct upstream *upstream, int64_t until_ms);

#endif
