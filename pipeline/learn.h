// What refusals teach about the endpoints of a run: told when it is learned, and kept in the store,
// so that a run that goes on does not meet them again.
#ifndef VQAGEN_LEARN_H
#define VQAGEN_LEARN_H

#include "run_state.h"

// Applies what earlier runs in this DIR learned, with the same version of vqagen, and says so;
// --relearn forgets it.
bool learn_recall(struct run *run, struct error *why);

// Tells what the fault taught about the endpoint; false: nothing that was not told before.
bool learn_tell(struct upstream *upstream, const struct fault *fault);

// Writes what was learned since it was last written.
bool learn_keep(struct run *run, struct error *why);

// Appends all that is known of the endpoint's refusals, in the words of lessons.h; "" for nothing.
void learn_write(const struct upstream *upstream, struct buffer *out);

// The same for people, a line for each endpoint, as many as there is room for; "" for nothing:
// "learned of gpt-5 at openai: temperature is not taken".
void learn_tell_all(const struct upstreams *upstreams, char *text, size_t size);

#endif
