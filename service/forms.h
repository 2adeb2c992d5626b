// The table of question forms: private to the repertoire.
#ifndef VQAGEN_FORMS_H
#define VQAGEN_FORMS_H

#include "repertoire.h"

enum { FORM_TEXTS = 6, FORM_ROW = 5 }; // FORM_ROW: shapes of the form that names them in a row

// What the facts of a picture say to a form's question: an answer's value (see struct answer), or
// -1 where they do not tell it clearly.
typedef int form_fact(const struct asked *asked, const struct facts *facts);

// In texts, {a} and {b} stand for colours and {p} for a part of the image.
struct form {
    const char *topic;
    enum answer_kind kind;
    bool single;  // has but one right answer, so it can be a fill-in
    bool fill_in; // is a statement with a blank: never multiple choice
    form_fact *answer;
    // By language; the first `worded` are asked, all are understood. NULL-ended.
    const char *texts[2][FORM_TEXTS];
    unsigned worded;
};

extern const struct form forms[];
extern const size_t form_count;

bool form_has(const struct form *form, const char *place); // "{a}", "{b}", "{p}"

#endif
