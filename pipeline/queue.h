// Where a subject stands: with its calls ready to be sent, or waiting for its image; and what it
// holds.
#ifndef VQAGEN_QUEUE_H
#define VQAGEN_QUEUE_H

#include "run_state.h"

// Appends the tasks (a list by `next`) to the subject's ready calls; queue_subject follows.
void queue_tasks(struct subject *subject, struct task *wanted);

// Puts the subject among those with calls to send, or its image among those that need a worker.
void queue_subject(struct run *run, struct subject *subject);

// Frees a task that will have no result. The calls that follow it are asked for themselves.
void queue_give_up(struct run *run, struct task *task);

// Gives the image's payload back; it can be made again.
void queue_release(struct run *run, struct image *image);

// Ends the subject's use of its image, and the image when it was the last.
void queue_leave(struct run *run, struct subject *subject);
void queue_end_image(struct run *run, struct image *image);

#endif
