#include "rules_form.h"

#include "rules_number.h"
#include "rules_words.h"
#include "text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { MAX_WORDS = 64 };

static void normal_latin(char *text, struct form *form);
static void normal_cjk(char *text, struct form *form);
static enum yes_no read_yes_no(const char *folded);

static bool is_cjk(utf8proc_int32_t c)
{
    return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
           (c >= 0xac00 && c <= 0xd7af) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x20000 && c <= 0x3ffff);
}

// The character at text (0xfffd for a foreign byte) and its bytes.
static utf8proc_int32_t character_at(const char *text, size_t *bytes)
{
    utf8proc_int32_t c;
    if ((unsigned char)*text < 0x80) {
        *bytes = 1;
        return *text;
    }
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
    *bytes = used > 0 ? (size_t)used : 1;
    return used > 0 ? c : 0xfffd;
}

bool text_has_cjk(const char *text)
{
    size_t bytes;
    for (; *text != '\0'; text += bytes)
        if (is_cjk(character_at(text, &bytes)))
            return true;
    return false;
}

bool text_has_letters(const char *text)
{
    size_t bytes;
    for (; *text != '\0'; text += bytes) {
        utf8proc_category_t category = utf8proc_category(character_at(text, &bytes));
        if ((category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
            (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO))
            return true;
    }
    return false;
}

size_t text_width(const char *text)
{
    size_t width = 0, bytes;
    for (; *text != '\0'; text += bytes)
        width += is_cjk(character_at(text, &bytes)) ? 2 : 1;
    return width;
}

char *form_fold(const char *text)
{
    char *folded = text_fold(text), *to = folded;
    if (folded == NULL || strchr(folded, *"’") == NULL)
        return folded;
    for (const char *at = folded; *at != '\0';) {
        bool curly = text_starts(at, "’") || text_starts(at, "‘");
        *to++ = curly ? '\'' : *at;
        at += curly ? strlen("’") : 1;
    }
    *to = '\0';
    return folded;
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) != 0;
}

bool text_has_words(const char *folded, const char *phrase)
{
    size_t length = strlen(phrase);
    if (length == 0)
        return false;
    for (const char *at = folded; (at = strstr(at, phrase)) != NULL; at++) {
        bool before = at > folded && is_word_byte(at[-1]) && is_word_byte(phrase[0]);
        bool behind = is_word_byte(at[length]) && is_word_byte(phrase[length - 1]);
        if (!before && !behind)
            return true;
    }
    return false;
}

// The first three bytes of what can be found in a text: few of a long list's phrases begin with any
// of them, and the others need not be looked for.
struct beginnings {
    uint64_t bits[8];
};

static unsigned beginning_at(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    return (at[0] * 7u + at[1] * 61u + at[2] * 13u) % 512;
}

static struct beginnings beginnings_of(const char *folded)
{
    struct beginnings all = {0};
    bool inside = false; // a word: no phrase is found there
    for (const char *at = folded; at[0] != '\0' && at[1] != '\0' && at[2] != '\0'; at++) {
        bool word = is_word_byte(*at);
        if (!inside || !word)
            all.bits[beginning_at(at) / 64] |= (uint64_t)1 << beginning_at(at) % 64;
        inside = word;
    }
    return all;
}

static bool may_hold(const struct beginnings *all, const char *phrase)
{
    return phrase[0] == '\0' || phrase[1] == '\0' || phrase[2] == '\0' ||
           (all->bits[beginning_at(phrase) / 64] >> beginning_at(phrase) % 64 & 1) != 0;
}

const char *text_has_any(const char *folded, const char *const *phrases)
{
    struct beginnings all = beginnings_of(folded);
    for (; *phrases != NULL; phrases++)
        if (may_hold(&all, *phrases) && text_has_words(folded, *phrases))
            return *phrases;
    return NULL;
}

void form_read(const char *text, struct form *form)
{
    *form = (struct form){0};
    char *cut = text_copy_length(text, text_cut(text, sizeof form->text / 2));
    char *folded = cut != NULL ? form_fold(cut) : NULL;
    free(cut);
    if (folded == NULL)
        return;
    for (const char *at = folded; *at != '\0'; at++)
        form->latin |= isalpha((unsigned char)*at) != 0;
    form->cjk = text_has_cjk(folded);
    form->yes_no = read_yes_no(folded);
    number_read(folded, form);
    if (form->cjk)
        normal_cjk(folded, form);
    else
        normal_latin(folded, form);
    free(folded);
}

