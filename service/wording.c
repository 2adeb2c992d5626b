#include "wording.h"

static const char *const places[2][PLACE_NONE] = {
    {"top left", "top", "top right", "left", "center", "right", "bottom left", "bottom",
     "bottom right"},
    {"左上角", "上方", "右上角", "左侧", "中央", "右侧", "左下角", "下方", "右下角"}};
static const char *const directions[2][DIRECTION_NONE] = {
    {"to the left", "to the right", "above", "below", "above and to the left",
     "above and to the right", "below and to the left", "below and to the right"},
    {"左边", "右边", "上面", "下面", "左上方", "右上方", "左下方", "右下方"}};
static const char *const levels[2][BRIGHTNESS_NONE] = {{"dark", "medium", "bright"},
                                                       {"昏暗", "中等", "明亮"}};
static const char *const frames[2][3] = {{"landscape", "portrait", "square"},
                                         {"横版", "竖版", "正方形"}};
static const char *const sides[2][7] = {
    {"the horizontal ones", "the vertical ones", "none, all four are equal", "only the top one",
     "only the left one", "only the right one", NULL},
    {"水平的两条", "竖直的两条", "四条一样长", "只有上边", "只有左边", "只有右边", NULL}};

static const char *const level_others[2][5] = {
    {"pitch dark", "blindingly white", "half night and half day", "flickering", NULL},
    {"漆黑一片", "一片惨白", "半明半暗", "忽明忽暗", NULL}};
static const char *const frame_others[2][5] = {
    {"circular", "triangular", "oval", "hexagonal", NULL},
    {"圆形", "三角形", "椭圆形", "六边形", NULL}};
static const char *const grounds[2][10] = {
    {"a forest", "a city street", "a sandy beach", "a kitchen", "a snowy mountain", "a library",
     "a flower garden", "a parking lot", "a classroom", NULL},
    {"一片森林", "城市街道", "沙滩", "厨房", "雪山", "图书馆", "花园", "停车场", "教室", NULL}};

static const char *const phrases[][2] = {
    {"a wooden table", "一张木桌"},       {"an empty street", "一条空旷的街道"},
    {"a red bicycle", "一辆红色自行车"},  {"a sleeping cat", "一只睡着的猫"},
    {"a glass of water", "一杯水"},       {"a stone bridge", "一座石桥"},
    {"a pile of books", "一摞书"},        {"a small boat", "一条小船"},
    {"an open window", "一扇打开的窗户"}, {"a bowl of fruit", "一碗水果"},
    {"a brick wall", "一堵砖墙"},         {"a folded umbrella", "一把收起的雨伞"},
    {"a paper lantern", "一盏纸灯笼"},    {"a winding staircase", "一段旋转楼梯"},
    {"a flock of birds", "一群鸟"},       {"a field of wheat", "一片麦田"},
    {"a leather suitcase", "一个皮箱"},   {"a row of lamps", "一排路灯"},
    {"a garden fence", "一道花园篱笆"},   {"a pair of shoes", "一双鞋"},
    {"a frozen lake", "一片结冰的湖"},    {"a market stall", "一个集市摊位"},
    {"a clock tower", "一座钟楼"},        {"a basket of laundry", "一篮衣物"},
    {"a dirt road", "一条土路"},          {"a wool blanket", "一条羊毛毯"},
    {"a copper kettle", "一个铜水壶"},    {"a chess board", "一副棋盘"},
    {"a fishing net", "一张渔网"},        {"a hot-air balloon", "一个热气球"},
};

const char *place_name(enum place place, enum language language)
{
    return place < PLACE_NONE ? places[language][place] : "";
}

const char *direction_name(enum direction direction, enum language language)
{
    return direction < DIRECTION_NONE ? directions[language][direction] : "";
}

const char *brightness_name(enum brightness brightness, enum language language)
{
    return brightness < BRIGHTNESS_NONE ? levels[language][brightness] : "";
}

const char *orientation_name(enum orientation orientation, enum language language)
{
    return frames[language][orientation];
}

const char *const *brightness_others(enum language language)
{
    return level_others[language];
}

const char *const *orientation_others(enum language language)
{
    return frame_others[language];
}

const char *const *ground_others(enum language language)
{
    return grounds[language];
}

const char *const *side_names(enum language language)
{
    return sides[language];
}

const char *phrase_at(size_t index, enum language language)
{
    return index < phrase_count() ? phrases[index][language] : NULL;
}

size_t phrase_count(void)
{
    return sizeof phrases / sizeof *phrases;
}

static void write_english(const struct facts *facts, struct buffer *out)
{
    const char *level = facts->brightness == BRIGHTNESS_DARK     ? "dark"
                        : facts->brightness == BRIGHTNESS_BRIGHT ? "bright"
                                                                 : "moderately lit";
    buffer_append_format(out, "A %s %s scene", level,
                         orientation_name(facts->orientation, LANGUAGE_EN));
    if (facts->plain && facts->shape_count > 0)
        buffer_append_format(out, " with %zu separate shape%s on %s %s background",
                             facts->shape_count, facts->shape_count > 1 ? "s" : "",
                             facts->ground == COLOUR_ORANGE ? "an" : "a",
                             colour_name(facts->ground, LANGUAGE_EN));
    else if (facts->dominant != COLOUR_NONE)
        buffer_append_format(out, " that is mostly %s", colour_name(facts->dominant, LANGUAGE_EN));
    else
        buffer_append_text(out, " of several colours");
    if (facts->plain && facts->shape_count > 0 && facts->shapes[0].colour != COLOUR_NONE)
        buffer_append_format(out, ", the largest of them %s",
                             colour_name(facts->shapes[0].colour, LANGUAGE_EN));
    else if (facts->brightest != PLACE_NONE)
        buffer_append_format(out, ", brightest at the %s",
                             place_name(facts->brightest, LANGUAGE_EN));
}

static void write_chinese(const struct facts *facts, struct buffer *out)
{
    buffer_append_format(out, "一幅%s的%s画面",
                         facts->brightness < BRIGHTNESS_NONE
                             ? brightness_name(facts->brightness, LANGUAGE_ZH)
                             : "明暗适中",
                         orientation_name(facts->orientation, LANGUAGE_ZH));
    if (facts->plain && facts->shape_count > 0)
        buffer_append_format(out, "，%s背景上有%zu个独立的图形",
                             colour_name(facts->ground, LANGUAGE_ZH), facts->shape_count);
    else if (facts->dominant != COLOUR_NONE)
        buffer_append_format(out, "，以%s为主", colour_name(facts->dominant, LANGUAGE_ZH));
    else
        buffer_append_text(out, "，含有多种颜色");
    if (facts->plain && facts->shape_count > 0 && facts->shapes[0].colour != COLOUR_NONE)
        buffer_append_format(out, "，其中最大的是%s",
                             colour_name(facts->shapes[0].colour, LANGUAGE_ZH));
    else if (facts->brightest != PLACE_NONE)
        buffer_append_format(out, "，%s最亮", place_name(facts->brightest, LANGUAGE_ZH));
}

void sentence_write(const struct facts *facts, enum language language, struct buffer *out)
{
    if (language == LANGUAGE_ZH)
        write_chinese(facts, out);
    else
        write_english(facts, out);
}
