#include "rules_number.h"

#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    double value;
} number_words[] = {{"zero", 0},     {"one", 1},        {"two", 2},       {"three", 3},
                    {"four", 4},     {"five", 5},       {"six", 6},       {"seven", 7},
                    {"eight", 8},    {"nine", 9},       {"ten", 10},      {"eleven", 11},
                    {"twelve", 12},  {"thirteen", 13},  {"fourteen", 14}, {"fifteen", 15},
                    {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
                    {"twenty", 20},  {"thirty", 30},    {"forty", 40},    {"fifty", 50},
                    {"sixty", 60},   {"seventy", 70},   {"eighty", 80},   {"ninety", 90}};

static const struct {
    const char *text;
    double percent;
} shares[] = {{"half", 50},
              {"a half", 50},
              {"one half", 50},
              {"one-half", 50},
              {"half of it", 50},
              {"a third", 100.0 / 3},
              {"one third", 100.0 / 3},
              {"one-third", 100.0 / 3},
              {"two thirds", 200.0 / 3},
              {"two-thirds", 200.0 / 3},
              {"a quarter", 25},
              {"one quarter", 25},
              {"one-quarter", 25},
              {"one fourth", 25},
              {"a fourth", 25},
              {"three quarters", 75},
              {"three-quarters", 75},
              {"three fourths", 75},
              {"a fifth", 20},
              {"one fifth", 20},
              {"one-fifth", 20},
              {"two fifths", 40},
              {"three fifths", 60},
              {"four fifths", 80},
              {"a tenth", 10},
              {"one tenth", 10},
              {"one-tenth", 10},
              {"一半", 50},
              {"半", 50},
              {"一半左右", 50}};

size_t number_measure(const char *text)
{
    static const char *const measures[] = {
        "个", "只", "条", "辆", "张", "把", "棵", "位", "名", "件", "座", "栋", "艘", "头",
        "匹", "朵", "本", "台", "块", "片", "幅", "架", "杯", "瓶", "盘", "双", "群", "扇",
        "盏", "根", "颗", "串", "碗", "层", "排", "列", "支", "枝", "顶", "种", "间", "家"};
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (text_starts(text, measures[i]))
            return strlen(measures[i]);
    return 0;
}

static const char *skip_about(const char *text)
{
    static const char *const words[] = {
        "about ",  "approximately ", "around ", "roughly ", "nearly ",
        "almost ", "exactly ",       "some ",   "~",        "≈",
        "大约",    "大概",           "约为",    "约",       "将近",
        "共有",    "一共",           "共"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts(text, words[i]))
            return text + strlen(words[i]) + strspn(text + strlen(words[i]), " ");
    return text;
}

static int cjk_digit(const char *at)
{
    static const char *const digits[] = {"零", "一", "二", "三", "四",
                                         "五", "六", "七", "八", "九"};
    for (int i = 0; i < 10; i++)
        if (text_starts(at, digits[i]))
            return i;
    return text_starts(at, "两") ? 2 : text_starts(at, "〇") ? 0 : -1;
}

// 二十五, 一百零三, 十二: the bytes, or 0.
static size_t read_cjk(const char *text, double *value)
{
    const char *at = text;
    double total = 0, digit = -1;
    for (;; at += strlen("一")) {
        int next = cjk_digit(at);
        if (next >= 0) {
            if (digit > 0)
                return 0; // 二三 is not a number of things
            digit = next;
        } else if (text_starts(at, "十") || text_starts(at, "百")) {
            total += (digit < 0 ? 1 : digit) * (text_starts(at, "百") ? 100 : 10);
            digit = 0;
        } else {
            break;
        }
    }
    *value = total + (digit > 0 ? digit : 0);
    return (size_t)(at - text);
}

// "12", "1,200", "-3.5": the bytes, or 0.
static size_t read_figures(const char *text, double *value)
{
    char plain[40];
    size_t length = 0, used = *text == '-' || *text == '+' ? 1 : 0;
    if (used > 0)
        plain[length++] = *text;
    size_t begin = used;
    while (isdigit((unsigned char)text[used]) ||
           (text[used] == ',' && used > begin && isdigit((unsigned char)text[used + 1]) &&
            isdigit((unsigned char)text[used + 2]) && isdigit((unsigned char)text[used + 3])) ||
           (text[used] == '.' && used > begin && isdigit((unsigned char)text[used + 1]))) {
        if (text[used] != ',' && length + 1 < sizeof plain)
            plain[length++] = text[used];
        used++;
    }
    plain[length] = '\0';
    return used > begin && text_to_real(plain, value) ? used : 0;
}

// "three", "twenty-one": the bytes, or 0.
static size_t read_word(const char *text, double *value)
{
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++) {
        if (!text_starts(text, number_words[i].word))
            continue;
        size_t length = strlen(number_words[i].word);
        if (isalnum((unsigned char)text[length]))
            continue;
        *value = number_words[i].value;
        double unit = 0;
        if (*value >= 20 && (text[length] == '-' || text[length] == ' ')) {
            size_t more = read_word(text + length + 1, &unit);
            if (more > 0 && unit > 0 && unit < 10) {
                *value += unit;
                return length + 1 + more;
            }
        }
        return length;
    }
    return 0;
}

