#include "rules_form.h"

#include "rules_number.h"
#include "text.h"

#include <ctype.h>
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
    if (folded == NULL)
        return NULL;
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

const char *text_has_any(const char *folded, const char *const *phrases)
{
    for (; *phrases != NULL; phrases++)
        if (text_has_words(folded, *phrases))
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

static bool in_list(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
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

// One spelling for words that mean the same.
static const char *common_word(const char *word)
{
    static const char *const pairs[][2] = {{"upper", "top"},
                                           {"uppermost", "top"},
                                           {"lower", "bottom"},
                                           {"lowermost", "bottom"},
                                           {"middle", "center"},
                                           {"centre", "center"},
                                           {"central", "center"},
                                           {"lefthand", "left"},
                                           {"righthand", "right"},
                                           {"leftmost", "left"},
                                           {"rightmost", "right"},
                                           {"leftward", "left"},
                                           {"leftwards", "left"},
                                           {"rightward", "right"},
                                           {"rightwards", "right"},
                                           {"upward", "up"},
                                           {"upwards", "up"},
                                           {"downward", "down"},
                                           {"downwards", "down"},
                                           {"grey", "gray"},
                                           {"greyish", "gray"},
                                           {"grayish", "gray"},
                                           {"violet", "purple"},
                                           {"turquoise", "cyan"},
                                           {"aqua", "cyan"},
                                           {"teal", "cyan"},
                                           {"golden", "gold"},
                                           {"silvery", "silver"},
                                           {"wooden", "wood"},
                                           {"metallic", "metal"},
                                           {"colour", "color"},
                                           {"coloured", "color"},
                                           {"colored", "color"},
                                           {"motorcycle", "motorbike"},
                                           {"bike", "bicycle"},
                                           {"cycle", "bicycle"},
                                           {"television", "tv"},
                                           {"couch", "sofa"},
                                           {"automobile", "car"},
                                           {"airplane", "plane"},
                                           {"aeroplane", "plane"},
                                           {"aircraft", "plane"},
                                           {"picture", "image"},
                                           {"photo", "image"},
                                           {"photograph", "image"},
                                           {"frame", "image"},
                                           {"scene", "image"},
                                           {"kid", "child"},
                                           {"cellphone", "phone"},
                                           {"smartphone", "phone"},
                                           {"telephone", "phone"},
                                           {"autumn", "fall"},
                                           {"lady", "woman"},
                                           {"children", "child"},
                                           {"kids", "child"},
                                           {"men", "man"},
                                           {"women", "woman"},
                                           {"ladies", "woman"},
                                           {"people", "person"},
                                           {"towards", "toward"},
                                           {"zero", "0"},
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
                                           {"eleven", "11"},
                                           {"twelve", "12"},
                                           {"thirteen", "13"},
                                           {"fourteen", "14"},
                                           {"fifteen", "15"},
                                           {"sixteen", "16"},
                                           {"seventeen", "17"},
                                           {"eighteen", "18"},
                                           {"nineteen", "19"},
                                           {"twenty", "20"},
                                           {"buses", "bus"},
                                           {"knives", "knife"},
                                           {"glasses", "spectacles"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(word, pairs[i][0]) == 0)
            return pairs[i][1];
    return word;
}

// In place; "dogs", "boxes" and "berries" become "dog", "box" and "berry".
static void cut_plural(char *word)
{
    size_t length = strlen(word);
    if (length < 4 || word[length - 1] != 's' || strchr("sui'", word[length - 2]) != NULL)
        return;
    if (length > 4 && strcmp(word + length - 3, "ies") == 0) {
        strcpy(word + length - 3, "y");
        return;
    }
    bool hissing = length > 4 && (text_ends(word, "xes") || text_ends(word, "ches") ||
                                  text_ends(word, "shes") || text_ends(word, "sses"));
    word[length - (hissing ? 2 : 1)] = '\0';
}

static void join_words(struct form *form, const char *const *words, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t more = strlen(words[i]);
        if (length + more + 2 > sizeof form->text)
            break;
        if (length > 0)
            form->text[length++] = ' ';
        memcpy(form->text + length, words[i], more);
        length += more;
    }
    form->text[length] = '\0';
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// A place in the image needs no preposition and no "side": leaves "bottom left" alone of "in the
// lower left-hand corner of the picture". False: it is something else.
static bool keep_place(const char **words, size_t *count)
{
    static const char *const directions[] = {"left", "right", "top",        "bottom",     "center",
                                             "up",   "down",  "background", "foreground", NULL};
    static const char *const around[] = {
        "side",  "hand",   "corner", "part",  "area", "region",  "of",     "portion",
        "image", "facing", "toward", "third", "half", "section", "viewer", "direction",
        "in",    "on",     "at",     "to",    "from", NULL};
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if (!in_list(words[i], directions) && !in_list(words[i], around))
            return false;
        kept += in_list(words[i], directions);
    }
    if (kept == 0)
        return false;
    size_t to = 0;
    for (size_t i = 0; i < *count; i++)
        if (in_list(words[i], directions))
            words[to++] = words[i];
    *count = to;
    qsort(words, to, sizeof *words, compare_words);
    return true;
}

// Cuts text into words in their common spelling, without those that say nothing.
static size_t read_words(char *text, const char **words)
{
    static const char *const fillers[] = {"the",  "a",  "an",  "its",  "their", "color", "just",
                                          "very", "is", "are", "it's", "some",  NULL};
    size_t count = 0;
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x80 && !isalnum((unsigned char)*at) &&
            strchr("'%&+#$", *at) == NULL && (*at != '.' || !isdigit((unsigned char)at[1])))
            *at = ' ';
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL && count < MAX_WORDS;) {
        const char *common = common_word(word);
        if (*word == '\0' || in_list(common, fillers))
            continue;
        if (common == word)
            cut_plural(word);
        words[count++] = common_word(common); // "bikes" is known once its plural is cut
    }
    return count;
}

static void normal_latin(char *text, struct form *form)
{
    static const char *const prepositions[] = {"on",   "in",   "at",     "to", "by", "from",
                                               "into", "onto", "toward", "of", NULL};
    const char *words[MAX_WORDS];
    size_t count = read_words(text, words), first = 0;
    form->place = keep_place(words, &count);
    if (!form->place && count > 1 && in_list(words[0], prepositions)) {
        strcpy(form->preposition, words[0]);
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
        while (i < kinds && strcmp(directions[i][0], character) != 0)
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
        if (strcmp(text, pairs[i][0]) == 0)
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
    if (in_list(folded, yes) || text_starts(folded, "yes,"))
        return YES;
    return in_list(folded, no) || text_starts(folded, "no,") ? NO : NOT_YES_NO;
}
