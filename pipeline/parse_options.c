// Wrong options out of a reply.
#include "parse.h"

#include "memory.h"
#include "parse_json.h"
#include "parse_text.h"
#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARSED = 128 };

static const char *const key_options[] = {"options",
                                          "wrongoptions",
                                          "incorrectoptions",
                                          "distractors",
                                          "wronganswers",
                                          "wrongchoices",
                                          "choices",
                                          "incorrectanswers",
                                          "incorrectchoices",
                                          "错误选项",
                                          "干扰项",
                                          "干扰选项",
                                          "错误答案",
                                          "选项",
                                          "alternatives",
                                          "answers",
                                          "items",
                                          "list",
                                          NULL};

static bool options_from_json(const char *text, bool whole_only, struct parsed_options *options,
                              bool *opened);
static bool options_from_lines(const char *text, struct parsed_options *options, struct error *why);

bool parse_options(const char *text, const char *reasoning, struct parsed_options *options,
                   struct error *why)
{
    struct spoken spoken;
    bool opened = false;
    *options = (struct parsed_options){0};
    if (!spoken_init(&spoken, text, reasoning, why))
        return false;
    bool found;
    if (*spoken.text != '\0')
        found = options_from_json(spoken.text, false, options, &opened) ||
                (!opened && options_from_lines(spoken.text, options, why));
    else
        found = options_from_json(spoken.thinking, true, options, &opened);
    if (!found)
        spoken_refuse(&spoken, "options", why);
    spoken_clear(&spoken);
    return found;
}

void parsed_options_clear(struct parsed_options *options)
{
    for (size_t i = 0; i < options->count; i++)
        free(options->list[i]);
    free(options->list);
    *options = (struct parsed_options){0};
}

// Takes text (may be NULL) as a further option.
static void add_option(struct parsed_options *options, char *text)
{
    if (text == NULL || *value_clean(text) == '\0' || options->count >= MAX_PARSED) {
        free(text);
        return;
    }
    if (options->list == NULL)
        options->list = memory_noted(calloc(MAX_PARSED, sizeof *options->list));
    if (options->list == NULL)
        free(text);
    else
        options->list[options->count++] = text;
}

// Judgements that some models put behind an option.
static void cut_judgement(char *text)
{
    static const char *const judgements[] = {"(incorrect)", "(wrong)", "(distractor)", "（错误）",
                                             "（干扰项）",  "(错误)",  "(错误选项)"};
    for (size_t i = 0; i < sizeof judgements / sizeof *judgements; i++) {
        size_t length = strlen(text), tail = strlen(judgements[i]);
        if (length > tail && strcasecmp(text + length - tail, judgements[i]) == 0)
            text[length - tail] = '\0';
    }
    text_trim(text);
}

// Marks are cut when every text has one: "1. FC" alone is a name.
static void cut_marks(struct parsed_options *options)
{
    size_t marked = 0;
    for (size_t i = 0; i < options->count; i++)
        marked += line_mark(options->list[i]) > 0;
    for (size_t i = 0; i < options->count; i++) {
        char *text = options->list[i];
        if (marked == options->count && marked > 1)
            value_clean(memmove(text, text + line_mark(text), strlen(text + line_mark(text)) + 1));
        cut_judgement(text);
    }
}

static bool is_correct_one(const cJSON *element)
{
    static const char *const names[] = {"correct", "iscorrect", "正确", NULL};
    const cJSON *child;
    cJSON_ArrayForEach(child, element)
    {
        if (found_key_is(child->string, names) && cJSON_IsTrue(child))
            return true;
    }
    return false;
}

// "A", "option 2", "wrong_option_3", "选项B"
static bool is_option_key(const char *key)
{
    static const char *const heads[] = {"wrong_option", "wrong option", "option",   "distractor",
                                        "choice",       "错误选项",     "干扰选项", "干扰项",
                                        "选项",         "wrong_answer"};
    for (size_t i = 0; key != NULL && i < sizeof heads / sizeof *heads; i++)
        if (strncasecmp(key, heads[i], strlen(heads[i])) == 0) {
            key += strlen(heads[i]);
            break;
        }
    if (key == NULL)
        return false;
    key += strspn(key, "_- ");
    size_t digits = strspn(key, "0123456789");
    return (digits > 0 && digits < 4 && key[digits] == '\0') ||
           (isalpha((unsigned char)key[0]) && key[1] == '\0');
}

static bool options_from_text(const char *text, struct parsed_options *options);

static void add_values(struct parsed_options *options, const cJSON *value)
{
    const cJSON *child;
    if (cJSON_IsString(value)) {
        options_from_text(value->valuestring, options);
        return;
    }
    bool object = cJSON_IsObject(value);
    cJSON_ArrayForEach(child, value)
    {
        if (object ? is_option_key(child->string) : !is_correct_one(child))
            add_option(options, found_text(child));
    }
}

static bool options_from_value(const cJSON *value, bool bare, struct parsed_options *options)
{
    const cJSON *member = found_member(value, key_options);
    if (member != NULL)
        add_values(options, member);
    bool strings = cJSON_IsArray(value) && value->child != NULL && value->child->next != NULL &&
                   (cJSON_IsString(value->child) || cJSON_IsObject(value->child));
    if (options->count == 0 && (bare || strings || cJSON_IsObject(value)))
        add_values(options, value);
    for (const cJSON *child = value->child; options->count == 0 && child != NULL;
         child = child->next)
        if (cJSON_IsObject(child) && cJSON_IsObject(value))
            add_values(options, child); // {"result": {"A": ..., "B": ...}}
    cut_marks(options);
    return options->count > 0;
}

