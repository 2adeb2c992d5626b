// What happens to single calls, for --trace and --log: each line with the item's id and the call,
// "answer/2" (step and try), with "/repeat" behind it where answers are asked several times.
//
// All are cheap when nobody reads them.
#ifndef VQAGEN_TRACE_H
#define VQAGEN_TRACE_H

#include "fault.h"
#include "subject.h"
#include "upstream.h"

// client: a request goes out, an answer or none came, and what it is taken for; a call that is
// under way for another item is not sent.
void trace_sent(const struct task *task, const struct exchange *exchange);
void trace_ended(const struct task *task, const struct exchange *exchange,
                 const struct fault *fault);
void trace_shared(const struct task *task, const struct task *with);

// retry: sent again after a wait, or given up. held: the endpoint is away, and no retry is used up.
void trace_waits(const struct task *task, const struct fault *fault, int64_t wait_ms, bool held);
void trace_gives_up(const struct task *task, const struct fault *fault);

// pace: how many calls may be in flight, when that changed (before: the number until then); the
// limits that an answer tells; nothing is sent for a while.
void trace_pace(const struct upstream *upstream, unsigned before);
void trace_limits(const struct upstream *upstream, const struct exchange *exchange);
void trace_freeze(const struct upstream *upstream, int64_t wait_ms);

#endif
