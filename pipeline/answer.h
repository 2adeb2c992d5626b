// The answer step of an item: one chain for each repeat, and their tally.
#ifndef VQAGEN_ANSWER_H
#define VQAGEN_ANSWER_H

#include "chain.h"

struct answer_chain {
    struct chain chain;
    char *text;        // owned; NULL while missing
    char *explanation; // owned; or NULL
};

// What is asked; borrowed while the step runs.
struct answer_ask {
    const char *question;
    const struct topic *topic; // or NULL
    enum question_type type;
    char *const *choices; // options that the input gave without an answer; or NULL
    size_t choice_count;
    enum language language;
};

void answer_init(struct answer_chain *answer, unsigned tries);
void answer_clear(struct answer_chain *answer);
void answer_write_prompt(const struct answer_chain *answer, const struct answer_ask *ask,
                         struct buffer *out);
void answer_take(struct answer_chain *answer, const struct answer_ask *ask,
                 const struct call *call);

// The repeats' verdict, once none is open: which one stands for the item (the answer most repeats
// gave after folding; of equal ones the first), how many answered at all and how many agree.
// Repeats without a verdict (faults) count neither for nor against. -1: none has an answer.
struct answer_tally {
    int chosen;
    unsigned answered, agreeing;
};
struct answer_tally answer_count(const struct answer_chain *answers, unsigned repeats);

#endif
