#include "form_facts.h"

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

int fact_brightness(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->brightness, BRIGHTNESS_NONE);
}

int fact_dominant(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->dominant, COLOUR_NONE);
}

int fact_largest_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return colour_of_shape(largest(facts));
}

int fact_ground_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return facts->plain && facts->shape_count > 0 ? told((int)facts->ground, COLOUR_NONE) : -1;
}

int fact_cell_colour(const struct asked *asked, const struct facts *facts)
{
    return told((int)facts->cells[asked->place], COLOUR_NONE);
}

int fact_colour_at(const struct asked *asked, const struct facts *facts)
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

int fact_sentence(const struct asked *asked, const struct facts *facts)
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

int fact_largest_percent(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return largest(facts) != NULL ? percent_of(largest(facts)->share) : -1;
}

int fact_colour_percent(const struct asked *asked, const struct facts *facts)
{
    const struct shape *shape = only(facts, asked->a);
    return shape != NULL ? percent_of(shape->share) : -1;
}

int fact_ground_percent(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return facts->plain && facts->shape_count > 0 ? percent_of(facts->ground_share) : -1;
}

int fact_brightest(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->brightest, PLACE_NONE);
}

int fact_darkest(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->darkest, PLACE_NONE);
}

int fact_most_colourful(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return told((int)facts->most_colourful, PLACE_NONE);
}

int fact_largest_place(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return place_of_shape(largest(facts));
}

int fact_smallest_place(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return place_of_shape(smallest(facts));
}

int fact_colour_place(const struct asked *asked, const struct facts *facts)
{
    return place_of_shape(only(facts, asked->a));
}

static int direction(const struct facts *facts, const struct shape *of, const struct shape *from)
{
    if (of == NULL || from == NULL || of == from)
        return -1;
    return told((int)look_direction(facts, of, from), DIRECTION_NONE);
}

int fact_largest_direction(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return direction(facts, largest(facts), second(facts));
}

int fact_colour_direction(const struct asked *asked, const struct facts *facts)
{
    return direction(facts, only(facts, asked->a), only(facts, asked->b));
}

int fact_odd_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    size_t odd;
    return look_odd_shape(facts, &odd) ? (int)facts->shapes[odd].colour : -1;
}

int fact_odd_place(const struct asked *asked, const struct facts *facts)
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

int fact_leftmost(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, -1, 0);
}

int fact_rightmost(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, 1, 0);
}

int fact_topmost(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, 0, -1);
}

int fact_lowest(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return furthest_colour(facts, 0, 1);
}

int fact_smallest_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return colour_of_shape(smallest(facts));
}

int fact_second_colour(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return colour_of_shape(second(facts));
}

// One of several that would be right; which one is chosen differs between pictures. Three present
// colours are needed for wrong options.
int fact_absent_colour(const struct asked *asked, const struct facts *facts)
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

int fact_missing_primary(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return missing_of(facts, 1u << COLOUR_RED | 1u << COLOUR_YELLOW | 1u << COLOUR_BLUE);
}

int fact_missing_signal(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return missing_of(facts, 1u << COLOUR_RED | 1u << COLOUR_YELLOW | 1u << COLOUR_GREEN);
}

int fact_frame(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return (int)facts->orientation;
}

int fact_shape_number(const struct asked *asked, const struct facts *facts)
{
    (void)asked;
    return facts->shape_count >= 1 ? (int)facts->shape_count : -1;
}

int fact_colour_number(const struct asked *asked, const struct facts *facts)
{
    int count = 0;
    for (size_t i = 0; i < facts->shape_count; i++) {
        if (facts->shapes[i].colour == COLOUR_NONE)
            return -1;
        count += facts->shapes[i].colour == asked->a;
    }
    return count > 0 ? count : -1;
}

int fact_number_of_colours(const struct asked *asked, const struct facts *facts)
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
int fact_row_of_colours(const struct asked *asked, const struct facts *facts)
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