static bool options_from_json(const char *text, bool whole_only, struct parsed_options *options,
                              bool *opened)
{
    struct found_list found;
    found_init(&found, text);
    *opened = found.opened && strchr("{[`", *text) != NULL;
    bool taken = false, bare = *text == '[' || text_starts(text, "```");
    size_t turn = 0, i;
    while (!taken && found_next(&found, whole_only, &turn, &i))
        taken = options_from_value(found.list[i].value, bare, options);
    found_clear(&found);
    return taken;
}

// The lines with marks; when there are none, every line that is short.
static bool options_from_lines(const char *text, struct parsed_options *options, struct error *why)
{
    struct lines lines;
    if (!lines_init(&lines, text, why))
        return false;
    lines_skip_opening(&lines);
    size_t marked = 0, label = lines.count;
    for (size_t i = 0; i < lines.count; i++) {
        marked += line_mark(lines.list[i]) > 0;
        if (line_label(lines.list[i], label_options) != NULL)
            label = i;
    }
    const char *value = label < lines.count ? line_label(lines.list[label], label_options) : NULL;
    if (value != NULL && *value != '\0') {
        options_from_text(value, options);
    } else if (lines.count == 1) {
        options_from_text(lines.list[0], options);
    } else {
        for (size_t i = value != NULL ? label + 1 : 0; i < lines.count; i++) {
            size_t mark = line_mark(lines.list[i]);
            bool other = line_label(lines.list[i], label_explanation) != NULL ||
                         line_label(lines.list[i], label_answer) != NULL;
            if (marked > 0 ? mark > 0 : !other && strlen(lines.list[i]) <= 120)
                add_option(options, text_copy(lines.list[i] + mark));
        }
        if (marked == 0 && value == NULL && options->count != lines.count)
            parsed_options_clear(options); // prose
    }
    for (size_t i = 0; i < options->count; i++)
        cut_judgement(options->list[i]);
    lines_clear(&lines);
    return options->count > 0;
}

// "A. red  B. blue  C. green": where the mark with the next letter or number begins.
static const char *next_mark(const char *text, char wanted)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool edge = at == text || strchr(" ;,|(", at[-1]) != NULL || (unsigned char)at[-1] >= 0x80;
        const char *sign = *at == '(' ? at + 1 : at;
        if (edge && toupper((unsigned char)*sign) == wanted && line_mark(at) > 0)
            return at;
    }
    return NULL;
}

static bool marked_in_line(const char *text, struct parsed_options *options)
{
    for (int numbers = 0; numbers < 2; numbers++) {
        char wanted = numbers ? '1' : 'A';
        const char *at = next_mark(text, wanted), *next;
        if (at != text || (next = next_mark(at + line_mark(at), wanted + 1)) == NULL)
            continue;
        for (; at != NULL; at = next) {
            const char *begin = at + line_mark(at);
            next = ++wanted == '9' + 1 ? NULL : next_mark(begin, wanted);
            char *option =
                next != NULL ? text_copy_length(begin, (size_t)(next - begin)) : text_copy(begin);
            size_t length = option != NULL ? strlen(text_trim(option)) : 0;
            if (length > 0 && strchr(",;|", option[length - 1]) != NULL)
                option[length - 1] = '\0';
            add_option(options, option);
        }
        return true;
    }
    return false;
}

// How many parts the separator gives; 0 when one of them does not look like an option.
static size_t count_parts(const char *text, const char *separator)
{
    size_t count = 0;
    for (const char *at = text;; count++) {
        const char *stop = strstr(at, separator);
        size_t length = stop != NULL ? (size_t)(stop - at) : strlen(at), words = 1;
        for (size_t i = 0; i < length; i++)
            words += at[i] == ' ';
        if (length == 0 || length > 60 || words > 7 || memmem(at, length, ". ", 2) != NULL ||
            memmem(at, length, "。", strlen("。")) != NULL || memchr(at, '?', length) != NULL)
            return 0;
        if (stop == NULL)
            return count + 1;
        at = stop + strlen(separator);
    }
}

static void add_parts(struct parsed_options *options, const char *text, const char *separator)
{
    for (const char *at = text; at != NULL;) {
        const char *stop = strstr(at, separator);
        char *part = stop != NULL ? text_copy_length(at, (size_t)(stop - at)) : text_copy(at);
        if (part != NULL) {
            text_trim(part);
            size_t skip = stop != NULL                        ? 0
                          : strncasecmp(part, "and ", 4) == 0 ? 4
                          : strncasecmp(part, "or ", 3) == 0  ? 3
                                                              : 0;
            memmove(part, part + skip, strlen(part + skip) + 1);
        }
        add_option(options, part);
        at = stop != NULL ? stop + strlen(separator) : NULL;
    }
}

// One line: marks in it, or a separator that makes a list of it. A comma does so for short parts
// only; a sentence is no option.
static bool options_from_text(const char *text, struct parsed_options *options)
{
    static const char *const separators[] = {"\n", "|", "；", ";", "、", " / ", "，", ","};
    if (marked_in_line(text, options))
        return true;
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        if (count_parts(text, separators[i]) > 1) {
            add_parts(options, text, separators[i]);
            cut_marks(options);
            return true;
        }
    if (count_parts(text, "\n") == 1 && strchr(text, ',') == NULL && strlen(text) <= 40)
        add_option(options, text_copy(text + line_mark(text)));
    return options->count > 0;
}
