// The wrong options of a multiple-choice item: asked for, judged one by one, topped up until the
// count is met exactly.
#ifndef VQAGEN_DISTRACTOR_H
#define VQAGEN_DISTRACTOR_H

#include "chain.h"
#include "item.h"

struct distractors {
    struct chain chain;
    char *kept[MAX_OPTIONS]; // owned
    size_t count;
    size_t wanted; // options of the item less one
};

void distractors_init(struct distractors *distractors, unsigned tries, size_t wanted);
void distractors_clear(struct distractors *distractors);
void distractors_write_prompt(const struct distractors *distractors, const char *question,
                              const char *answer, enum language language, struct buffer *out);
void distractors_take(struct distractors *distractors, const char *question, const char *answer,
                      enum language language, const struct call *call);

#endif
