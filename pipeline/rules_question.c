// What a question must be.
#include "rules_check.h"

#include "rules_form.h"
#include "rules_table.h"
#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool right_length(struct subject *subject)
{
    size_t width = text_width(subject->text);
    return width >= 8 && width <= 300;
}

static bool has_blank(const char *text)
{
    return strstr(text, "___") != NULL || strstr(text, "（ ）") != NULL ||
           strstr(text, "( )") != NULL || strstr(text, "（）") != NULL;
}

// A question mark, a blank, or an order ("Name the colour of ...").
static bool right_form(struct subject *subject)
{
    static const char *const orders[] = {
        "name ",     "identify ", "count ", "state ", "choose ",    "select ", "pick ",     "give ",
        "describe ", "complete ", "find ",  "read ",  "determine ", "fill ",   "estimate ", "list ",
        "specify ",  "请",        "指出",   "说出",   "写出",       "数一数",  "数出",      "选出",
        "选择",      "判断",      "描述",   "估计",   "读出"};
    const char *text = subject->folded;
    size_t length = strlen(text);
    while (length > 0 && strchr("\"') ", text[length - 1]) != NULL)
        length--;
    if (length > 0 && text[length - 1] == '?')
        return true;
    if (has_blank(subject->text))
        return true;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (text_starts(text, orders[i]))
            return true;
    return false;
}

static bool single(struct subject *subject)
{
    size_t marks = 0;
    for (const char *at = subject->folded; *at != '\0'; at++)
        marks += *at == '?' && at[1] != '?';
    return marks <= 1;
}

