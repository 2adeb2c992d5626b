#include "parse.h"

#include "parse_json.h"
#include "parse_text.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const char *const key_answer[] = {"finalanswer", "answer",   "correctanswer",
                                         "shortanswer", "最终答案", "正确答案",
                                         "答案",        "回答",     NULL};
// Names that say less; only a text or number under them is an answer.
static const char *const key_other[] = {"response", "result", "output", "text",
                                        "value",    "结果",   NULL};
static const char *const key_explanation[] = {"explanation",   "reasoning", "reason", "rationale",
                                              "justification", "evidence",  "解释",   "理由",
                                              "说明",          "原因",      "解析",   NULL};

static bool answer_from_json(const struct spoken *spoken, const char *text, bool whole_only,
                             struct parsed_answer *answer, bool *opened);
static bool answer_from_lines(const char *text, struct parsed_answer *answer, struct error *why);
static bool answer_from_bare(const char *text, struct parsed_answer *answer, struct error *why);
static const char *last_lines(const char *text, unsigned count);

bool parse_answer(const char *text, const char *reasoning, struct parsed_answer *answer,
                  struct error *why)
{
    struct spoken spoken;
    bool opened = false;
    *answer = (struct parsed_answer){0};
    if (!spoken_init(&spoken, text, reasoning, why))
        return false;
    bool found;
    if (*spoken.text != '\0') {
        found = answer_from_json(&spoken, spoken.text, false, answer, &opened) ||
                answer_from_lines(spoken.text, answer, why) ||
                (!opened && answer_from_bare(spoken.text, answer, why));
    } else {
        const char *tail = last_lines(spoken.thinking, 10);
        found = answer_from_json(&spoken, tail, true, answer, &opened) ||
                answer_from_lines(tail, answer, why);
    }
    if (!found) {
        parsed_answer_clear(answer);
        spoken_refuse(&spoken, "answer", why);
    }
    spoken_clear(&spoken);
    return found;
}

void parsed_answer_clear(struct parsed_answer *answer)
{
    free(answer->answer);
    free(answer->explanation);
    *answer = (struct parsed_answer){0};
}

// Takes text as the answer; false when nothing is left of it.
static bool take_answer(struct parsed_answer *answer, char *text, char *explanation)
{
    if (text != NULL && *value_clean(text) != '\0') {
        answer->answer = text;
        answer->explanation = explanation != NULL ? text_one_line(explanation) : NULL;
        if (answer->explanation != NULL && *answer->explanation == '\0') {
            free(answer->explanation);
            answer->explanation = NULL;
        }
        return true;
    }
    free(text);
    free(explanation);
    return false;
}

static bool answer_from_value(const cJSON *value, bool bare, struct parsed_answer *answer)
{
    if (cJSON_IsArray(value) && value->child != NULL && value->child->next == NULL &&
        cJSON_IsObject(value->child))
        value = value->child;
    const cJSON *member = found_member(value, key_answer);
    if (member == NULL && bare && cJSON_IsArray(value) && !cJSON_IsObject(value->child))
        member = value; // ["red"]
    if (member == NULL)
        member = found_member(value, key_other);
    return member != NULL && take_answer(answer, found_text(member),
                                         found_text(found_member(value, key_explanation)));
}

// The last complete value that holds an answer, else the last one that was cut behind it.
static bool answer_from_json(const struct spoken *spoken, const char *text, bool whole_only,
                             struct parsed_answer *answer, bool *opened)
{
    struct found_list found;
    found_init(&found, text);
    *opened = found.opened && strpbrk(spoken->text, "{") != NULL;
    bool taken = false, bare = *text == '[' || text_starts(text, "```");
    size_t turn = 0, i;
    while (!taken && found_next(&found, whole_only, &turn, &i))
        taken = answer_from_value(found.list[i].value, bare, answer);
    found_clear(&found);
    return taken;
}

