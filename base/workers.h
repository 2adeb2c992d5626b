// A fixed number of threads that do pieces of work handed to them, and hand them back when done.
//
// The owner (one thread) gives work with workers_give and collects it with workers_collect. Both
// queues are bounded by `capacity`: the owner never has more pieces out than that. A piece of work
// belongs to the worker between give and collect; nothing else is shared. When a piece is done, the
// worker calls `wake` (from its own thread), so that an owner who sleeps in poll can be woken.
#ifndef VQAGEN_WORKERS_H
#define VQAGEN_WORKERS_H

#include "error.h"

struct work {
    void (*run)(struct work *work); // does it, on a worker's thread; must not fail by exit
    struct work *next;              // used by the queues only
};

struct workers;

// NULL: ERR_MEMORY. count >= 1. wake may be NULL.
struct workers *workers_new(unsigned count, unsigned capacity, void (*wake)(void *wake_context),
                            void *wake_context, struct error *why);

// False when `capacity` pieces are out already: collect first.
bool workers_give(struct workers *workers, struct work *work);

// A finished piece, or NULL when none is finished. Never waits.
struct work *workers_collect(struct workers *workers);

unsigned workers_out(const struct workers *workers); // pieces given and not collected
unsigned workers_capacity(const struct workers *workers);

// Waits for the pieces being run, drops those not begun (calling drop for each, and for each that
// is finished but not collected), ends the threads.
void workers_free(struct workers *workers, void (*drop)(struct work *work));

// The number of processors that this process may use.
unsigned workers_processors(void);

#endif
