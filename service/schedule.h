// Who is answered when: jobs wait for a place (capacity), then for their latency, and are then
// handed back on the schedule's own thread.
#ifndef VQAGEN_SCHEDULE_H
#define VQAGEN_SCHEDULE_H

#include "error.h"

#include <stdint.h>

// Part of the caller's own struct, whose memory stays until the job was handed back.
struct job {
    int64_t delay_ns; // how long it is worked on
    int socket;       // of a stalled job: it is handed back when the peer closes; -1: never
    bool aborted;     // set when it is handed back by schedule_end or because the peer closed
    int64_t due_ns;   // private
    struct job *next; // private
};

struct schedule;

// capacity: jobs worked on at once; 0: no limit. ready: called for each job when it is due, not
// under any lock. NULL: ERR_MEMORY.
struct schedule *schedule_new(unsigned capacity, void (*ready)(struct job *job), struct error *why);

// before: called with its context before the job can be handed back (a connection must be suspended
// by then). False: the schedule has ended, or no memory; before was not called.
bool schedule_add(struct schedule *schedule, struct job *job, void (*before)(struct job *job));

// A job that is never due.
bool schedule_stall(struct schedule *schedule, struct job *job, void (*before)(struct job *job));

void schedule_count(struct schedule *schedule, unsigned *working, unsigned *most_working,
                    unsigned *waiting);

// Hands back every job, aborted, and takes no more.
void schedule_end(struct schedule *schedule);
void schedule_free(struct schedule *schedule); // ends it first; NULL is fine

#endif
