// Drafted questions out of a reply.
#include "parse.h"

#include "memory.h"
#include "parse_json.h"
#include "parse_text.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PARSED = 256, MAX_SLOT = 100000 };

static const char *const key_list[] = {"questions",    "items",  "slots", "data",
                                       "results",      "result", "list",  "问题列表",
                                       "questionlist", "问题",   "题目",  NULL};
static const char *const key_question[] = {"question", "questiontext", "stem", "text", "q",
                                           "问题",     "题目",         "题干", NULL};
static const char *const key_slot[] = {"slot", "slotnumber", "slotid", "number", "index", "id",
                                       "no",   "题位",       "题号",   "编号",   "序号",  NULL};
static const char *const key_topic[] = {"topic", "category", "主题", "类别", NULL};
static const char *const key_declined[] = {"declined", "decline", "skipped", "拒绝", "放弃", NULL};
static const char *const key_reason[] = {"reason", "declinereason", "why", "理由", "原因", NULL};

static bool draft_from_json(const char *text, bool whole_only, struct parsed_draft *draft,
                            bool *opened);
static bool draft_from_lines(const char *text, struct parsed_draft *draft, struct error *why);

bool parse_draft(const char *text, const char *reasoning, struct parsed_draft *draft,
                 struct error *why)
{
    struct spoken spoken;
    bool opened = false;
    *draft = (struct parsed_draft){0};
    if (!spoken_init(&spoken, text, reasoning, why))
        return false;
    bool found;
    if (*spoken.text != '\0')
        found = draft_from_json(spoken.text, false, draft, &opened) ||
                (!opened && draft_from_lines(spoken.text, draft, why));
    else
        found = draft_from_json(spoken.thinking, true, draft, &opened);
    if (!found) {
        parsed_draft_clear(draft);
        spoken_refuse(&spoken, "questions", why);
    }
    spoken_clear(&spoken);
    return found;
}

void parsed_draft_clear(struct parsed_draft *draft)
{
    for (size_t i = 0; i < draft->count; i++) {
        free(draft->list[i].question);
        free(draft->list[i].topic);
        free(draft->list[i].reason);
    }
    free(draft->list);
    *draft = (struct parsed_draft){0};
}

// Some models write a refusal of the slot where the question should stand.
static bool says_declined(const char *text)
{
    static const char *const words[] = {"declined", "n/a",     "na",     "none",
                                        "null",     "skip",    "无",     "not applicable",
                                        "放弃",     "skipped", "不适用", NULL};
    char *folded = text_fold(text);
    bool declined = folded != NULL && text_is_any(folded, words);
    free(folded);
    return declined;
}

// A question is one line without surrounding quotes; its final stop stays ("Name the colour.").
static char *clean_question(char *text)
{
    if (text == NULL)
        return NULL;
    text_one_line(text);
    size_t mark = line_mark(text);
    memmove(text, text + mark, strlen(text + mark) + 1);
    size_t length = strlen(text);
    char last = length > 0 ? text[length - 1] : '\0';
    if (last == '"' || last == '*' || last == '\'' || text_ends(text, "”"))
        value_clean(text);
    return text;
}

// Takes the strings (each may be NULL). slot 0: by order.
static void add_question(struct parsed_draft *draft, long long slot, char *question, char *topic,
                         char *reason, bool declined)
{
    question = clean_question(question);
    if (question != NULL && (declined || *question == '\0' || says_declined(question))) {
        free(question);
        question = NULL;
    }
    if (draft->list == NULL)
        draft->list = memory_noted(calloc(MAX_PARSED, sizeof *draft->list));
    if (draft->list == NULL || draft->count >= MAX_PARSED) {
        free(question);
        free(topic);
        free(reason);
        return;
    }
    bool said = slot > 0 && slot <= MAX_SLOT;
    draft->list[draft->count] =
        (struct parsed_question){.slot = said ? (unsigned)slot : (unsigned)draft->count + 1,
                                 .question = question,
                                 .topic = topic != NULL ? text_one_line(topic) : NULL,
                                 .reason = reason != NULL ? text_one_line(reason) : NULL,
                                 .declined = question == NULL};
    draft->count++;
}

static const cJSON *own_member(const cJSON *object, const char *const *names)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, object)
    {
        if (found_key_is(child->string, names))
            return child;
    }
    return NULL;
}

// 3, "3", "Slot 3" or "Q3"; 0: none.
static long long slot_of(const char *text)
{
    long long slot = 0;
    if (text == NULL)
        return 0;
    text += strcspn(text, "0123456789");
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 6 || text[digits] != '\0')
        return 0;
    for (; digits > 0; digits--)
        slot = slot * 10 + (*text++ - '0');
    return slot;
}

static bool is_true(const cJSON *value)
{
    return cJSON_IsTrue(value) ||
           (cJSON_IsString(value) &&
            (strcasecmp(value->valuestring, "true") == 0 ||
             strcasecmp(value->valuestring, "yes") == 0 || strcmp(value->valuestring, "是") == 0));
}

