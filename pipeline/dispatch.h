// Calls out: which one is sent next, where to, and when.
#ifndef VQAGEN_DISPATCH_H
#define VQAGEN_DISPATCH_H

#include "run_state.h"

bool dispatch_send(struct run *run, struct error *why); // while slots are free

// Calls whose time has come are ready again.
bool dispatch_wake_due(struct run *run, int64_t now_ms, struct error *why);

int dispatch_wait_ms(const struct run *run, int64_t now_ms); // until there is something to send

#endif
