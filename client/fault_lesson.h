// What a refusal teaches about an endpoint, and learning it.
#ifndef VQAGEN_FAULT_LESSON_H
#define VQAGEN_FAULT_LESSON_H

#include "fault_table.h"
#include "problem.h"

// Changes endpoint->lessons as the problem says, or finds that an earlier refusal did. True: the
// request, written anew, differs from the one that was written under `sent`. *kind is made exact:
// parameter_rejected becomes structured_rejected when that is the parameter, and context_exceeded
// becomes parameter_rejected when a smaller cap on the answer makes the request fit.
bool fault_learn(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                 const struct problem *problem, enum fault_lesson lesson, enum fault_kind *kind);

// When a refusal says nothing that can be learned from: whether the reply's beginning, or the
// address of streams, may be what is refused. Then the call is sent once more without; *kind
// becomes parameter_rejected.
bool fault_learn_last(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                      enum fault_kind *kind);

// The most output tokens that the message allows; 0: it says no number, or none that helps. The
// text is lower-cased; kind is what the refusal was taken for.
int fault_cap(const char *lower, enum fault_kind kind);

#endif
