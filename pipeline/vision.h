// Before a run: does the model see? A small known picture is sent, of which no guess is right. An
// endpoint that drops images and lets its model invent would fill a whole dataset with inventions.
#ifndef VQAGEN_VISION_H
#define VQAGEN_VISION_H

#include "run_state.h"

// Asks each endpoint as --probe says: one small call, and another one where that went wrong. False:
// ERR_SETTINGS when a model does not see, with what was asked, answered and expected; ERR_STOPPED
// when --max-cost does not allow the call. An endpoint that does not answer at all is the run's to
// judge, and one whose answer says nothing is warned of.
bool vision_check(struct run *run, struct error *why);

#endif
