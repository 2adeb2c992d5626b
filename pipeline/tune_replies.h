// A tuning load's calls in: what a reply brings, and what a fault means.
#ifndef VQAGEN_TUNE_REPLIES_H
#define VQAGEN_TUNE_REPLIES_H

#include "tune_load.h"

// For the client: an exchange has finished, and waits for tune_replies_collect.
void tune_replies_later(void *load, struct exchange *exchange);

// Takes what has finished. A reply goes to its item; a refused call is asked again, its slot rests;
// another fault's call is asked again too, and after a few times given up. A fault that no retry
// heals stops the load. False: ERR_MEMORY; before any reply also such a fault.
bool tune_replies_collect(struct tune_load *load, struct error *why);

// Drops what has finished: for the end.
void tune_replies_drop(struct tune_load *load);

#endif
