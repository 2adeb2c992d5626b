// Drafting: for each slot a question of the repertoire that the picture answers.
#ifndef VQAGEN_DRAFTING_H
#define VQAGEN_DRAFTING_H

#include "model.h"
#include "reading.h"

// Appends {"questions":[...]}. False: ERR_MEMORY.
bool drafting_write(const struct model_input *input, const struct reading *reading, uint64_t random,
                    struct buffer *out, struct error *why);

#endif
