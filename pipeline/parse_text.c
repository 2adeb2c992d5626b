#include "parse_text.h"

#include "buffer.h"
#include "memory.h"
#include "text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *const label_answer[] = {"final answer",
                                    "correct answer",
                                    "the correct answer",
                                    "the answer",
                                    "short answer",
                                    "answer",
                                    "ans",
                                    "最终答案",
                                    "正确答案",
                                    "参考答案",
                                    "答案",
                                    "回答",
                                    NULL};
const char *const label_explanation[] = {"brief explanation",
                                         "explanation",
                                         "reasoning",
                                         "reason",
                                         "rationale",
                                         "justification",
                                         "evidence",
                                         "解释",
                                         "说明",
                                         "理由",
                                         "原因",
                                         "解析",
                                         "分析",
                                         "依据",
                                         NULL};
const char *const label_options[] = {"wrong options",
                                     "incorrect options",
                                     "wrong answers",
                                     "incorrect answers",
                                     "distractors",
                                     "wrong choices",
                                     "answer options",
                                     "options",
                                     "choices",
                                     "错误选项",
                                     "错误答案",
                                     "干扰选项",
                                     "干扰项",
                                     "选项",
                                     NULL};
const char *const label_question[] = {"question", "question text", "q", "问题",
                                      "题目",     "题干",          NULL};

// Replaces every special token like <|im_end|> by a blank, in place.
static void cut_tokens(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        const char *stop =
            at[0] == '<' && at[1] == '|' ? memmem(at, strnlen(at, 48), "|>", 2) : NULL;
        if (stop == NULL) {
            *to++ = *at++;
            continue;
        }
        *to++ = ' ';
        at = stop + 2;
    }
    *to = '\0';
}

static const struct tag {
    const char *open, *close;
} thinking_tags[] = {{"<think>", "</think>"},       {"<thinking>", "</thinking>"},
                     {"<thought>", "</thought>"},   {"<reasoning>", "</reasoning>"},
                     {"<analysis>", "</analysis>"}, {"◁think▷", "◁/think▷"},
                     {"[THINK]", "[/THINK]"}};

// In any letters' case; `what` begins with a sign that has none.
static char *find_first(char *text, const char *what)
{
    size_t length = strlen(what);
    for (char *at = text; (at = strchr(at, *what)) != NULL; at++)
        if (strncasecmp(at, what, length) == 0)
            return at;
    return NULL;
}

static char *find_last(char *text, const char *what)
{
    char *last = NULL;
    for (char *at = text; (at = find_first(at, what)) != NULL; at++)
        last = at;
    return last;
}

// Moves thinking from text to `thinking`: up to the last closing tag (some chat templates leave the
// opening one out), and from an opening tag that is not closed to the end.
static void cut_thinking(char *text, const struct tag *tag, struct buffer *thinking)
{
    char *close = find_last(text, tag->close);
    if (close != NULL) {
        char *open = find_first(text, tag->open);
        char *begin = open != NULL && open < close ? open : text;
        char *behind = close + strlen(tag->close);
        buffer_append(thinking, begin, (size_t)(close - begin));
        buffer_append_char(thinking, '\n');
        char *kept = text_is_blank(behind) ? begin : text;
        memmove(kept, behind, strlen(behind) + 1);
    }
    char *open = find_first(text, tag->open);
    if (open != NULL) {
        buffer_append_text(thinking, open + strlen(tag->open));
        buffer_append_char(thinking, '\n');
        *open = '\0';
    }
}

// The channels of gpt-oss's format, as servers leave them in when they do not split them.
static void cut_channels(char *text, struct buffer *thinking)
{
    static const char final[] = "<|channel|>final<|message|>";
    char *last = find_last(text, final);
    if (last != NULL) {
        buffer_append(thinking, text, (size_t)(last - text));
        char *behind = last + strlen(final);
        memmove(text, behind, strlen(behind) + 1);
    } else if (strstr(text, "<|channel|>analysis<|message|>") != NULL) {
        buffer_append_text(thinking, text);
        *text = '\0';
    }
}

