// One failed call of a run, sent again: its prompt is made anew from the input, the settings and
// the stored replies before it, and is the same when its key is.
#ifndef VQAGEN_REPLAY_H
#define VQAGEN_REPLAY_H

#include "diagnosis.h"
#include "ladder.h"
#include "run.h"

struct replay_settings {
    const struct run_settings *run; // of the run, as its report has them
    struct client_settings client;
    const char *id; // of the item
    unsigned most_calls;
};

// Sends the call of the item that failed (of one that the rules rejected: its last), and bisects it
// when it fails again. Nothing is written into DIR. False: ERR_INPUT (no such item, or its call
// cannot be made anew, with the reason), ERR_SETTINGS, ERR_DISK, ERR_MEMORY.
bool replay_call(const struct replay_settings *settings, struct diagnosis *diagnosis,
                 struct error *why);

#endif
