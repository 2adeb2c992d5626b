// What a question, an answer and a wrong option must be. Each rule is a pure function of texts; a
// failed one says what to tell the model in the next try. The table of rules is in rules_table.h.
#ifndef VQAGEN_RULES_H
#define VQAGEN_RULES_H

#include "question.h"
#include "topic.h"

struct rule_result {
    bool pass;
    const char *rule; // the first failed rule: "question.one_line", "option.duplicate", ...; static
    char reason[240]; // for the model, in the prompt's language; "" when passed
};

// What the texts of one reply are judged beside: the question and the answer (either may be NULL)
// and the texts that each must differ from, which are questions asked on the image before, or
// options kept. All are borrowed until the end, and read once for all texts of the reply. NULL
// without memory.
struct rules_beside *rules_beside_new(const char *question, const char *answer,
                                      const char *const *taken, size_t taken_count);
bool rules_beside_add(struct rules_beside *beside, const char *taken); // false without memory
void rules_beside_free(struct rules_beside *beside);

// beside: the answer when the input gave it, and the questions accepted for the same image.
struct rule_result rules_check_question(const char *question, const struct topic *topic,
                                        struct rules_beside *beside, enum language language);

// choices: options of the input, of which the answer must be one; or NULL.
struct rule_result rules_check_answer(const char *answer, const char *question,
                                      enum question_type type, char *const *choices,
                                      size_t choice_count, enum language language);

// beside: the question, its answer, and the wrong options accepted already.
struct rule_result rules_check_option(const char *option, struct rules_beside *beside,
                                      enum language language);

// The names of the rules of a group ("question", "answer", "option"), for the item's checks; the
// list ends with NULL.
const char *const *rules_names(const char *group);

#endif
