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

#include <stddef.h>

// Notes a failure when got is NULL. Returns got.
void *memory_noted(void *got);

// False: ERR_MEMORY, when a failure was noted on this thread.
bool memory_check(struct error *why);

// For who is about to give a result away: good, unless a failure was noted on this thread. Then it
// is false, and what was said of it gives way to ERR_MEMORY, as it may be no more than what
// followed: a picture that is "damaged", a name that is "not known".
bool memory_settle(bool good, struct error *why);

// Lets cJSON's allocations be noted too, for the whole process; before it is first used.
void memory_watch_json(void);

// For libraries written in C++, whose allocations throw what no C program can catch, on threads of
// their own at that: without memory the process says so and ends, with the exit code of ERR_MEMORY.
// For the whole process.
void memory_watch_new(void);

// For a process that works on pictures: memory of up to 16 MiB a piece is kept for the next one
// instead of being given back and asked for again, which costs a tenth of the CPU time in page
// faults. The C library finds that out by itself, but piece by piece, so that memory would grow for
// as long as larger pictures come; so it is the same from the start. Larger pieces are given back:
// kept, they would stand idle beside each other as soon as something small came to lie between
// them; the planes of pictures have imaging/plane_pool.h. For the whole process; before threads are
// begun.
void memory_keep_pages(void);

// Large pages for a large piece of memory just allocated, where the kernel has them: a plane's
// pages then come in a few faults instead of thousands.
void memory_use_large_pages(void *memory, size_t bytes);

// The most memory that this process has had, in KiB. getrusage gives more when the program was
// started by a larger one: the kernel counts what lay there before exec.
long memory_peak_kib(void);

#endif