bool spoken_init(struct spoken *spoken, const char *text, const char *reasoning, struct error *why)
{
    struct buffer thinking;
    buffer_init(&thinking, SIZE_MAX / 4);
    text = text != NULL ? text : "";
    *spoken = (struct spoken){.text = text_repair(text, strlen(text))};
    if (spoken->text != NULL) {
        cut_channels(spoken->text, &thinking);
        cut_tokens(spoken->text);
        for (size_t i = 0; i < sizeof thinking_tags / sizeof *thinking_tags; i++)
            cut_thinking(spoken->text, &thinking_tags[i], &thinking);
        text_trim(spoken->text);
        char *field = reasoning != NULL ? text_repair(reasoning, strlen(reasoning)) : NULL;
        buffer_append_text(&thinking, field != NULL ? field : "");
        free(field);
    }
    spoken->thinking = buffer_take(&thinking);
    if (spoken->text != NULL && spoken->thinking != NULL)
        return true;
    spoken_clear(spoken);
    return error_set(why, ERR_MEMORY, "no memory for a reply");
}

void spoken_clear(struct spoken *spoken)
{
    free(spoken->text);
    free(spoken->thinking);
    *spoken = (struct spoken){0};
}

bool spoken_refuse(const struct spoken *spoken, const char *missing, struct error *why)
{
    if (*spoken->text == '\0')
        return error_set(why, ERR_REPLY, "no %s: the reply %s", missing,
                         text_is_blank(spoken->thinking) ? "is empty" : "holds thinking only");
    char *copy = text_copy_length(spoken->text, text_cut(spoken->text, 400));
    if (copy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a reply");
    text_one_line(copy);
    size_t length = text_cut(copy, 80);
    error_set(why, ERR_REPLY, "no %s in the reply, which says: %.*s%s", missing, (int)length, copy,
              copy[length] != '\0' || strlen(spoken->text) > 400 ? "..." : "");
    free(copy);
    return false;
}

bool lines_init(struct lines *lines, const char *text, struct error *why)
{
    size_t most = 1;
    for (const char *at = text; *at != '\0'; at++)
        most += *at == '\n' || *at == '\r';
    *lines = (struct lines){.text = text_copy(text),
                            .list = memory_noted(calloc(most, sizeof *lines->list))};
    if (lines->text == NULL || lines->list == NULL) {
        lines_clear(lines);
        return error_set(why, ERR_MEMORY, "no memory for a reply");
    }
    char *rest = lines->text;
    for (char *line; (line = strsep(&rest, "\r\n")) != NULL;) {
        text_trim(line);
        if (*line != '\0' && !text_starts(line, "```"))
            lines->list[lines->count++] = line;
    }
    return true;
}

void lines_clear(struct lines *lines)
{
    free(lines->list);
    free(lines->text);
    *lines = (struct lines){0};
}

static bool is_opening(const char *line)
{
    static const char *const openings[] = {"sure", "certainly", "of course", "okay",
                                           "ok,",  "here is",   "here are",  "here's",
                                           "好的", "当然",      "以下是",    "下面是"};
    if (text_ends(line, ":") || text_ends(line, "："))
        return true;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (strncasecmp(line, openings[i], strlen(openings[i])) == 0)
            return true;
    return false;
}

void lines_skip_opening(struct lines *lines)
{
    size_t skip = 0;
    while (skip + 1 < lines->count && skip < 3 && is_opening(lines->list[skip]))
        skip++;
    lines->count -= skip;
    memmove(lines->list, lines->list + skip, lines->count * sizeof *lines->list);
}

static const char *skip_any(const char *at, const char *bytes)
{
    return at + strspn(at, bytes);
}

const char *line_label(const char *line, const char *const *labels)
{
    const char *at = skip_any(line, "#*->_ \t");
    at += text_starts(at, "•") ? strlen("•") : 0;
    at = skip_any(at, " *");
    bool emphasis = memchr(line, '*', (size_t)(at - line)) != NULL;
    bool bracketed = text_starts(at, "【");
    at += bracketed ? strlen("【") : 0;
    for (; *labels != NULL; labels++) {
        size_t length = strlen(*labels);
        if (strncasecmp(at, *labels, length) != 0)
            continue;
        const char *behind = skip_any(at + length, " *_");
        bool closed = bracketed && text_starts(behind, "】");
        behind += closed ? strlen("】") : 0;
        if (*behind == ':')
            behind++;
        else if (text_starts(behind, "："))
            behind += strlen("：");
        else if (!closed)
            continue;
        return skip_any(behind, emphasis ? " *_\t" : " \t");
    }
    return NULL;
}

size_t line_bullet(const char *line)
{
    static const char *const bullets[] = {"-", "*", "+", "•", "·", "●", "○", "▪", "–", "—", "◦"};
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++) {
        size_t length = strlen(bullets[i]);
        if (!text_starts(line, bullets[i]))
            continue;
        size_t blanks = strspn(line + length, " \t");
        // "-5" is a number and "*red*" is emphasis; the others need no blank.
        return (blanks > 0 || (unsigned char)*line >= 0x80) && line[length + blanks] != '\0'
                   ? length + blanks
                   : 0;
    }
    return 0;
}

