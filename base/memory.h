// Memory that ran out, noted where it happened.
//
// Reading replies and judging texts asks many small questions ("do these two fold alike?") whose
// answers have no room for an error. Without memory they answer wrongly, so what was made of them
// must not be kept. The helpers of base note each allocation that failed, for the thread that asked
// for it, and so does code that has no error to report it with; who is about to keep a result asks
// memory_check first. A note is never taken back: the run or the command ends.
#ifndef VQAGEN_MEMORY_H
#define VQAGEN_MEMORY_H

#include "error.h"

// Notes a failure when got is NULL. Returns got.
void *memory_noted(void *got);

// False: ERR_MEMORY, when a failure was noted on this thread.
bool memory_check(struct error *why);

// Lets cJSON's allocations be noted too, for the whole process; before it is first used.
void memory_watch_json(void);

#endif
