// A tuning load's calls out: as many as its target says, one turn of the loop after the other.
#ifndef VQAGEN_TUNE_CALLS_H
#define VQAGEN_TUNE_CALLS_H

#include "tune_load.h"

// A request under way: owner of its exchange.
struct tune_call {
    struct task *task;
    size_t sample;
};

// Fills the free slots, moves bytes, and takes what has come. load->stopped: nothing is sent.
bool tune_calls_turn(struct tune_load *load, struct error *why);

// Slots in use: calls in flight, and those that rest after a refusal.
unsigned tune_calls_busy(const struct tune_load *load);

// A slot whose call was refused is used again after so long. False: ERR_MEMORY.
bool tune_calls_rest(struct tune_load *load, double ms, struct error *why);

#endif
