// The normal form of questions and answers, see repertoire.h.
//
// It looks like that of the pipeline's rules and is another on purpose: the simulator stands for a
// model that knows nothing of the rules, and what one of them gets wrong the other must not share.
#include "repertoire.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

// Words without which a question is the same question.
static const char *const fillers[] = {
    "the",   "a",       "an",    "of",     "in",      "this",  "there",   "are",        "is",
    "image", "picture", "photo", "please", "on",      "to",    "at",      "photograph", "it",
    "can",   "be",      "seen",  "you",    "see",     "shown", "visible", "do",         "does",
    "part",  "area",    "side",  "corner", "located", "whole", "entire",  NULL};

// Spellings and synonyms, each with the word that stands for it.
static const char *const synonyms[][2] = {{"color", "colour"},
                                          {"colors", "colours"},
                                          {"gray", "grey"},
                                          {"centre", "center"},
                                          {"middle", "center"},
                                          {"upper", "top"},
                                          {"lower", "bottom"},
                                          {"biggest", "largest"},
                                          {"figure", "shape"},
                                          {"figures", "shapes"},
                                          {"main", "dominant"},
                                          {"percent", "percentage"},
                                          {"kind", "type"},
                                          {"beneath", "below"},
                                          {"under", "below"},
                                          {"backdrop", "background"},
                                          {"ground", "background"},
                                          {"one", "1"},
                                          {"two", "2"},
                                          {"three", "3"},
                                          {"four", "4"},
                                          {"five", "5"},
                                          {"six", "6"},
                                          {"seven", "7"},
                                          {"eight", "8"},
                                          {"nine", "9"},
                                          {"ten", "10"},
                                          {NULL, NULL}};

static const char *const zh_fillers[] = {"这张", "这幅", "图片", "图像", "照片", "画面", "整幅",
                                         "整张", "请问", "图中", "图里", "当中", "之中", "的",
                                         "里",   "中",   "是",   "在",   "位于", "一共", "总共",
                                         "共",   "呢",   "有着", "部分", NULL};
static const char *const zh_synonyms[][2] = {
    {"颜色", "色"},   {"哪个", "哪"}, {"哪一", "哪"},     {"几个", "多少个"}, {"背景", "底"},
    {"形状", "图形"}, {"粉红", "粉"}, {"咖啡色", "棕色"}, {NULL, NULL}};

static char *normal_english(char *folded);
static char *normal_chinese(char *folded);

char *normal_form(const char *text, enum language language)
{
    char *folded = text_fold(text);
    if (folded == NULL)
        return NULL;
    char *normal = language == LANGUAGE_ZH ? normal_chinese(folded) : normal_english(folded);
    free(folded);
    return normal;
}

static bool is_filler(const char *word)
{
    for (size_t i = 0; fillers[i] != NULL; i++)
        if (strcmp(word, fillers[i]) == 0)
            return true;
    return false;
}

static char *normal_english(char *folded)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    for (char *at = folded; *at != '\0'; at++)
        if (strchr("?.,:;!\"'()`*-", *at) != NULL)
            *at = ' ';
    for (char *rest = folded, *word; (word = strsep(&rest, " ")) != NULL;) {
        if (*word == '\0' || is_filler(word))
            continue;
        const char *kept = word;
        for (size_t i = 0; synonyms[i][0] != NULL; i++)
            if (strcmp(word, synonyms[i][0]) == 0)
                kept = synonyms[i][1];
        buffer_append_format(&out, "%s%s", out.length > 0 ? " " : "", kept);
    }
    return buffer_take(&out);
}

// The length of the filler or synonym at `at`, and what takes its place; 0: neither.
static size_t chinese_piece(const char *at, const char **kept)
{
    static const char *const marks[] = {" ", "?", ".",  ",",  ":", ";", "!",  "\"", "'",
                                        "(", ")", "。", "、", "“", "”", "《", "》", NULL};
    *kept = "";
    for (size_t i = 0; marks[i] != NULL; i++)
        if (text_starts(at, marks[i]))
            return strlen(marks[i]);
    for (size_t i = 0; zh_fillers[i] != NULL; i++)
        if (text_starts(at, zh_fillers[i]))
            return strlen(zh_fillers[i]);
    for (size_t i = 0; zh_synonyms[i][0] != NULL; i++)
        if (text_starts(at, zh_synonyms[i][0])) {
            *kept = zh_synonyms[i][1];
            return strlen(zh_synonyms[i][0]);
        }
    return 0;
}

static char *normal_chinese(char *folded)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    for (const char *at = folded; *at != '\0';) {
        const char *kept;
        size_t length = chinese_piece(at, &kept);
        if (length > 0)
            buffer_append_text(&out, kept);
        else
            buffer_append_char(&out, *at);
        at += length > 0 ? length : 1;
    }
    return buffer_take(&out);
}

bool normal_same(const char *a, const char *b, enum language language)
{
    char *normal_a = normal_form(a, language), *normal_b = normal_form(b, language);
    bool same = normal_a != NULL && normal_b != NULL && *normal_a != '\0' &&
                strcmp(normal_a, normal_b) == 0;
    free(normal_a);
    free(normal_b);
    return same;
}
