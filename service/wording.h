// The words for facts, by language.
#ifndef VQAGEN_WORDING_H
#define VQAGEN_WORDING_H

#include "repertoire.h"

const char *place_name(enum place place, enum language language);
const char *direction_name(enum direction direction, enum language language);
const char *brightness_name(enum brightness brightness, enum language language);
const char *orientation_name(enum orientation orientation, enum language language);

// Values of a kind that a picture of ours never has, but that make plausible wrong options:
// lists that end with NULL.
const char *const *brightness_others(enum language language);
const char *const *orientation_others(enum language language);
const char *const *ground_others(enum language language);
const char *const *side_names(enum language language); // by enum orientation; then others

// "A bright landscape image with 3 separate shapes on a white background, ..."
void sentence_write(const struct facts *facts, enum language language, struct buffer *out);

// Phrases about things that no picture of ours shows; returns NULL past the end.
const char *phrase_at(size_t index, enum language language);
size_t phrase_count(void);

#endif