// "A. red B. blue": two marks in a row of letters.
static bool no_options(struct subject *subject)
{
    static const char *const marks[][2] = {
        {"a.", "b."}, {"a)", "b)"}, {"(a)", "(b)"}, {"a:", "b:"}, {"a、", "b、"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *first = strstr(subject->folded, marks[i][0]);
        while (first != NULL && first > subject->folded && isalnum((unsigned char)first[-1]))
            first = strstr(first + 1, marks[i][0]);
        const char *next = first != NULL ? strstr(first + 2, marks[i][1]) : NULL;
        if (next != NULL && !isalnum((unsigned char)next[-1]))
            return false;
    }
    return true;
}

static bool answer_not_in_stem(struct subject *subject)
{
    char *folded = text_is_blank(subject->answer) ? NULL : form_fold(subject->answer);
    if (folded == NULL)
        return true;
    static const char *const articles[] = {"the ", "a ", "an ", "一个", "一只", "一辆"};
    const char *answer = folded;
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        answer += text_starts(answer, articles[i]) ? strlen(articles[i]) : 0;
    struct form form;
    form_read(folded, &form);
    bool choice = text_has_words(subject->folded, "or") || strstr(subject->folded, "还是") != NULL;
    // A single Chinese character is part of many words.
    bool judged = !choice && form.yes_no == NOT_YES_NO && text_has_letters(answer) &&
                  !(form.cjk && text_characters(answer) < 2);
    bool inside = judged && text_has_words(subject->folded, answer);
    free(folded);
    return !inside || rule_detail(subject, subject->answer);
}

static bool no_meta(struct subject *subject)
{
    static const char *const phrases[] = {"as an ai",
                                          "language model",
                                          "vqa",
                                          "this dataset",
                                          "the dataset",
                                          "the question",
                                          "this question",
                                          "the slot",
                                          "this slot",
                                          "the topic is",
                                          "the prompt",
                                          "multiple-choice",
                                          "multiple choice",
                                          "fill in the blank question",
                                          "作为ai",
                                          "作为人工智能",
                                          "数据集",
                                          "本题",
                                          "该题",
                                          "这道题",
                                          "题位",
                                          "提示词",
                                          "选择题",
                                          NULL};
    const char *found = text_has_any(subject->folded, phrases);
    return found == NULL || rule_detail(subject, found);
}

static bool no_text_reference(struct subject *subject)
{
    static const char *const phrases[] = {"the caption",
                                          "the description",
                                          "described above",
                                          "mentioned above",
                                          "text above",
                                          "text below",
                                          "the passage",
                                          "according to the text",
                                          "based on the text",
                                          "the claim",
                                          "as described",
                                          "as mentioned",
                                          "as stated",
                                          "given answer",
                                          "the statement above",
                                          "above statement",
                                          "图注",
                                          "描述中",
                                          "根据描述",
                                          "根据文字",
                                          "上文",
                                          "上述",
                                          "下文",
                                          "文中",
                                          "陈述中",
                                          "根据陈述",
                                          "如上所述",
                                          NULL};
    // Asking for a caption is a topic; asking about one that nobody sees is not.
    bool caption = subject->topic != NULL && strcmp(subject->topic->name, "caption") == 0;
    const char *found = text_has_any(subject->folded, phrases);
    return found == NULL || caption || rule_detail(subject, found);
}

static bool not_about_file(struct subject *subject)
{
    static const char *const phrases[] = {"file name",
                                          "filename",
                                          "file format",
                                          "file size",
                                          "file type",
                                          "image format",
                                          "resolution",
                                          "megapixel",
                                          "megapixels",
                                          "pixels",
                                          "aspect ratio",
                                          "exif",
                                          "metadata",
                                          "shutter speed",
                                          "aperture",
                                          "focal length",
                                          "camera model",
                                          "camera settings",
                                          "what camera",
                                          "which camera",
                                          "what lens",
                                          "which lens",
                                          "type of camera",
                                          "kind of camera",
                                          "who took",
                                          "who photographed",
                                          "who is the photographer",
                                          "the photographer's name",
                                          "when was this photo",
                                          "when was the photo",
                                          "when was this picture",
                                          "when was the picture",
                                          "when was this image taken",
                                          "what date was",
                                          "watermark",
                                          "文件名",
                                          "文件格式",
                                          "文件大小",
                                          "图片格式",
                                          "分辨率",
                                          "像素",
                                          "宽高比",
                                          "光圈",
                                          "快门",
                                          "焦距",
                                          "什么相机",
                                          "哪种相机",
                                          "哪款相机",
                                          "什么镜头",
                                          "谁拍",
                                          "拍摄者是谁",
                                          "摄影师是谁",
                                          "拍摄日期",
                                          "拍摄于何时",
                                          "何时拍摄",
                                          "什么时候拍",
                                          "水印",
                                          NULL};
    const char *found = text_has_any(subject->folded, phrases);
    return found == NULL || rule_detail(subject, found);
}

static bool not_who(struct subject *subject)
{
    static const char *const phrases[] = {"who is this",
                                          "who is that",
                                          "who are these people",
                                          "name of the person",
                                          "name of the man",
                                          "name of the woman",
                                          "name of this person",
                                          "name of this man",
                                          "name of this woman",
                                          "person's name",
                                          "这个人是谁",
                                          "这人是谁",
                                          "人物是谁",
                                          "他是谁",
                                          "她是谁",
                                          "他叫什么",
                                          "她叫什么",
                                          NULL};
    const char *found = text_has_any(subject->folded, phrases);
    return found == NULL || rule_detail(subject, found);
}

// Forms that ask for knowledge, unless something visible is pointed at. Few and sure ones: a good
// question that is refused costs a call.
static bool needs_image(struct subject *subject)
{
    static const char *const knowledge[] = {"capital of",
                                            "capital city of",
                                            "who invented",
                                            "who discovered",
                                            "who wrote",
                                            "who painted",
                                            "who composed",
                                            "who founded",
                                            "what year did",
                                            "in what year",
                                            "in which year",
                                            "definition of",
                                            "how do you define",
                                            "what does it mean to",
                                            "what is the meaning of",
                                            "stand for",
                                            "population of",
                                            "currency of",
                                            "official language of",
                                            "chemical symbol",
                                            "chemical formula",
                                            "how many days are in",
                                            "how many legs does a",
                                            "how many legs does an",
                                            "how many legs do",
                                            "how many wheels does a",
                                            "how many sides does a",
                                            "what do bees",
                                            "what do cows",
                                            "boiling point",
                                            "speed of light",
                                            "largest country",
                                            "tallest mountain",
                                            "longest river",
                                            "usually eat",
                                            "typically eat",
                                            "in general",
                                            "的首都",
                                            "谁发明",
                                            "谁发现了",
                                            "谁写的",
                                            "是谁创作",
                                            "哪一年",
                                            "的定义",
                                            "是什么意思",
                                            "的人口",
                                            "的货币",
                                            "官方语言",
                                            "化学式",
                                            "化学符号",
                                            "一年有多少",
                                            "一周有多少",
                                            "通常有几条腿",
                                            "一般有几条腿",
                                            "沸点",
                                            "世界上最",
                                            NULL};
    static const char *const pointing[] = {
        "image",     "picture", "photo", "photograph", "shown",    "visible",    "seen",
        "scene",     "here",    "this",  "these",      "depicted", "foreground", "background",
        "displayed", "written", "sign",  "图",         "画面",     "照片",       "可见",
        "看到",      "前景",    "背景",  "这",         "所示",     "招牌",       "标志",
        "牌子",      "写着",    NULL};
    const char *found = text_has_any(subject->folded, knowledge);
    return found == NULL || text_has_any(subject->folded, pointing) != NULL ||
           rule_detail(subject, found);
}

bool question_is_yes_no(const char *folded)
{
    static const char *const heads[] = {
        "is ",  "are ",  "was ",  "were ",  "does ",  "do ",     "did ",     "can ",   "could ",
        "has ", "have ", "will ", "would ", "isn't ", "aren't ", "doesn't ", "should "};
    static const char *const asking[] = {"是否", "有没有", "是不是", "能否", "可否", "有无", NULL};
    if (text_has_words(folded, "or") || strstr(folded, "还是") != NULL ||
        text_has_words(folded, "how many") || strstr(folded, "___") != NULL)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (text_starts(folded, heads[i]))
            return true;
    // "In the picture, is the door open?"
    const char *comma = strstr(folded, ", ");
    for (size_t i = 0; comma != NULL && i < sizeof heads / sizeof *heads; i++)
        if (text_starts(comma + 2, heads[i]) && !text_has_words(folded, "what") &&
            !text_has_words(folded, "which") && !text_has_words(folded, "where") &&
            !text_has_words(folded, "how") && !text_has_words(folded, "who"))
            return true;
    return text_has_any(folded, asking) != NULL || text_ends(folded, "吗?") ||
           text_ends(folded, "吗");
}

static bool wants_yes_no(const struct topic *topic)
{
    for (int language = 0; topic != NULL && language < 2; language++) {
        const char *kind = topic->answer_type[language];
        if (kind != NULL && (strcasestr(kind, "yes") != NULL || strstr(kind, "是或否") != NULL ||
                             strstr(kind, "是/否") != NULL || strstr(kind, "是否") != NULL))
            return true;
    }
    return false;
}

static bool not_yes_no(struct subject *subject)
{
    return subject->topic == NULL || wants_yes_no(subject->topic) ||
           !question_is_yes_no(subject->folded);
}

bool question_is_count(const char *folded)
{
    if (text_has_words(folded, "how many") || text_has_words(folded, "what number of"))
        return true;
    if (strstr(folded, "多少个") != NULL || strstr(folded, "有多少") != NULL)
        return strstr(folded, "多少钱") == NULL;
    // 几 asks for a number, but not in 哪几, 第几, 几乎 and 几点.
    for (const char *at = folded; (at = strstr(at, "几")) != NULL; at += strlen("几")) {
        const char *behind = at + strlen("几");
        size_t before = (size_t)(at - folded);
        bool other = (before >= 3 && (text_starts(at - 3, "哪") || text_starts(at - 3, "第"))) ||
                     text_starts(behind, "乎") || text_starts(behind, "点") ||
                     text_starts(behind, "何") || text_starts(behind, "分之");
        if (!other && (behind[0] != '\0'))
            return true;
    }
    return false;
}

static bool not_banned(struct subject *subject)
{
    const char *found = NULL;
    for (size_t i = 0; subject->topic != NULL && i < 8 && subject->topic->banned[i] != NULL; i++)
        if (found == NULL && text_has_words(subject->folded, subject->topic->banned[i]))
            found = subject->topic->banned[i];
    return found == NULL || rule_detail(subject, found);
}

// A counting question that asks for anything but a number went astray.
static bool right_topic(struct subject *subject)
{
    if (subject->topic == NULL || strcmp(subject->topic->name, "counting") != 0)
        return true;
    return question_is_count(subject->folded) || text_has_words(subject->folded, "number") ||
           text_starts(subject->folded, "count ") || has_blank(subject->text) ||
           strstr(subject->folded, "数") != NULL || strstr(subject->folded, "多少") != NULL;
}

static bool not_taken(struct subject *subject)
{
    for (size_t i = 0; i < subject->beside->count; i++)
        if (text_equal(neighbour_form(&subject->own)->text,
                       neighbour_form(&subject->beside->taken[i])->text))
            return rule_detail(subject, subject->beside->taken[i].text);
    return true;
}

#define RULE_ROW(name, pass, en, zh) {name, pass, {en, zh}},
const struct rule rules_question[] = {QUESTION_RULES(RULE_ROW){NULL, NULL, {NULL, NULL}}};
