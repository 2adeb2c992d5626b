#include "rules.h"

#include "rules_check.h"
#include "rules_form.h"
#include "rules_table.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LOOKED_AT = 4000 };

static const struct rule_result no_memory = {.rule = "memory", .reason = "memory ran out"};

// The reason's text with the detail in place of {}.
static void write_reason(struct rule_result *result, const char *reason, const char *detail)
{
    const char *place = strstr(reason, "{}");
    char whole[400];
    if (place != NULL)
        snprintf(whole, sizeof whole, "%.*s%s%s", (int)(place - reason), reason, detail, place + 2);
    else
        snprintf(whole, sizeof whole, "%s", reason);
    size_t length = text_cut(whole, sizeof result->reason - 1);
    memcpy(result->reason, whole, length);
    result->reason[length] = '\0';
}

// The subject's texts are folded already.
static struct rule_result try_rules(struct subject *subject, const struct rule *rules)
{
    struct rule_result result = {.pass = true};
    for (; result.pass && rules->name != NULL; rules++)
        if (!rules->pass(subject)) {
            result.pass = false;
            result.rule = rules->name;
            write_reason(&result, rules->reason[subject->language], subject->detail);
        }
    return result;
}

static struct rule_result judge(struct subject *subject, const struct rule *rules)
{
    struct rule_result result = no_memory;
    subject->own.text = subject->text;
    size_t looked_at = text_cut(subject->text, MAX_LOOKED_AT);
    if (subject->text[looked_at] == '\0') {
        subject->folded = form_fold(subject->text);
    } else {
        char *cut = text_copy_length(subject->text, looked_at);
        subject->folded = cut != NULL ? form_fold(cut) : NULL;
        free(cut);
    }
    if (subject->folded != NULL && subject->question_folded != NULL)
        result = try_rules(subject, rules);
    free(subject->folded);
    return result;
}

struct rule_result rules_check_question(const char *question, const struct topic *topic,
                                        struct rules_beside *beside, enum language language)
{
    if (beside == NULL)
        return no_memory;
    struct subject subject = {.text = question != NULL ? question : "",
                              .topic = topic,
                              .question_folded = "",
                              .answer = beside->answer.text,
                              .beside = beside,
                              .language = language};
    return judge(&subject, rules_question);
}

struct rule_result rules_check_answer(const char *answer, const char *question,
                                      enum question_type type, char *const *choices,
                                      size_t choice_count, enum language language)
{
    char *folded = form_fold(question != NULL ? question : "");
    struct subject subject = {.text = answer != NULL ? answer : "",
                              .question = question,
                              .question_folded = folded,
                              .type = type,
                              .choices = choices,
                              .choice_count = choice_count,
                              .language = language};
    struct rule_result result = judge(&subject, rules_answer);
    free(folded);
    return result;
}

struct rule_result rules_check_option(const char *option, struct rules_beside *beside,
                                      enum language language)
{
    if (beside == NULL)
        return no_memory;
    if (beside->answer.text == NULL)
        beside->answer.text = "";
    struct subject subject = {.text = option != NULL ? option : "",
                              .question = beside->question,
                              .question_folded = beside->question_folded,
                              .answer = beside->answer.text,
                              .beside = beside,
                              .language = language};
    return judge(&subject, rules_option);
}

#define RULE_NAME(name, pass, en, zh) name,

const char *const *rules_names(const char *group)
{
    static const char *const question[] = {QUESTION_RULES(RULE_NAME) NULL};
    static const char *const answer[] = {ANSWER_RULES(RULE_NAME) NULL};
    static const char *const option[] = {OPTION_RULES(RULE_NAME) NULL};
    static const char *const none[] = {NULL};
    if (strcmp(group, "question") == 0)
        return question;
    if (strcmp(group, "answer") == 0)
        return answer;
    return strcmp(group, "option") == 0 ? option : none;
}

bool rule_detail(struct subject *subject, const char *detail)
{
    // Given texts may be foreign bytes; a reason goes into the next prompt.
    char *repaired = text_repair(detail, text_cut(detail, 4 * sizeof subject->detail));
    if (repaired == NULL)
        return false;
    text_one_line(repaired);
    size_t length = text_cut(repaired, sizeof subject->detail - 1);
    memcpy(subject->detail, repaired, length);
    subject->detail[length] = '\0';
    free(repaired);
    return false;
}

