#include "forms.h"

#include <stdlib.h>
#include <string.h>

// Sizes closer than this are not told apart.
#define CLEAR_RATIO 1.12

static int told(int value, int none)
{
    return value == none ? -1 : value;
}

static bool larger(const struct facts *facts, size_t a, size_t b)
{
    return b >= facts->shape_count ||
           facts->shapes[a].share >= CLEAR_RATIO * facts->shapes[b].share;
}

static const struct shape *largest(const struct facts *facts)
{
    return facts->shape_count >= 1 && larger(facts, 0, 1) ? &facts->shapes[0] : NULL;
}

static const struct shape *second(const struct facts *facts)
{
    return facts->shape_count >= 2 && larger(facts, 0, 1) && larger(facts, 1, 2) ? &facts->shapes[1]
                                                                                 : NULL;
}

static const struct shape *smallest(const struct facts *facts)
{
    size_t count = facts->shape_count;
    return count >= 2 && larger(facts, count - 2, count - 1) ? &facts->shapes[count - 1] : NULL;
}

static const struct shape *only(const struct facts *facts, enum colour colour)
{
    int found = look_only_shape(facts, colour);
    return found >= 0 ? &facts->shapes[found] : NULL;
}

static int colour_of_shape(const struct shape *shape)
{
    return shape != NULL ? told((int)shape->colour, COLOUR_NONE) : -1;
}

static int place_of_shape(const struct shape *shape)
{
    return shape != NULL ? told((int)shape->place, PLACE_NONE) : -1;
}

static int brightness(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->brightness, BRIGHTNESS_NONE);
}

static int dominant(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->dominant, COLOUR_NONE);
}

static int largest_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return colour_of_shape(largest(facts));
}

static int ground_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return facts->plain && facts->shape_count > 0 ? told((int)facts->ground, COLOUR_NONE) : -1;
}

static int cell_colour(const struct asked *asked, const struct facts *facts)
{
    return told((int)facts->cells[asked->place], COLOUR_NONE);
}

static int colour_at(const struct asked *asked, const struct facts *facts)
{
    const struct shape *found = NULL;
    for (size_t i = 0; i < facts->shape_count; i++) {
        const struct shape *shape = &facts->shapes[i];
        if (shape->place == PLACE_NONE || (shape->place == asked->place && found != NULL))
            return -1;
        if (shape->place == asked->place)
            found = shape;
    }
    return colour_of_shape(found);
}

static int sentence(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    bool known = (facts->plain && facts->shape_count > 0) || facts->dominant != COLOUR_NONE;
    return known ? 0 : -1;
}

static int percent_of(double share)
{
    int percent = look_percent(share);
    return percent >= 5 && percent <= 95 ? percent : -1;
}

static int largest_percent(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return largest(facts) != NULL ? percent_of(largest(facts)->share) : -1;
}

static int colour_percent(const struct asked *asked, const struct facts *facts)
{
    const struct shape *shape = only(facts, asked->a);
    return shape != NULL ? percent_of(shape->share) : -1;
}

static int ground_percent(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return facts->plain && facts->shape_count > 0 ? percent_of(facts->ground_share) : -1;
}

static int brightest(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->brightest, PLACE_NONE);
}

static int darkest(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->darkest, PLACE_NONE);
}

static int most_colourful(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->most_colourful, PLACE_NONE);
}

static int largest_place(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return place_of_shape(largest(facts));
}

static int smallest_place(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return place_of_shape(smallest(facts));
}

static int colour_place(const struct asked *asked, const struct facts *facts)
{
    return place_of_shape(only(facts, asked->a));
}

static int direction(const struct facts *facts, const struct shape *of, const struct shape *from)
{
    if (of == NULL || from == NULL || of == from)
        return -1;
    return told((int)look_direction(facts, of, from), DIRECTION_NONE);
}

static int largest_direction(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return direction(facts, largest(facts), second(facts));
}

static int colour_direction(const struct asked *asked, const struct facts *facts)
{
    return direction(facts, only(facts, asked->a), only(facts, asked->b));
}