static size_t enumeration(const char *line);

// "①" to "⑳", with the blanks behind it.
static size_t circled(const char *line)
{
    const unsigned char *at = (const unsigned char *)line;
    bool is = at[0] == 0xe2 && at[1] == 0x91 && at[2] >= 0xa0 && at[2] <= 0xb3;
    return is ? 3 + strspn(line + 3, " .\t") : 0;
}

size_t line_mark(const char *line)
{
    size_t bullet = line_bullet(line);
    return bullet + enumeration(line + bullet);
}

static size_t enumeration(const char *line)
{
    size_t skip = strspn(line, "*"); // "**A.** red"
    const char *at = line + skip;
    if (circled(at) > 0)
        return skip + circled(at);
    bool wide = text_starts(at, "（"), open = wide || *at == '(' || *at == '[';
    at += wide ? strlen("（") : open;
    size_t digits = strspn(at, "0123456789");
    bool letter = digits == 0 && isalpha((unsigned char)*at);
    if ((digits == 0 && !letter) || digits > 2)
        return 0;
    at += letter ? 1 : digits;
    static const char *const ends[] = {".", ")", "]", ":", "、", "）", "．", "：", "。"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!text_starts(at, ends[i]))
            continue;
        bool closing = strchr(")]", *ends[i]) != NULL || strcmp(ends[i], "）") == 0;
        if (open && !closing)
            return 0;
        const char *behind = skip_any(at + strlen(ends[i]), "*");
        const char *text = skip_any(behind, " \t");
        // "3.5 m", "3:30" and "A.M." are no marks: a mark of ASCII has a blank or a letter behind.
        bool apart = text > behind || (unsigned char)*ends[i] >= 0x80 ||
                     (unsigned char)*behind >= 0x80 ||
                     (closing && !isdigit((unsigned char)*behind));
        return apart && *text != '\0' ? (size_t)(text - line) : 0;
    }
    return 0;
}

static bool cut_pair(char *text, const char *open, const char *close)
{
    size_t length = strlen(text), before = strlen(open), behind = strlen(close);
    if (length <= before + behind || !text_starts(text, open) || !text_ends(text, close))
        return false;
    char *inside = text + before;
    inside[length - before - behind] = '\0';
    const char *again = strstr(inside, open);
    const char *other = strstr(inside, close);
    if (again != NULL || other != NULL) { // "a" and "b"
        memcpy(inside + length - before - behind, close, behind);
        return false;
    }
    memmove(text, inside, length - before - behind + 1);
    return true;
}

static bool cut_pairs(char *text)
{
    static const char *const pairs[][2] = {
        {"**", "**"}, {"\"", "\""}, {"'", "'"},     {"“", "”"},       {"‘", "’"},
        {"「", "」"}, {"『", "』"}, {"``", "``"},   {"`", "`"},       {"*", "*"},
        {"__", "__"}, {"$", "$"},   {"\\(", "\\)"}, {"\\text{", "}"}, {"\\boxed{", "}"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (cut_pair(text, pairs[i][0], pairs[i][1]))
            return true;
    return false;
}

// "red." loses its stop; "U.S.", "a.m." and "..." keep theirs.
static bool cut_stop(char *text)
{
    size_t length = strlen(text);
    if (text_ends(text, "。") && length > strlen("。")) {
        text[length - strlen("。")] = '\0';
        return true;
    }
    if (length < 2 || text[length - 1] != '.')
        return false;
    size_t begin = length - 1;
    while (begin > 0 && text[begin - 1] != ' ')
        begin--;
    if (memchr(text + begin, '.', length - 1 - begin) != NULL)
        return false;
    text[length - 1] = '\0';
    return true;
}

// "**Answer: red**" leaves half of its emphasis behind.
static void cut_half_emphasis(char *text)
{
    char *first = strstr(text, "**");
    if (first == NULL || strstr(first + 2, "**") != NULL)
        return;
    if (first[2] == '\0')
        *first = '\0';
    else if (first == text)
        memmove(text, text + 2, strlen(text + 2) + 1);
}

char *value_clean(char *text)
{
    text_one_line(text);
    cut_half_emphasis(text);
    for (int layers = 0; layers < 8 && (cut_pairs(text) || cut_stop(text)); layers++)
        text_trim(text);
    return text;
}
