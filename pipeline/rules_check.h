// One rule and what it looks at: private to rules*.c. A group of rules is a table; the first that
// fails is the verdict.
#ifndef VQAGEN_RULES_CHECK_H
#define VQAGEN_RULES_CHECK_H

#include "rules.h"
#include "rules_form.h"

// A text that another is judged beside.
struct neighbour {
    const char *text; // borrowed
    struct form form; // once it is read; use neighbour_form
    bool read;
};

struct rules_beside {
    const char *question;    // or NULL; borrowed
    char *question_folded;   // owned; "" without a question
    struct neighbour answer; // its text may be NULL
    struct neighbour *taken; // owned
    size_t count, room;
};

const struct form *neighbour_form(struct neighbour *neighbour);

struct subject {
    struct neighbour own;        // what is judged
    const char *text;            // the same, as it was given
    char *folded;                // form_fold(text), cut to what rules look at
    const char *question;        // of an answer or an option; or NULL
    const char *question_folded; // "" without a question
    const char *answer;          // of a question or an option; or NULL
    const struct topic *topic;   // or NULL
    enum question_type type;
    char *const *choices; // or NULL
    size_t choice_count;
    struct rules_beside *beside; // of a question or an option
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

// The form of the text that is judged.
const struct form *subject_form(struct subject *subject);

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