bool check_not_empty(struct subject *subject)
{
    return text_has_letters(subject->folded);
}

bool check_not_null(struct subject *subject)
{
    static const char *const words[] = {"null", "none", "undefined", "n/a", "na", "nan",
                                        "nil",  "n.a.", "空",        "[]",  "{}", NULL};
    return !text_is_any(subject->folded, words) || rule_detail(subject, subject->text);
}

// The bytes of "[OBJECT_A]", "{name}", "<answer>" or "___" at text, or 0.
static size_t placeholder_at(const char *text)
{
    static const char open[] = "[{<", close[] = "]}>";
    const char *bracket = *text != '\0' ? strchr(open, *text) : NULL;
    if (bracket == NULL)
        return strspn(text, "_") >= 3 ? strspn(text, "_") : 0;
    size_t length = 1;
    while (length < 60 && text[length] != '\0' && strchr("[]{}<>\n", text[length]) == NULL)
        length++;
    bool closed = length > 1 && text[length] == close[bracket - open];
    bool named = isalpha((unsigned char)text[1]) || (unsigned char)text[1] >= 0x80 ||
                 text[1] == '_' || text[1] == '.';
    return closed && named ? length + 1 : 0;
}

bool check_filled(struct subject *subject)
{
    // A blank is part of a fill-in question; elsewhere it is what was not filled in.
    bool blank_allowed = subject->question == NULL;
    for (const char *at = subject->text; *at != '\0'; at++) {
        size_t length = placeholder_at(at);
        if (length == 0)
            continue;
        if (*at == '_' && blank_allowed) {
            at += length - 1;
            continue;
        }
        char found[80];
        snprintf(found, sizeof found, "%.*s", (int)(length < 70 ? length : 70), at);
        return rule_detail(subject, found);
    }
    return true;
}

bool check_one_line(struct subject *subject)
{
    return strpbrk(subject->text, "\r\n") == NULL && strstr(subject->text, "\xe2\x80\xa8") == NULL;
}

bool check_known(struct subject *subject)
{
    static const char *const whole[] = {"unknown",
                                        "unclear",
                                        "uncertain",
                                        "unsure",
                                        "not sure",
                                        "not visible",
                                        "not shown",
                                        "indeterminate",
                                        "undetermined",
                                        "not specified",
                                        "not applicable",
                                        "other",
                                        "others",
                                        "something else",
                                        "?",
                                        "??",
                                        "未知",
                                        "不详",
                                        "不清楚",
                                        "不确定",
                                        "不知道",
                                        "其他",
                                        "其它",
                                        "不适用",
                                        "看不清",
                                        "不明",
                                        "无法得知",
                                        NULL};
    static const char *const phrases[] = {"cannot determine",
                                          "can't determine",
                                          "cannot be determined",
                                          "can't be determined",
                                          "cannot tell",
                                          "can't tell",
                                          "unable to",
                                          "i don't know",
                                          "i do not know",
                                          "don't know",
                                          "not possible to",
                                          "impossible to",
                                          "insufficient information",
                                          "not enough information",
                                          "cannot see",
                                          "can't see",
                                          "cannot answer",
                                          "can't answer",
                                          "cannot identify",
                                          "can't identify",
                                          "cannot assist",
                                          "can't assist",
                                          "can't help",
                                          "cannot help",
                                          "i'm sorry",
                                          "i am sorry",
                                          "as an ai",
                                          "not clear from",
                                          "unclear from",
                                          "no image",
                                          "cannot view",
                                          "can't view",
                                          "hard to tell",
                                          "difficult to tell",
                                          "it is unclear",
                                          "it's unclear",
                                          "not mentioned",
                                          "none of the options",
                                          "无法判断",
                                          "无法确定",
                                          "无法辨认",
                                          "无法识别",
                                          "无法回答",
                                          "无法看清",
                                          "无法得知",
                                          "不能确定",
                                          "不能判断",
                                          "难以判断",
                                          "难以确定",
                                          "看不出来",
                                          "没有提供图片",
                                          "未提供图片",
                                          "抱歉",
                                          "作为人工智能",
                                          "作为ai",
                                          "信息不足",
                                          "没有足够的信息",
                                          NULL};
    bool known =
        !text_is_any(subject->folded, whole) && text_has_any(subject->folded, phrases) == NULL;
    return known || rule_detail(subject, subject->text);
}
