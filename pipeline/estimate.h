// About how many tokens a call will take, before it is sent: for limits in tokens a minute.
//
// A quarter of the text's bytes and the picture's tokens by the provider's formula, corrected by
// what calls turn out to take; and the running mean of what calls of that step have answered.
#ifndef VQAGEN_ESTIMATE_H
#define VQAGEN_ESTIMATE_H

#include "bucket.h"
#include "call.h"
#include "reply.h"
#include "tokens.h"

#include <stddef.h>

// What is known of a call before it is sent.
struct demand {
    enum call_step step;
    size_t text_bytes;
    unsigned width, height; // of the picture
};

enum { ESTIMATE_STEPS = STEP_OPTIONS + 1 };

struct estimate {
    const struct token_rule *rule; // for pictures
    double ratio;                  // of real input tokens to guessed ones; 0: not known yet
    double output[ESTIMATE_STEPS];
};

void estimate_init(struct estimate *estimate, const char *provider);
struct bucket_cost estimate_cost(const struct estimate *estimate, const struct demand *demand);
void estimate_learn(struct estimate *estimate, const struct demand *demand,
                    const struct usage *usage);

#endif