static int odd_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    size_t odd;
    return look_odd_shape(facts, &odd) ? (int)facts->shapes[odd].colour : -1;
}

static int odd_place(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    size_t odd;
    return look_odd_shape(facts, &odd) ? place_of_shape(&facts->shapes[odd]) : -1;
}

// The colour of the shape that lies furthest along (x, y), when no other is about as far.
static int furthest_colour(const struct facts *facts, double x, double y)
{
    const struct shape *found = NULL;
    double best = 0, next = -9;
    for (size_t i = 0; i < facts->shape_count; i++) {
        const struct shape *shape = &facts->shapes[i];
        double way = shape->x * x + shape->y * y;
        if (found == NULL || way > best) {
            next = found != NULL ? best : next;
            best = way;
            found = shape;
        } else if (way > next) {
            next = way;
        }
    }
    return facts->shape_count >= 2 && best - next > 0.04 ? colour_of_shape(found) : -1;
}

static int leftmost(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, -1, 0);
}

static int rightmost(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, 1, 0);
}

static int topmost(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, 0, -1);
}

static int lowest(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, 0, 1);
}

static int smallest_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return colour_of_shape(smallest(facts));
}

static int second_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return colour_of_shape(second(facts));
}

// One of several that would be right; which one is chosen differs between pictures. Three present
// colours are needed for wrong options.
static int absent_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    unsigned begin = facts->width * 31 + facts->height * 17 + facts->present * 7;
    for (unsigned i = 0; i < COLOUR_NONE; i++) {
        unsigned colour = (begin + i) % COLOUR_NONE;
        if ((facts->absent & 1u << colour) != 0 && __builtin_popcount(facts->present) >= 3)
            return (int)colour;
    }
    return -1;
}

// The one of a family of colours that is missing while the others are there.
static int missing_of(const struct facts *facts, unsigned family)
{
    unsigned missing = facts->absent & family;
    bool alone = missing != 0 && (missing & (missing - 1)) == 0;
    return alone && ((facts->present | missing) & family) == family ? __builtin_ctz(missing) : -1;
}

static int missing_primary(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return missing_of(facts, 1u << COLOUR_RED | 1u << COLOUR_YELLOW | 1u << COLOUR_BLUE);
}

static int missing_signal(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return missing_of(facts, 1u << COLOUR_RED | 1u << COLOUR_YELLOW | 1u << COLOUR_GREEN);
}

static int frame(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return (int)facts->orientation;
}

static int shape_number(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return facts->shape_count >= 1 ? (int)facts->shape_count : -1;
}

static int colour_number(const struct asked *asked, const struct facts *facts)
{
    int count = 0;
    for (size_t i = 0; i < facts->shape_count; i++) {
        if (facts->shapes[i].colour == COLOUR_NONE)
            return -1;
        count += facts->shapes[i].colour == asked->a;
    }
    return count > 0 ? count : -1;
}

static int number_of_colours(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    unsigned seen = 0;
    for (size_t i = 0; i < facts->shape_count; i++) {
        if (facts->shapes[i].colour == COLOUR_NONE)
            return -1;
        seen |= 1u << facts->shapes[i].colour;
    }
    return seen != 0 ? __builtin_popcount(seen) : -1;
}

