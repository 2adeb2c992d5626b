// The eleven basic colour names (Berlin and Kay 1969), and which of them a pixel has.
#ifndef VQAGEN_COLOUR_H
#define VQAGEN_COLOUR_H

#include "topic.h"

enum colour {
    COLOUR_RED,
    COLOUR_ORANGE,
    COLOUR_YELLOW,
    COLOUR_GREEN,
    COLOUR_BLUE,
    COLOUR_PURPLE,
    COLOUR_PINK,
    COLOUR_BROWN,
    COLOUR_BLACK,
    COLOUR_WHITE,
    COLOUR_GREY,
    COLOUR_NONE, // no one colour; also the number of colours
};

enum colour colour_of(unsigned char red, unsigned char green, unsigned char blue);

// "red", "红色"; "" for COLOUR_NONE.
const char *colour_name(enum colour colour, enum language language);

// The colour of that English name; COLOUR_NONE: none.
enum colour colour_find(const char *name);

#endif
