// Calls out: which one is sent next, where to, and when.
#ifndef VQAGEN_DISPATCH_H
#define VQAGEN_DISPATCH_H

#include "run_state.h"

bool dispatch_send(struct run *run, struct error *why); // while slots are free

// Calls whose time has come are ready again.
bool dispatch_wake_due(struct run *run, int64_t now_ms, struct error *why);

int dispatch_wait_ms(const struct run *run, int64_t now_ms); // until there is something to send

// The request of a task, for the image that its subject has in memory; the task notes where it goes
// and under which lessons. NULL: ERR_MEMORY, ERR_SETTINGS.
struct exchange *dispatch_write(const struct recipe *recipe, struct task *task,
                                struct upstream *upstream, struct error *why);

#endif
