// Stretches of the input (dataset/stretch.h) in a run. While records are admitted it is noted what
// each stretch came to; one that is found as it was noted, with all of its items ended, is passed
// over at once. So going on with a million finished items looks at bytes, not at records.
//
// With screening each image is looked at, and with --retry each item: then nothing is passed over.
#ifndef VQAGEN_UNCHANGED_H
#define VQAGEN_UNCHANGED_H

#include "run_state.h"

// Passes over the stretch that comes next, if it can be. To be called before each record.
bool unchanged_pass(struct run *run, bool *passed, struct error *why);

// The record that was read last. held: it belongs to this run's shard.
void unchanged_add(struct run *run, const struct question *question, bool held);

// The items of a record: waited for; each as it was admitted; all of them.
void unchanged_await(struct run *run, struct subject *subject);
void unchanged_add_row(struct subject *subject, const struct item *item,
                       const struct digest *fingerprint);
bool unchanged_begun(struct run *run, struct subject *subject, struct error *why);

// After each record: the stretch may be full. And at the end of the input.
bool unchanged_close(struct run *run, struct error *why);
bool unchanged_end(struct run *run, struct error *why);

void unchanged_clear(struct run *run);

#endif