// An element of the list: an object, or the question itself. key: the member's, or NULL.
static bool add_element(struct parsed_draft *draft, const cJSON *element, const char *key)
{
    if (cJSON_IsString(element)) {
        add_question(draft, slot_of(key), text_copy(element->valuestring), NULL, NULL, false);
        return true;
    }
    const cJSON *question = own_member(element, key_question);
    const cJSON *declined = own_member(element, key_declined);
    if (!cJSON_IsObject(element) || (question == NULL && !is_true(declined)))
        return false;
    if (cJSON_IsObject(question)) // {"question": {"text": "..."}}
        question = own_member(question, key_question);
    char *slot = found_text(own_member(element, key_slot));
    char *text = cJSON_IsString(question) ? text_copy(question->valuestring) : NULL;
    bool null = question != NULL && (text_is_blank(text) || cJSON_IsNull(question));
    add_question(draft, slot != NULL ? slot_of(slot) : slot_of(key), text,
                 found_text(own_member(element, key_topic)),
                 is_true(declined) || null ? found_text(own_member(element, key_reason)) : NULL,
                 is_true(declined));
    free(slot);
    return true;
}

// A list of questions; numbers an object's members when they are keyed by slot.
static bool add_elements(struct parsed_draft *draft, const cJSON *list)
{
    size_t before = draft->count;
    const cJSON *child;
    cJSON_ArrayForEach(child, list)
    {
        if (cJSON_IsArray(list) || slot_of(child->string) > 0)
            add_element(draft, child, child->string);
    }
    return draft->count > before;
}

static bool draft_from_value(const cJSON *value, struct parsed_draft *draft)
{
    const cJSON *child;
    if (cJSON_IsArray(value))
        return (cJSON_IsObject(value->child) || draft->count == 0) && add_elements(draft, value);
    const cJSON *list = found_member(value, key_list);
    if (list != NULL && list->child != NULL && add_elements(draft, list))
        return true;
    if (list != NULL && cJSON_IsObject(list) && add_element(draft, list, NULL))
        return true;
    if (add_element(draft, value, NULL) || add_elements(draft, value))
        return true;
    cJSON_ArrayForEach(child, value)
    {
        if (child->child != NULL && (add_elements(draft, child) || add_element(draft, child, NULL)))
            return true;
    }
    return false;
}

static bool is_single(const cJSON *value)
{
    return cJSON_IsObject(value) && (cJSON_IsString(own_member(value, key_question)) ||
                                     own_member(value, key_declined) != NULL);
}

// The last complete value with questions; single questions in a row belong together.
static bool draft_from_json(const char *text, bool whole_only, struct parsed_draft *draft,
                            bool *opened)
{
    struct found_list found;
    found_init(&found, text);
    *opened = found.opened && strchr("{[`", *text) != NULL;
    bool taken = false;
    size_t turn = 0, i;
    while (!taken && found_next(&found, whole_only, &turn, &i)) {
        size_t first = i;
        while (is_single(found.list[first].value) && first > 0 &&
               is_single(found.list[first - 1].value))
            first--;
        for (; first <= i; first++)
            taken |= draft_from_value(found.list[first].value, draft);
    }
    found_clear(&found);
    return taken;
}

static bool looks_like_question(const char *text)
{
    return text_ends(text, "?") || text_ends(text, "？") || strstr(text, "____") != NULL;
}

// "Slot 2 | topic: counting: ...", "Question 2: ...", "题位 2：...": the number, and the text
// behind.
static long long line_slot(const char *line, const char **behind)
{
    static const char *const heads[] = {"slot", "question", "q", "题位", "问题", "题目", "题"};
    const char *at = line + strspn(line, "#*- ");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t length = strlen(heads[i]);
        if (strncasecmp(at, heads[i], length) != 0)
            continue;
        const char *number = at + length + strspn(at + length, " #");
        size_t digits = strspn(number, "0123456789");
        const char *rest = number + digits + strspn(number + digits, "* ");
        size_t colon = *rest == ':' || *rest == '.' || *rest == '|' ? 1 : 0;
        colon = text_starts(rest, "：") ? strlen("：") : colon;
        if (digits == 0 || digits > 5 || colon == 0)
            continue;
        const char *bar = strrchr(rest, '|');
        rest = bar != NULL ? bar + 1 : rest + colon;
        *behind = rest + strspn(rest, "* ");
        return strtoll(number, NULL, 10);
    }
    return 0;
}

static bool draft_from_lines(const char *text, struct parsed_draft *draft, struct error *why)
{
    struct lines lines;
    if (!lines_init(&lines, text, why))
        return false;
    long long pending = 0; // the slot of a heading without a question on its line
    for (size_t i = 0; i < lines.count && draft->count < MAX_PARSED; i++) {
        const char *line = lines.list[i], *behind = line + line_mark(line);
        long long slot = line_slot(line, &behind);
        const char *label = line_label(behind, label_question);
        behind = label != NULL ? label : behind;
        char *copy = text_copy(behind);
        bool question = copy != NULL && looks_like_question(value_clean(copy));
        bool declined = slot > 0 && copy != NULL && says_declined(copy);
        if (question || declined)
            add_question(draft, slot > 0 ? slot : pending, text_copy(behind), NULL, NULL, declined);
        pending = slot > 0 && !question ? slot : 0;
        free(copy);
    }
    lines_clear(&lines);
    return draft->count > 0;
}
