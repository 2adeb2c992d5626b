// Replies in: what becomes of a finished exchange, and the promise that a reply is on disk before
// anything is made of it.
#ifndef VQAGEN_JUDGE_H
#define VQAGEN_JUDGE_H

#include "run_state.h"

// For the client: an exchange has finished, and is judged with the others of its turn.
void judge_later(void *run, struct exchange *exchange);

// Judges what has finished since the last time.
bool judge_finished(struct run *run, struct error *why);

// A reply as the store keeps it, but for its cost; takes the reply's texts.
void judge_make_call(struct call *call, const struct task *task, const struct exchange *exchange,
                     struct reply *reply);

// Busy, or too much at once. Other failures say nothing of how many calls an endpoint can take.
bool judge_is_refusal(const struct fault *fault);

// Whether a request that brought no reply may be on the bill all the same.
bool judge_maybe_charged(enum transport transport, int status);

#endif