bool form_same(const struct form *a, const struct form *b)
{
    if (a->number && b->number)
        return a->value == b->value &&
               (strcmp(a->unit, b->unit) == 0 || *a->unit == '\0' || *b->unit == '\0');
    if (a->yes_no != NOT_YES_NO && a->yes_no == b->yes_no)
        return true;
    if (strcmp(a->text, b->text) != 0)
        return false;
    // "on the table" is "the table", but not "in the table".
    return *a->preposition == '\0' || *b->preposition == '\0' ||
           strcmp(a->preposition, b->preposition) == 0;
}

// A word of these between part and the rest makes another thing of it: "cup of tea" is no "tea".
static const char *const joints[] = {
    "and", "or",   "of",   "with", "without", "not",    "no",     "in",      "on",    "at",
    "by",  "to",   "from", "near", "next",    "behind", "over",   "under",   "above", "below",
    "for", "than", "like", "non",  "between", "beside", "inside", "outside", NULL};
static const char *const joints_cjk[] = {"和", "与", "或", "没", "无", "不",
                                         "非", "及", "在", "比", "像", NULL};

bool form_is_head(const struct form *part, const struct form *whole)
{
    size_t length = strlen(part->text), all = strlen(whole->text);
    if (part->place && whole->place && length > 0 && length < all)
        return strstr(whole->text, part->text) != NULL;
    if (length == 0 || length >= all || part->number || whole->number ||
        strcmp(whole->text + all - length, part->text) != 0)
        return false;
    char rest[sizeof whole->text];
    memcpy(rest, whole->text, all - length);
    rest[all - length] = '\0';
    if (whole->cjk) {
        for (const char *const *joint = joints_cjk; *joint != NULL; joint++)
            if (strstr(rest, *joint) != NULL)
                return false;
        return length >= 2 * strlen("狗");
    }
    return text_ends(rest, " ") && *whole->preposition == '\0' &&
           text_has_any(rest, joints) == NULL;
}

// In place; "dogs", "boxes" and "berries" become "dog", "box" and "berry". False: nothing to cut.
static bool cut_plural(char *word)
{
    size_t length = strlen(word);
    if (length < 4 || word[length - 1] != 's' || strchr("sui'", word[length - 2]) != NULL)
        return false;
    if (length > 4 && strcmp(word + length - 3, "ies") == 0) {
        strcpy(word + length - 3, "y");
        return true;
    }
    bool hissing = length > 4 && (text_ends(word, "xes") || text_ends(word, "ches") ||
                                  text_ends(word, "shes") || text_ends(word, "sses"));
    word[length - (hissing ? 2 : 1)] = '\0';
    return true;
}

// A word of a text: its common spelling and what it is.
struct token {
    const char *text;
    unsigned kinds;
};

static void join_words(struct form *form, const struct token *words, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t more = strlen(words[i].text);
        if (length + more + 2 > sizeof form->text)
            break;
        if (length > 0)
            form->text[length++] = ' ';
        memcpy(form->text + length, words[i].text, more);
        length += more;
    }
    form->text[length] = '\0';
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(((const struct token *)a)->text, ((const struct token *)b)->text);
}

// A place in the image needs no preposition and no "side": leaves "bottom left" alone of "in the
// lower left-hand corner of the picture". False: it is something else.
static bool keep_place(struct token *words, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if ((words[i].kinds & (WORD_DIRECTION | WORD_AROUND)) == 0)
            return false;
        kept += (words[i].kinds & WORD_DIRECTION) != 0;
    }
    if (kept == 0)
        return false;
    size_t to = 0;
    for (size_t i = 0; i < *count; i++)
        if ((words[i].kinds & WORD_DIRECTION) != 0)
            words[to++] = words[i];
    *count = to;
    qsort(words, to, sizeof *words, compare_words);
    return true;
}

// False: the word says nothing.
static bool read_token(char *text, struct token *token)
{
    const struct word *word = *text != '\0' ? word_find(text) : NULL;
    if (*text == '\0' || (word != NULL && (word->kinds & WORD_FILLER) != 0))
        return false;
    if ((word == NULL || word->common == NULL) && cut_plural(text))
        word = word_find(text); // "bikes" is known once its plural is cut
    token->text = word != NULL && word->common != NULL ? word->common : text;
    token->kinds = word != NULL ? word->kinds : 0;
    return true;
}

// Cuts text into words in their common spelling, without those that say nothing.
static size_t read_words(char *text, struct token *words)
{
    size_t count = 0;
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x80 && !isalnum((unsigned char)*at) &&
            strchr("'%&+#$", *at) == NULL && (*at != '.' || !isdigit((unsigned char)at[1])))
            *at = ' ';
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL && count < MAX_WORDS;)
        count += read_token(word, &words[count]);
    return count;
}

