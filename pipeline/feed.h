// Feeding a call to the chain that wanted it, and keeping the item's account of calls and tokens.
#ifndef VQAGEN_FEED_H
#define VQAGEN_FEED_H

#include "subject.h"

// item NULL: the subject's draft.
void feed_call(struct subject *subject, struct item *item, const struct recipe *recipe,
               const struct plan *plan, const struct call *call);

// Adds to the item its share of the draft calls up to the one that filled its slot: each call's
// tokens are split evenly over the slots it asked for, the remainder going to the first ones.
void feed_draft_share(struct item *item);

#endif
