// What a run does while an endpoint is away: calls wait and none is used up, until it answers again
// or patience ends.
#ifndef VQAGEN_OUTAGE_H
#define VQAGEN_OUTAGE_H

#include "run_state.h"

// Takes note of how a call ended. With several calls in one turn of the loop, all are noted before
// the first is judged: a server that dies takes all of them with it. One that cannot be reached
// from the start is away at once where there are others.
void outage_note(struct run *run, struct task *task, const struct fault *fault, int64_t now_ms);

// Whether the call failed because its endpoint is away, so that no retry is used up; *wait_ms is
// then how long it waits. A call whose retries are used up while nothing else had an answer either
// is taken for a sign that the endpoint is away, and not for a failure of the call.
bool outage_holds(struct run *run, const struct task *task, const struct fault *fault,
                  int64_t now_ms, int64_t *wait_ms);

// Endpoints that have been away for longer than --outage-patience are called no more; without any
// left the run stops (ERR_ENDPOINT).
void outage_check(struct run *run, int64_t now_ms);

// No call can succeed at the endpoint: the others go on without it, and without any the run ends.
void outage_lose(struct run *run, struct upstream *upstream, const struct error *why);

#endif