static void normal_latin(char *text, struct form *form)
{
    struct token words[MAX_WORDS];
    size_t count = read_words(text, words), first = 0;
    form->place = keep_place(words, &count);
    if (!form->place && count > 1 && (words[0].kinds & WORD_PREPOSITION) != 0) {
        strcpy(form->preposition, words[0].text);
        first = 1;
    }
    join_words(form, words + first, count - first);
}

// Cuts every occurrence of the given punctuation and blanks, in place.
static void cut_marks(char *text)
{
    static const char *const marks[] = {"。", "、", "“", "”", "「", "」", "《", "》",
                                        " ",  ",",  ".", "!", "?",  "\"", "'",  ";"};
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        size_t length = 0;
        for (size_t i = 0; length == 0 && i < sizeof marks / sizeof *marks; i++)
            length = text_starts(at, marks[i]) ? strlen(marks[i]) : 0;
        if (length == 0)
            *to++ = *at++;
        at += length;
    }
    *to = '\0';
}

// 左侧, 在左边, 画面的左方: all characters are words of place; what remains is the directions.
static bool place_cjk(const char *text, struct form *form)
{
    static const char around[] = "心方边侧面部角端半正偏的位置处在向朝于图片画像照区域分整个中间里";
    static const char *const directions[][2] = {
        {"左", "左"}, {"右", "右"}, {"上", "上"}, {"下", "下"}, {"中", "中"},
        {"央", "中"}, {"间", "中"}, {"心", "中"}, {"前", "前"}, {"后", "后"},
        {"内", "内"}, {"里", "内"}, {"外", "外"}};
    size_t bytes, kinds = sizeof directions / sizeof *directions;
    bool found[sizeof directions / sizeof *directions] = {false};
    for (const char *at = text; *at != '\0'; at += bytes) {
        char character[8] = {0};
        character_at(at, &bytes);
        memcpy(character, at, bytes);
        size_t i = 0;
        while (i < kinds && !text_equal(directions[i][0], character))
            i++;
        if (i < kinds)
            found[i] = true;
        else if (strstr(around, character) == NULL)
            return false;
    }
    for (size_t i = 0; i < kinds; i++)
        if (found[i] && strstr(form->text, directions[i][1]) == NULL)
            strcat(form->text, directions[i][1]);
    return *form->text != '\0';
}

static const char *common_cjk(const char *text)
{
    static const char *const pairs[][2] = {
        {"单车", "自行车"}, {"脚踏车", "自行车"}, {"机车", "摩托车"}, {"小孩", "孩子"},
        {"儿童", "孩子"},   {"小孩子", "孩子"},   {"番茄", "西红柿"}, {"马铃薯", "土豆"},
        {"电视机", "电视"}, {"小狗", "狗"},       {"小猫", "猫"},     {"计算机", "电脑"},
        {"紫罗兰", "紫"},   {"金黄", "金"},       {"银白", "银"},     {"咖啡", "棕"},
        {"褐", "棕"},       {"女性", "女人"},     {"男性", "男人"},   {"女子", "女人"},
        {"男子", "男人"},   {"木头", "木"},       {"木制", "木"},     {"木质", "木"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (text_equal(text, pairs[i][0]))
            return pairs[i][1];
    return text;
}

static void normal_cjk(char *text, struct form *form)
{
    cut_marks(text);
    form->place = place_cjk(text, form);
    if (form->place)
        return;
    *form->text = '\0';
    char *begin = text;
    if (text_starts(begin, "在") && strlen(begin) > strlen("在")) {
        strcpy(form->preposition, "在");
        begin += strlen("在");
    }
    size_t one = text_starts(begin, "一") ? strlen("一") : 0;
    size_t measure = one > 0 ? number_measure(begin + one) : 0;
    if (measure > 0 && begin[one + measure] != '\0')
        begin += one + measure;
    for (size_t length; text_ends(begin, "的") || text_ends(begin, "色"); begin[length] = '\0') {
        length = strlen(begin) - strlen("的");
        if (length == 0)
            break;
    }
    const char *common = common_cjk(begin);
    size_t length = text_cut(common, sizeof form->text - 1);
    memcpy(form->text, common, length);
    form->text[length] = '\0';
}

static enum yes_no read_yes_no(const char *folded)
{
    static const char *const yes[] = {"yes", "yes.", "yeah", "true", "是", "是的", "有",
                                      "对",  "对的", "可以", "会",   "能", NULL};
    static const char *const no[] = {"no",   "no.", "nope",   "false", "不是", "否", "没有",
                                     "不对", "不",  "不可以", "不会",  "不能", NULL};
    if (text_is_any(folded, yes) || text_starts(folded, "yes,"))
        return YES;
    return text_is_any(folded, no) || text_starts(folded, "no,") ? NO : NOT_YES_NO;
}
