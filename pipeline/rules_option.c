// What a wrong option must be, beside the right answer and the other options.
#include "rules_check.h"

#include "rules_form.h"
#include "rules_number.h"
#include "rules_table.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool not_all_of_above(struct subject *subject)
{
    static const char *const phrases[] = {"all of the above",
                                          "none of the above",
                                          "all of these",
                                          "none of these",
                                          "all the above",
                                          "both of the above",
                                          "any of the above",
                                          "all of them",
                                          "none of them",
                                          "both a and b",
                                          "a and b",
                                          "以上都",
                                          "以上皆",
                                          "以上全",
                                          "以上均",
                                          "都不是",
                                          "都不对",
                                          "全部都是",
                                          "皆非",
                                          "均不",
                                          NULL};
    return text_has_any(subject->folded, phrases) == NULL;
}

// A wide difference tells the answer by itself; short texts may differ freely.
static bool option_length(struct subject *subject)
{
    size_t mine = text_width(subject->text), right = text_width(subject->answer);
    size_t longer = mine > right ? mine : right, shorter = mine > right ? right : mine;
    if (longer <= 240 && (longer - shorter <= 24 || longer <= 4 * shorter))
        return true;
    return rule_detail(subject, subject->answer);
}

static bool not_the_answer(struct subject *subject)
{
    const struct form *mine = neighbour_form(&subject->own),
                      *right = neighbour_form(&subject->beside->answer);
    return !form_same(mine, right) || rule_detail(subject, subject->answer);
}

static bool is_whole(double value)
{
    return fabs(value) < 9e15 && value == (double)(long long)value;
}

// Shares need 5 points; measures, and counts from 20 on, a tenth. What is only read (a house
// number) needs no gap, and small counts are told apart by counting.
static bool too_near(const struct form *a, const struct form *b, bool counted)
{
    double gap = fabs(a->value - b->value), one = fabs(a->value), two = fabs(b->value);
    double larger = one > two ? one : two;
    bool whole = is_whole(a->value) && is_whole(b->value);
    if (a->percent != b->percent || strcmp(a->unit, b->unit) != 0)
        return false;
    if (a->percent)
        return gap < 5;
    if (!whole)
        return gap < 0.1 * larger;
    return counted && larger >= 20 && gap < 0.1 * larger;
}

static bool is_measured(const struct subject *subject)
{
    const char *folded = subject->question_folded;
    return question_is_count(folded) || text_has_words(folded, "how much") ||
           text_has_words(folded, "how tall") || text_has_words(folded, "how large") ||
           text_has_words(folded, "how long") || text_has_words(folded, "share") ||
           text_has_words(folded, "proportion") || strstr(folded, "多少") != NULL ||
           strstr(folded, "多大") != NULL || strstr(folded, "多高") != NULL;
}

static bool not_near(struct subject *subject)
{
    const struct form *mine = neighbour_form(&subject->own),
                      *right = neighbour_form(&subject->beside->answer);
    if (!mine->number || !right->number || !too_near(mine, right, is_measured(subject)))
        return true;
    return rule_detail(subject, subject->answer);
}

// "car" is right, too, where "red car" is.
static bool not_contained(struct subject *subject)
{
    const struct form *mine = neighbour_form(&subject->own),
                      *right = neighbour_form(&subject->beside->answer);
    return !form_is_head(mine, right) || rule_detail(subject, subject->answer);
}

static bool not_duplicate(struct subject *subject)
{
    for (size_t i = 0; i < subject->beside->count; i++)
        if (form_same(neighbour_form(&subject->own), neighbour_form(&subject->beside->taken[i])))
            return rule_detail(subject, subject->beside->taken[i].text);
    return true;
}

// Numbers stand beside numbers, shares beside shares, yes beside no.
static bool same_kind(struct subject *subject)
{
    const struct form *mine = neighbour_form(&subject->own),
                      *right = neighbour_form(&subject->beside->answer);
    bool plain = right->number && (right->digits || right->percent || *right->unit == '\0');
    bool mine_plain = mine->number && (mine->digits || mine->percent || *mine->unit == '\0');
    bool same = true;
    if (plain)
        same = mine->number && mine->percent == right->percent;
    else if (mine_plain && !right->number)
        same = number_in(right->text); // "platform 3" may stand beside "3"
    if ((right->yes_no != NOT_YES_NO) != (mine->yes_no != NOT_YES_NO))
        same = false;
    return same || rule_detail(subject, subject->answer);
}

// Figures and signs belong to every language; a text in Latin letters among Chinese ones may be a
// name, so only texts wholly of the other script fail.
static bool same_script(struct subject *subject)
{
    const struct form *mine = neighbour_form(&subject->own),
                      *right = neighbour_form(&subject->beside->answer);
    bool foreign = (right->cjk && !right->latin && mine->latin && !mine->cjk) ||
                   (right->latin && !right->cjk && mine->cjk && !mine->latin);
    return !foreign || rule_detail(subject, subject->answer);
}

enum letters { NO_LETTERS, SMALL, CAPITAL_FIRST, ALL_CAPITALS, MIXED };

// How a text uses capital letters, by its first word; "TV" and "iPhone" say nothing.
static enum letters letters_of(const char *text)
{
    size_t small = 0, capitals = 0;
    const char *first = text;
    while (*first != '\0' && !isalpha((unsigned char)*first))
        first++;
    if (*first == '\0')
        return NO_LETTERS;
    for (const char *at = text; *at != '\0'; at++) {
        small += islower((unsigned char)*at) != 0;
        capitals += isupper((unsigned char)*at) != 0;
    }
    if (capitals > 1 && small == 0)
        return capitals > 3 ? ALL_CAPITALS : MIXED;
    bool inner = false;
    for (const char *at = first + 1; isalpha((unsigned char)*at); at++)
        inner |= isupper((unsigned char)*at) != 0;
    if (inner || (capitals == 1 && small == 0))
        return MIXED;
    return isupper((unsigned char)*first) ? CAPITAL_FIRST : SMALL;
}

static bool same_style(struct subject *subject)
{
    const struct form *mine = neighbour_form(&subject->own),
                      *right = neighbour_form(&subject->beside->answer);
    enum letters a = letters_of(subject->text), b = letters_of(subject->answer);
    bool same = a == b || a == NO_LETTERS || b == NO_LETTERS || a == MIXED || b == MIXED;
    if (mine->number && right->number)
        same &= mine->digits == right->digits && (*mine->unit == '\0') == (*right->unit == '\0');
    return same || rule_detail(subject, subject->answer);
}

#define RULE_ROW(name, pass, en, zh) {name, pass, {en, zh}},
const struct rule rules_option[] = {OPTION_RULES(RULE_ROW){NULL, NULL, {NULL, NULL}}};
