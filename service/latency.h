// How long the simulated endpoint takes for a call.
#ifndef VQAGEN_LATENCY_H
#define VQAGEN_LATENCY_H

#include "error.h"

#include <stdint.h>

enum latency_kind { LATENCY_FIXED, LATENCY_LOGNORMAL, LATENCY_UNIFORM };

struct latency {
    enum latency_kind kind;
    double a, b; // seconds: fixed: a; lognormal: mean a, sigma b; uniform: from a to b
};

// "0", "0.5s", "250ms", "fixed:0.5s", "lognormal:MEAN,SIGMA", "uniform:FROM,TO"; NULL is "0".
// False: ERR_SETTINGS.
bool latency_parse(const char *text, struct latency *latency, struct error *why);

// Seconds from "0.5", "0.5s" or "500ms", at most a day; what follows is left in *rest. False: none.
bool latency_parse_seconds(const char *text, const char **rest, double *seconds);

// One draw, in nanoseconds; a function of random alone.
int64_t latency_draw(const struct latency *latency, uint64_t random);

#endif