static bool set_share(struct form *form, double percent)
{
    form->number = form->percent = true;
    form->value = percent;
    return true;
}

// 百分之三十, 三分之一, 1/3, half.
static bool read_share(const char *text, struct form *form)
{
    double above, below;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        if (text_equal(text, shares[i].text))
            return set_share(form, shares[i].percent);
    if (text_starts(text, "百分之")) {
        const char *rest = text + strlen("百分之");
        size_t used = read_figures(rest, &above);
        used = used > 0 ? used : read_cjk(rest, &above);
        return used > 0 && rest[used] == '\0' && set_share(form, above);
    }
    size_t used = read_cjk(text, &below);
    if (used > 0 && text_starts(text + used, "分之")) {
        const char *rest = text + used + strlen("分之");
        size_t more = read_cjk(rest, &above);
        return more > 0 && rest[more] == '\0' && below > 0 && set_share(form, 100 * above / below);
    }
    used = read_figures(text, &above);
    size_t slash = text[used] == '/' ? 1 : text_starts(text + used, "⁄") ? strlen("⁄") : 0;
    if (used > 0 && slash > 0) {
        size_t more = read_figures(text + used + slash, &below);
        return more > 0 && text[used + slash + more] == '\0' && below > above && above > 0 &&
               set_share(form, 100 * above / below);
    }
    return false;
}

// What stands behind the figures: nothing, a share's sign, or one word of unit.
static bool read_unit(const char *rest, bool figures, struct form *form)
{
    static const char *const signs[] = {"%", " %", "percent", " percent", " per cent"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (text_equal(rest, signs[i])) {
            form->percent = true;
            return true;
        }
    size_t blank = strspn(rest, " "), measure = number_measure(rest + blank);
    const char *unit = rest + blank;
    if (measure > 0 && unit[measure] == '\0')
        return true;
    size_t length = strlen(unit);
    bool latin = isalpha((unsigned char)*unit) != 0;
    bool apart = length == 0 || blank > 0 || (figures && !latin);
    static const char *const joined[] = {"m", "cm", "mm", "km", "kg", "g", "ft", "l", "ml", "px"};
    for (size_t i = 0; figures && i < sizeof joined / sizeof *joined; i++)
        apart |= text_equal(unit, joined[i]);
    if (!apart || length >= sizeof form->unit || strpbrk(unit, " :/-,.0123456789") != NULL)
        return false;
    if (!figures && !latin && length > 2 * strlen("个"))
        return false;
    strcpy(form->unit, unit);
    if (latin && length > 2 && unit[length - 1] == 's')
        form->unit[length - 1] = '\0'; // "2 dogs", "1 dog"
    return true;
}

void number_read(const char *folded, struct form *form)
{
    const char *text = skip_about(folded);
    size_t length = strlen(text);
    char plain[120];
    if (length == 0 || length >= sizeof plain)
        return;
    strcpy(plain, text);
    if (text_ends(plain, "左右") && length > strlen("左右"))
        plain[length - strlen("左右")] = '\0';
    if (read_share(plain, form))
        return;
    size_t used = read_figures(plain, &form->value);
    form->digits = used > 0;
    used = used > 0 ? used : read_word(plain, &form->value);
    bool cjk = used == 0;
    used = used > 0 ? used : read_cjk(plain, &form->value);
    // 一样, 三明治: a Chinese number has nothing but a measure word behind it.
    size_t measure = number_measure(plain + used);
    form->number = used > 0 && (cjk ? plain[used + measure] == '\0'
                                    : read_unit(plain + used, form->digits, form));
    if (!form->number)
        form->digits = form->percent = false;
}

bool number_in(const char *folded)
{
    double value;
    if (strpbrk(folded, "0123456789") != NULL)
        return true;
    for (const char *at = folded; *at != '\0'; at++) {
        bool edge = at == folded || !isalnum((unsigned char)at[-1]);
        if ((edge && read_word(at, &value) > 0) || read_cjk(at, &value) > 0)
            return true;
    }
    return false;
}
