// The calls that were sent and have no result yet, by key: of several equal calls (records that say
// the same of the same image) one is sent, and the others follow it and take what it brings.
#ifndef VQAGEN_ASKED_H
#define VQAGEN_ASKED_H

#include "subject.h"

struct asked {
    struct task **buckets; // linked by next_asked
    size_t room, count;    // room: a power of two, or 0
};

// The task whose call is this one's and under way, if it is another task; or NULL.
struct task *asked_find(const struct asked *asked, const struct task *task);

// The task is sent. A task that is there already stays, as it does while it waits to be sent again.
// False without memory.
bool asked_add(struct asked *asked, struct task *task);

// The task has its result, or will have none. A task that is not there stays away.
void asked_remove(struct asked *asked, struct task *task);

void asked_clear(struct asked *asked); // the tasks stay

#endif
