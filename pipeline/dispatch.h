// Calls out and replies in: which call is sent next, what becomes of one that failed, and the
// promise that a reply is on disk before anything is made of it.
#ifndef VQAGEN_DISPATCH_H
#define VQAGEN_DISPATCH_H

#include "run_state.h"

bool dispatch_send(struct run *run, struct error *why); // while slots are free
bool dispatch_take(struct run *run, struct error *why); // what has finished since the last time
void dispatch_done(void *run,
                   struct exchange *exchange); // for the client: an exchange has finished

// Calls whose time has come are ready again.
bool dispatch_wake_due(struct run *run, int64_t now_ms, struct error *why);

int dispatch_wait_ms(const struct run *run, int64_t now_ms); // until there is something to send

#endif