// What stands between the last pair of tags or in the last \boxed{}, as a new string; or NULL.
static char *between_last(const char *text, const char *open, const char *close)
{
    const char *last = NULL;
    for (const char *at = text; (at = strcasestr(at, open)) != NULL; at++)
        last = at + strlen(open);
    if (last == NULL)
        return NULL;
    const char *stop = last;
    if (*close == '}') { // braces inside belong to it
        for (int depth = 1; *stop != '\0' && (depth += (*stop == '{') - (*stop == '}')) > 0;)
            stop++;
        stop = *stop == '}' ? stop : NULL;
    } else {
        stop = strcasestr(last, close);
    }
    return stop != NULL ? text_copy_length(last, (size_t)(stop - last)) : NULL;
}

// Cuts "... Explanation: because" from a value on the same line; returns the explanation's place.
static const char *cut_explanation(char *value)
{
    for (char *at = value; *at != '\0'; at++) {
        bool edge = at > value && (at[-1] == ' ' || (unsigned char)at[-1] >= 0x80);
        const char *text = edge ? line_label(at, label_explanation) : NULL;
        if (text == NULL || strchr("-*>#_ ", *at) != NULL)
            continue;
        *at = '\0';
        size_t length = strlen(text_trim(value));
        if (length > 0 && strchr(";,|", value[length - 1]) != NULL)
            value[length - 1] = '\0';
        else if (text_ends(value, "；") || text_ends(value, "，"))
            value[length - strlen("；")] = '\0';
        return text;
    }
    return NULL;
}

// The value of the last line with the label; the next line when the label stands alone. line: its
// index. NULL: none.
static const char *labelled(const struct lines *lines, const char *const *labels, size_t *line)
{
    const char *last = NULL;
    for (size_t i = 0; i < lines->count; i++) {
        const char *value = line_label(lines->list[i], labels);
        if (value == NULL)
            continue;
        if (*value == '\0' && i + 1 < lines->count)
            value = lines->list[++i];
        last = *value != '\0' ? value : last;
        *line = *value != '\0' ? i : *line;
    }
    return last;
}

// "The answer is red." / "答案是红色。": what stands behind it, in the last such line.
static char *said_answer(const struct lines *lines)
{
    static const char *const phrases[] = {"answer is", "answer would be", "答案是", "答案为",
                                          "答案应为"};
    for (size_t i = lines->count; i-- > 0;)
        for (size_t p = 0; p < sizeof phrases / sizeof *phrases; p++) {
            const char *at = strcasestr(lines->list[i], phrases[p]);
            if (at == NULL)
                continue;
            at += strlen(phrases[p]);
            at += text_starts(at, "：") ? strlen("：") : strspn(at, ": ");
            const char *stop = strstr(at, ". "), *wide = strstr(at, "。");
            size_t length = strlen(at);
            length = stop != NULL && (size_t)(stop - at) < length ? (size_t)(stop - at) : length;
            length = wide != NULL && (size_t)(wide - at) < length ? (size_t)(wide - at) : length;
            return length > 0 ? text_copy_length(at, length) : NULL;
        }
    return NULL;
}

static bool answer_from_lines(const char *text, struct parsed_answer *answer, struct error *why)
{
    char *tagged = between_last(text, "<answer>", "</answer>");
    if (tagged == NULL)
        tagged = between_last(text, "\\boxed{", "}");
    if (tagged != NULL && take_answer(answer, tagged, NULL))
        return true;
    struct lines lines;
    if (!lines_init(&lines, text, why))
        return false;
    size_t line = 0;
    const char *value = labelled(&lines, label_answer, &line);
    const char *explanation = labelled(&lines, label_explanation, &(size_t){0});
    char *copy = value != NULL && strchr("{[", *value) == NULL ? text_copy(value) : NULL;
    if (copy != NULL) {
        const char *same_line = cut_explanation(copy);
        explanation = same_line != NULL ? same_line : explanation;
    } else {
        copy = said_answer(&lines);
    }
    bool taken = copy != NULL && take_answer(answer, copy, text_copy(explanation));
    lines_clear(&lines);
    return taken;
}

