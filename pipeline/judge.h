// Replies in: what becomes of a finished exchange, and the promise that a reply is on disk before
// anything is made of it.
#ifndef VQAGEN_JUDGE_H
#define VQAGEN_JUDGE_H

#include "run_state.h"

// For the client: an exchange has finished, and is judged with the others of its turn.
void judge_later(void *run, struct exchange *exchange);

// Judges what has finished since the last time.
bool judge_finished(struct run *run, struct error *why);

#endif
