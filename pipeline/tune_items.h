// The items that a tuning load has under work, in memory only: where the next call comes from.
#ifndef VQAGEN_TUNE_ITEMS_H
#define VQAGEN_TUNE_ITEMS_H

#include "tune_load.h"

// The oldest item's call, which is then the caller's: what is begun is finished first, and only
// then the feed is asked for more. *task NULL: there is none now. False: ERR_MEMORY, or the feed's
// own.
bool tune_items_take(struct tune_load *load, struct task **task, struct error *why);

// Takes the call back: it is the next of its item's. It may be that all of the item's are out.
void tune_items_put_back(struct task *task);

// The calls that follow from what the subject was fed. False: ERR_MEMORY.
bool tune_items_advance(struct tune_load *load, struct subject *subject, struct error *why);

// Ends the subject's items without a verdict, and drops their calls that were not sent.
void tune_items_fail(struct subject *subject, const struct fault *fault);

// Counts and drops those that ended. all: the others too, uncounted; no call may be under way then.
void tune_items_end(struct tune_load *load, bool all);

#endif
