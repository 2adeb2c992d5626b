// The end of items, of subjects and of batches: what ended is written to the store, counted and let
// go.
#ifndef VQAGEN_SETTLE_H
#define VQAGEN_SETTLE_H

#include "run_state.h"

// Reports the items of the subject that ended; frees the subject when nothing of it is left. False:
// ERR_DISK, or ERR_MEMORY when memory ran out while its items were made. *subject must not be used
// after it.
bool settle_subject(struct run *run, struct subject *subject, struct error *why);

// Takes the subject out of the run's list.
void settle_unlink(struct run *run, struct subject *subject);

// dataset.jsonl.part grows by the batches that are final, oldest first.
bool settle_batches(struct run *run, struct error *why);

#endif