static int from_left(const void *a, const void *b)
{
    const struct shape *left = a, *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

// Five shapes of clear colours, none above another.
static int row_of_colours(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    struct shape row[FORM_ROW];
    int value = 0;
    if (facts->shape_count != FORM_ROW)
        return -1;
    memcpy(row, facts->shapes, sizeof row);
    qsort(row, FORM_ROW, sizeof *row, from_left);
    for (size_t i = FORM_ROW; i-- > 0;) {
        if (row[i].colour == COLOUR_NONE || (i > 0 && row[i].x - row[i - 1].x < 0.04))
            return -1;
        value = value * COLOUR_NONE + (int)row[i].colour;
    }
    return value;
}

const struct form forms[] = {
    {"concept",
     ANSWER_BRIGHTNESS,
     true,
     false,
     brightness,
     {{"What is the overall lighting level of the image?",
       "Which lighting level fits the image as a whole?", "How bright is the image overall?",
       "What is the overall brightness of the image?", "Is the image dark, medium or bright?"},
      {"这张图片整体的明暗程度如何？", "整幅画面的明暗属于哪一种？", "图片整体有多亮？",
       "图片的亮度如何？"}},
     2},
    {"concept",
     ANSWER_COLOUR,
     true,
     false,
     dominant,
     {{"Which colour sets the overall tone of the image?"}, {"哪种颜色决定了画面的整体色调？"}},
     1},
    {"visual_recognition",
     ANSWER_COLOUR,
     true,
     false,
     dominant,
     {{"Which colour covers most of the image?", "What is the most common colour in the image?",
       "What is the dominant colour of the image?", "Which colour dominates the image?",
       "What colour is the image?"},
      {"画面中面积最大的颜色是什么？", "图片中最常见的颜色是什么？", "图片的主色是什么？",
       "图片的主要颜色是什么？", "图片是什么颜色？"}},
     2},
    {"visual_recognition",
     ANSWER_COLOUR,
     true,
     false,
     largest_colour,
     {{"What colour is the largest shape in the image?",
       "Which colour does the largest shape in the image have?",
       "What is the colour of the largest shape?"},
      {"图中最大的图形是什么颜色？", "画面里面积最大的图形呈什么颜色？"}},
     2},
    {"visual_recognition",
     ANSWER_COLOUR,
     true,
     false,
     ground_colour,
     {{"What colour is the background behind the shapes in the image?",
       "What colour is the background?", "What is the colour of the background?"},
      {"图中图形后面的背景是什么颜色？", "背景是什么颜色？"}},
     1},
    {"visual_recognition",
     ANSWER_COLOUR,
     true,
     false,
     cell_colour,
     {{"Which colour covers most of the {p} part of the image?",
       "What is the most common colour in the {p} part of the image?"},
      {"画面{p}部分面积最大的颜色是什么？", "画面{p}最常见的颜色是什么？"}},
     2},
    {"visual_recognition",
     ANSWER_COLOUR,
     true,
     false,
     colour_at,
     {{"What colour is the shape in the {p} part of the image?",
       "Which colour does the shape in the {p} part of the image have?"},
      {"画面{p}的图形是什么颜色？"}},
     1},
    {"caption",
     ANSWER_SENTENCE,
     false,
     false,
     sentence,
     {{"Which sentence describes the image best?", "Which short sentence fits the image best?",
       "What is shown?", "What does the image show?", "Describe the image."},
      {"哪一句话最恰当地描述了这张图片？", "下列哪句话最符合这张图片？", "图中有什么？",
       "图片显示了什么？", "描述图片。"}},
     2},
    {"caption",
     ANSWER_NUMBER,
     true,
     true,
     shape_number,
     {{"The image shows ____ separate shapes on a plain background."},
      {"图中的纯色背景上有____个独立的图形。"}},
     1},
    {"caption",
     ANSWER_COLOUR,
     true,
     true,
     dominant,
     {{"The colour that fills most of the image is ____."}, {"画面中占据面积最大的颜色是____。"}},
     1},
    {"place",
     ANSWER_GROUND,
     true,
     false,
     ground_colour,
     {{"In what kind of surroundings are the shapes in the image placed?",
       "What kind of place are the shapes in the image shown in?"},
      {"图中的图形处在什么样的环境里？"}},
     1},
    {"object_proportion",
     ANSWER_PERCENT,
     true,
     false,
     largest_percent,
     {{"About what percentage of the image area does the largest shape cover?",
       "About how many percent of the area of the image does the largest shape take up?",
       "What share of the image does the largest shape cover?"},
      {"图中最大的图形约占整幅画面面积的百分之多少？", "最大的图形大约占图片面积的多大比例？"}},
     2},
    {"object_proportion",
     ANSWER_PERCENT,
     true,
     false,
     colour_percent,
     {{"About what percentage of the image area does the {a} shape cover?",
       "What share of the image does the {a} shape cover?"},
      {"图中{a}的图形约占整幅画面面积的百分之多少？"}},
     1},
    {"object_proportion",
     ANSWER_PERCENT,
     true,
     false,
     ground_percent,
     {{"About what percentage of the image area does the plain background cover?"},
      {"图中纯色背景约占整幅画面面积的百分之多少？"}},
     1},
    {"position",
     ANSWER_PLACE,
     true,
     false,
     brightest,
     {{"In which part of the image is the brightest area?",
       "Which part of the image is the brightest?", "Where is the brightest part of the image?"},
      {"画面中最亮的区域在哪个部分？", "图片的哪个部分最亮？", "图片最亮的地方在哪里？"}},
     2},
    {"position",
     ANSWER_PLACE,
     true,
     false,
     darkest,
     {{"In which part of the image is the darkest area?", "Which part of the image is the darkest?",
       "Where is the darkest part of the image?"},
      {"画面中最暗的区域在哪个部分？", "图片的哪个部分最暗？"}},
     2},
    {"position",
     ANSWER_PLACE,
     true,
     false,
     most_colourful,
     {{"In which part of the image are the colours strongest?",
       "Which part of the image has the most vivid colours?",
       "Which part of the image is the most colourful?",
       "Where is the most colourful part of the image?"},
      {"画面中色彩最鲜艳的区域在哪个部分？", "图片的哪个部分色彩最鲜艳？"}},
     2},
    {"position",
     ANSWER_PLACE,
     true,
     false,
     largest_place,
     {{"In which part of the image is the largest shape?",
       "Where in the image is the largest shape?"},
      {"图中最大的图形在画面的哪个部分？", "最大的图形在哪里？"}},
     2},
    {"position",
     ANSWER_PLACE,
     true,
     false,
     smallest_place,
     {{"In which part of the image is the smallest shape?",
       "Where in the image is the smallest shape?"},
      {"图中最小的图形在画面的哪个部分？", "最小的图形在哪里？"}},
     2},
    {"position",
     ANSWER_PLACE,
     true,
     false,
     colour_place,
     {{"In which part of the image is the {a} shape?", "Where in the image is the {a} shape?"},
      {"图中{a}的图形在画面的哪个部分？", "{a}的图形在哪里？"}},
     2},
    {"relative_position",
     ANSWER_DIRECTION,
     true,
     false,
     largest_direction,
     {{"Where is the largest shape in the image, seen from the second largest shape?",
       "Where is the largest shape relative to the second largest shape?"},
      {"从图中第二大的图形看，最大的图形在它的什么方位？"}},
     1},
    {"relative_position",
     ANSWER_DIRECTION,
     true,
     false,
     colour_direction,
     {{"Where is the {a} shape in the image, seen from the {b} shape?",
       "Where is the {a} shape relative to the {b} shape?"},
      {"从图中{b}的图形看，{a}的图形在它的什么方位？", "{a}的图形在{b}的图形的什么方位？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     odd_colour,
     {{"One of the shapes in the image differs from all the others in colour: which colour does "
       "it have?",
       "What colour is the shape that differs from all the others?"},
      {"图中有一个图形的颜色与其他图形都不同，它是什么颜色？"}},
     1},
    {"one_of_class",
     ANSWER_PLACE,
     true,
     false,
     odd_place,
     {{"In which part of the image is the shape whose colour differs from that of all the "
       "others?"},
      {"图中颜色与其他图形都不同的那个图形在画面的哪个部分？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     smallest_colour,
     {{"Of all the shapes in the image, what colour is the smallest one?",
       "What colour is the smallest shape?"},
      {"图中所有图形里，最小的那个是什么颜色？", "最小的图形是什么颜色？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     second_colour,
     {{"Of all the shapes in the image, what colour is the second largest one?",
       "What colour is the second largest shape?"},
      {"图中所有图形里，第二大的那个是什么颜色？", "第二大的图形是什么颜色？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     leftmost,
     {{"Of all the shapes in the image, what colour is the one furthest to the left?"},
      {"图中所有图形里，最靠左的那个是什么颜色？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     rightmost,
     {{"Of all the shapes in the image, what colour is the one furthest to the right?"},
      {"图中所有图形里，最靠右的那个是什么颜色？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     topmost,
     {{"Of all the shapes in the image, what colour is the highest one?"},
      {"图中所有图形里，最靠上的那个是什么颜色？"}},
     1},
    {"one_of_class",
     ANSWER_COLOUR,
     true,
     false,
     lowest,
     {{"Of all the shapes in the image, what colour is the lowest one?"},
      {"图中所有图形里，最靠下的那个是什么颜色？"}},
     1},
    {"absence",
     ANSWER_COLOUR,
     true,
     false,
     missing_primary,
     {{"Which primary colour of a painter's palette does not appear in the image?",
       "Which primary colour does not appear in the image?"},
      {"颜料三原色中，哪一种颜色没有出现在画面里？"}},
     1},
    {"absence",
     ANSWER_COLOUR,
     true,
     false,
     missing_signal,
     {{"Which colour of a traffic signal does not appear in the image?"},
      {"交通信号灯的颜色中，哪一种没有出现在画面里？"}},
     1},
    {"absence",
     ANSWER_ABSENT,
     false,
     false,
     absent_colour,
     {{"Which of the colours does not appear in the image?",
       "Which colour is missing from the image?",
       "Which of these colours does not appear in the image?",
       "Which colour does not appear in the image?"},
      {"哪种颜色没有出现在画面里？", "画面里缺少哪种颜色？", "以下哪种颜色没有出现在图片中？"}},
     2},
    {"orientation",
     ANSWER_ORIENTATION,
     true,
     false,
     frame,
     {{"Which way is the frame of the image turned?",
       "What format does the frame of the image have?", "What is the orientation of the image?",
       "What orientation does the image have?"},
      {"这张图片的画幅是哪一种？", "图片采用哪种画幅？", "图片的方向是什么？"}},
     2},
    {"orientation",
     ANSWER_SIDE,
     true,
     false,
     frame,
     {{"Which sides of the frame of the image are the longer ones?"},
      {"这张图片的画框哪些边比较长？"}},
     1},
    {"counting",
     ANSWER_NUMBER,
     true,
     false,
     shape_number,
     {{"How many separate shapes are there in the image?",
       "How many separate shapes can be seen in the image?", "How many shapes are there?",
       "What is the number of shapes?"},
      {"图中有多少个独立的图形？", "画面里一共有几个独立的图形？", "图中有几个图形？"}},
     2},
    {"counting",
     ANSWER_NUMBER,
     true,
     false,
     colour_number,
     {{"How many {a} shapes are there in the image?", "How many of the shapes are {a}?"},
      {"图中有多少个{a}的图形？", "图中有几个{a}图形？"}},
     1},
    {"counting",
     ANSWER_NUMBER,
     true,
     false,
     number_of_colours,
     {{"How many different colours do the shapes in the image have?"},
      {"图中的图形一共有多少种不同的颜色？", "图形有几种颜色？"}},
     1},
    // Never drafted: the question that tells whether a model sees at all.
    {"probe",
     ANSWER_COLOURS,
     true,
     false,
     row_of_colours,
     {{"What are the colours of the five shapes in the image, from left to right? Answer with the "
       "five colour names and commas between them, and nothing else."},
      {"图中五个图形从左到右分别是什么颜色？只回答五个颜色名称，用逗号分隔。"}},
     1},
};

const size_t form_count = sizeof forms / sizeof *forms;

bool form_has(const struct form *form, const char *place)
{
    return strstr(form->texts[LANGUAGE_EN][0], place) != NULL;
}
