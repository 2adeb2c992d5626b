// The steps of a subject's items: from the question to the answer to the wrong options to the end.
#ifndef VQAGEN_ADVANCE_H
#define VQAGEN_ADVANCE_H

#include "subject.h"

// Goes as far as the stored calls carry, and appends to *wanted the tasks that must be sent (a list
// by `next`; the caller owns them). Call it after the items were admitted and after each fed call.
// Items that ended have a line; see item->reported. False: ERR_MEMORY.
bool subject_advance(struct subject *subject, const struct recipe *recipe, struct task **wanted,
                     struct error *why);

// Feeds what a task came to; the task may be freed afterwards.
void subject_take(struct subject *subject, const struct recipe *recipe, const struct task *task,
                  const struct call *call);

// Ends all open items alike: the image or the record cannot be used.
void subject_fail(struct subject *subject, const char *stage, enum item_state state,
                  const char *kind, const char *message, int64_t when_ms);

#endif
