// Who is answered when: jobs wait for a place (capacity.h), then for their latency, and are then
// handed back on the schedule's own thread.
#ifndef VQAGEN_SCHEDULE_H
#define VQAGEN_SCHEDULE_H

#include "capacity.h"

// Part of the caller's own struct, whose memory stays until the job was handed back and, when it
// stays, has left.
struct job {
    int64_t delay_ns; // how long it is worked on
    bool stays;       // keeps its place when it is handed back; schedule_leave gives it up
    int socket;       // of a stalled job: it is handed back when the peer closes; -1: never
    bool aborted;     // set when it is handed back by schedule_end or because the peer closed
    bool placed;      // private: it has a place
    int64_t due_ns;   // private: in worked time
    struct job *next; // private
};

struct schedule;

// capacity: borrowed. ready: called for each job when it is due, not under any lock. NULL:
// ERR_MEMORY.
struct schedule *schedule_new(const struct capacity *capacity, void (*ready)(struct job *job),
                              struct error *why);

// A place for the job before it is known how long it takes. False: there is none, and the capacity
// is of the kind that refuses; else it is true, and schedule_add or schedule_leave must follow.
bool schedule_enter(struct schedule *schedule, struct job *job);

// Also again, for a job that stays: it is worked on for another delay_ns.
// before: called with its context before the job can be handed back (a connection must be suspended
// by then). False: the schedule has ended, or no memory; before was not called.
bool schedule_add(struct schedule *schedule, struct job *job, void (*before)(struct job *job));

// A job that is never due. It keeps the place that it may have.
bool schedule_stall(struct schedule *schedule, struct job *job, void (*before)(struct job *job));

// Gives up the place, if the job has one: at the end of each call that entered or stays.
void schedule_leave(struct schedule *schedule, struct job *job);

void schedule_count(struct schedule *schedule, unsigned *working, unsigned *most_working,
                    unsigned *waiting);

// Hands back every job, aborted, and takes no more.
void schedule_end(struct schedule *schedule);
void schedule_free(struct schedule *schedule); // ends it first; NULL is fine

#endif
