// The failures of a run, grouped by kind and cause: how many, since when, examples, what to do.
#ifndef VQAGEN_FAILURES_H
#define VQAGEN_FAILURES_H

#include "diagnosis.h"

// directory: of a run; its store is read and not changed. Tells the groups line by line, largest
// first, and fills in the diagnosis with the largest cause; diagnosis->groups gets them as JSON.
// stopped_by: why the run ended early, as its report says; NULL: it did not. False: ERR_INPUT,
// ERR_DISK, ERR_MEMORY.
bool failures_explain(const char *directory, const char *stopped_by, struct diagnosis *diagnosis,
                      struct error *why);

#endif
