// What an answer must be.
#include "rules_check.h"

#include "parse.h"
#include "rules_form.h"
#include "rules_number.h"
#include "rules_table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

// A blank takes a few words; a choice may be a caption. Chinese characters count twice.
static bool right_length(struct subject *subject)
{
    size_t longest = subject->type == QUESTION_FILL_IN_BLANK ? 100 : 240;
    return text_width(subject->text) <= longest;
}

static bool not_the_question(struct subject *subject)
{
    if (*subject->question_folded == '\0')
        return true;
    struct form question;
    form_read(subject->question, &question);
    return !text_equal(neighbour_form(&subject->own)->text, question.text);
}

static bool right_yes_no(struct subject *subject)
{
    if (neighbour_form(&subject->own)->yes_no == NOT_YES_NO || *subject->question_folded == '\0' ||
        question_is_yes_no(subject->question_folded))
        return true;
    for (size_t i = 0; i < subject->choice_count; i++) // a given choice may be "yes"
        if (text_same_folded(subject->text, subject->choices[i]))
            return true;
    // A word that can be read on a sign, or put in a blank, may well be "no".
    bool quoted = strstr(subject->question, "___") != NULL ||
                  text_has_words(subject->question_folded, "word") ||
                  text_has_words(subject->question_folded, "written") ||
                  strstr(subject->question, "字") != NULL ||
                  strstr(subject->question, "写") != NULL;
    return quoted || rule_detail(subject, subject->text);
}

static bool right_number(struct subject *subject)
{
    return subject->choice_count > 0 || !question_is_count(subject->question_folded) ||
           number_in(subject->folded) || rule_detail(subject, subject->text);
}

static bool is_choice(struct subject *subject)
{
    return subject->choice_count == 0 ||
           parse_choice(subject->text, subject->choices, subject->choice_count) >= 0 ||
           rule_detail(subject, subject->text);
}

#define RULE_ROW(name, pass, en, zh) {name, pass, {en, zh}},
const struct rule rules_answer[] = {ANSWER_RULES(RULE_ROW){NULL, NULL, {NULL, NULL}}};
