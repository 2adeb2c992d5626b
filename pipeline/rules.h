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

// taken: questions accepted for the same image (a repeat fails). answer: when the input gave it.
struct rule_result rules_check_question(const char *question, const struct topic *topic,
                                        const char *answer, const char *const *taken,
                                        size_t taken_count, enum language language);

// choices: options of the input, of which the answer must be one; or NULL.
struct rule_result rules_check_answer(const char *answer, const char *question,
                                      enum question_type type, char *const *choices,
                                      size_t choice_count, enum language language);

// kept: wrong options accepted already.
struct rule_result rules_check_option(const char *option, const char *question, const char *answer,
                                      const char *const *kept, size_t kept_count,
                                      enum language language);

// The names of the rules of a group ("question", "answer", "option"), for the item's checks; the
// list ends with NULL.
const char *const *rules_names(const char *group);

#endif
