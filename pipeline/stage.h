// The image stage: which images are made ready, and when, and how much memory they may hold.
//
// Images are prepared a little ahead of the calls that need them, oldest first. A payload stays
// while calls of its image are ready or under way. One whose calls all wait for a later time is
// only a cache: it is the first to go when memory is wanted, and is made again when its time comes.
#ifndef VQAGEN_STAGE_H
#define VQAGEN_STAGE_H

#include "run_state.h"

bool stage_feed(struct run *run, struct error *why); // gives image work to the workers
// Takes finished image work, and judges the images whose turn it is.
bool stage_collect(struct run *run, struct error *why);

bool stage_is_image(const void *bytes, size_t length); // for the source: is it to be taken in

// For workers_new and workers_free.
void stage_wake(void *client);
void stage_drop(struct work *work);

#endif
