// One rule and what it looks at: private to rules*.c. A group of rules is a table; the first that
// fails is the verdict.
#ifndef VQAGEN_RULES_CHECK_H
#define VQAGEN_RULES_CHECK_H

#include "rules.h"

struct subject {
    const char *text;          // what is judged, as it was given
    char *folded;              // form_fold(text), cut to what rules look at
    const char *question;      // of an answer or an option; or NULL
    char *question_folded;     // "" without a question
    const char *answer;        // of a question or an option; or NULL
    const struct topic *topic; // or NULL
    enum question_type type;
    char *const *choices; // or NULL
    size_t choice_count;
    const char *const *others; // taken questions, or kept options
    size_t other_count;
    enum language language;
    char detail[80]; // stands in the reason in place of {}
};

struct rule {
    const char *name;
    bool (*pass)(struct subject *subject);
    const char *reason[2]; // by language; {} is the subject's detail
};

// The tables end with a rule without a name.
extern const struct rule rules_question[], rules_answer[], rules_option[];

// Checks that more than one group makes.
bool check_not_empty(struct subject *subject); // a letter or a digit is in it
bool check_not_null(struct subject *subject);  // null, None, undefined, N/A, nan
bool check_filled(struct subject *subject);    // no [OBJECT_A], {x}, <x>, ____
bool check_known(struct subject *subject);     // no "unknown", "cannot determine", refusal
bool check_one_line(struct subject *subject);

// Questions of a kind, by their folded text.
bool question_is_yes_no(const char *folded);
bool question_is_count(const char *folded);

// Sets the detail (cut) and returns false, for `return rule_detail(subject, word)`.
bool rule_detail(struct subject *subject, const char *detail);

#endif