// A reply that is nothing but the answer, or the answer on a short first line with words behind.
static bool answer_from_bare(const char *text, struct parsed_answer *answer, struct error *why)
{
    struct lines lines;
    if (!lines_init(&lines, text, why))
        return false;
    lines_skip_opening(&lines);
    bool taken = false;
    size_t length = lines.count > 0 ? strlen(lines.list[0]) : 0;
    bool label = length > 0 && (text_ends(lines.list[0], ":") || text_ends(lines.list[0], "："));
    if (length > 0 && !label && length <= (lines.count == 1 ? 300 : 80) && *lines.list[0] != '{') {
        char *copy = text_copy(lines.list[0] + line_bullet(lines.list[0]));
        const char *same_line = copy != NULL ? cut_explanation(copy) : NULL;
        const char *next = lines.count > 1 ? line_label(lines.list[1], label_explanation) : NULL;
        if (next == NULL && lines.count > 1)
            next = lines.list[1];
        taken = copy != NULL &&
                take_answer(answer, copy, text_copy(same_line != NULL ? same_line : next));
    }
    lines_clear(&lines);
    return taken;
}

static const char *last_lines(const char *text, unsigned count)
{
    const char *at = text + strlen(text);
    while (at > text) {
        if (at[-1] == '\n' && *at != '\n' && *at != '\0' && count-- <= 1)
            break;
        at--;
    }
    return at;
}

// Folded, without a final stop and quotes; NULL without memory.
static char *choice_form(const char *text)
{
    char *copy = text_copy(text);
    char *folded = copy != NULL ? text_fold(value_clean(copy)) : NULL;
    free(copy);
    return folded;
}

// The choice that has this text; -1: none or several.
static int choice_by_text(const char *text, char *const *choices, size_t count)
{
    char *form = choice_form(text);
    int found = -1;
    bool several = false;
    for (size_t i = 0; form != NULL && i < count; i++) {
        char *other = choice_form(choices[i]);
        if (other != NULL && strcmp(form, other) == 0) {
            several |= found >= 0;
            found = (int)i;
        }
        free(other);
    }
    free(form);
    return several ? -1 : found;
}

// The letter that a text begins with, as an index, and where the text behind it begins. -1: none.
static int choice_letter(const char *folded, const char **behind)
{
    static const char *const heads[] = {"the answer is", "answer", "option",     "choice",
                                        "正确答案是",    "答案是", "正确选项是", "选项",
                                        "答案",          "选"};
    const char *at = folded;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (text_starts(at, heads[i])) {
            at += strlen(heads[i]);
            at += strspn(at, " :");
        }
    bool open = *at == '(' || *at == '[';
    at += open;
    if (*at < 'a' || *at > 'z')
        return -1;
    int letter = *at++ - 'a';
    size_t marks = strspn(at, ".):]");
    marks += text_starts(at + marks, "、") ? strlen("、") : 0;
    marks += text_starts(at + marks, "。") ? strlen("。") : 0;
    if (marks == 0 && *at != '\0')
        return -1; // a word
    *behind = at + marks + strspn(at + marks, " ");
    return letter;
}

int parse_choice(const char *answer, char *const *choices, size_t count)
{
    int by_text = choice_by_text(answer, choices, count);
    if (by_text >= 0)
        return by_text;
    char *form = choice_form(answer);
    const char *behind = "";
    int letter = form != NULL ? choice_letter(form, &behind) : -1;
    int rest = letter >= 0 && *behind != '\0' ? choice_by_text(behind, choices, count) : -1;
    free(form);
    if (letter < 0 || (size_t)letter >= count || (rest >= 0 && rest != letter))
        return -1;
    return letter;
}
