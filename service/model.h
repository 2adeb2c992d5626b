// The built-in model: a prompt and what was seen in the picture, to a reply's text.
//
// The reply is a pure function of seed, picture, prompt and temperature. How the reply was asked
// for (max_tokens, response_format) plays no part, so that a retry with other parameters is
// answered alike.
#ifndef VQAGEN_MODEL_H
#define VQAGEN_MODEL_H

#include "look.h"
#include "repertoire.h"

#include <stdint.h>

struct model_input {
    const struct repertoire *repertoire;
    const char *prompt;        // text of the last user message
    bool image;                // a picture was sent
    const struct facts *facts; // NULL: none was sent, or canned answers are wanted
    uint64_t image_digest;     // tells pictures apart; 0 without one
    uint64_t seed;
    double temperature;
    bool json; // structured output was asked for
};

// Appends the reply's text. False: ERR_MEMORY.
bool model_reply(const struct model_input *input, struct buffer *out, struct error *why);

#endif
