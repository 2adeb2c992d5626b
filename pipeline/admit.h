// Taking the input in: records become subjects, their items find their rows in the store.
#ifndef VQAGEN_ADMIT_H
#define VQAGEN_ADMIT_H

#include "run_state.h"

// Takes in some records, when there is room. False: ERR_INPUT, ERR_DISK, ERR_MEMORY.
bool admit_some(struct run *run, struct error *why);

bool admit_waits(const struct run *run); // nothing can be admitted now

// Admits the subject's items, once its image's digest is known, and asks what they want.
bool admit_begin(struct run *run, struct subject *subject, struct error *why);

#endif
