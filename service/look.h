// What the built-in model sees: facts measured from the pixels of one picture.
//
// A fact that is too close to call is left unclear (the enum's NONE value, or -1), so that whatever
// is told as a fact does not turn with a little more compression or another scale.
#ifndef VQAGEN_LOOK_H
#define VQAGEN_LOOK_H

#include "colour.h"

// The nine fields of a 3 by 3 grid, row by row.
enum place {
    PLACE_TOP_LEFT,
    PLACE_TOP,
    PLACE_TOP_RIGHT,
    PLACE_LEFT,
    PLACE_CENTER,
    PLACE_RIGHT,
    PLACE_BOTTOM_LEFT,
    PLACE_BOTTOM,
    PLACE_BOTTOM_RIGHT,
    PLACE_NONE, // unclear; also the number of places
};

enum orientation { ORIENTATION_LANDSCAPE, ORIENTATION_PORTRAIT, ORIENTATION_SQUARE };
enum brightness { BRIGHTNESS_DARK, BRIGHTNESS_MEDIUM, BRIGHTNESS_BRIGHT, BRIGHTNESS_NONE };

// Where one thing is, seen from another.
enum direction {
    DIRECTION_LEFT,
    DIRECTION_RIGHT,
    DIRECTION_ABOVE,
    DIRECTION_BELOW,
    DIRECTION_ABOVE_LEFT,
    DIRECTION_ABOVE_RIGHT,
    DIRECTION_BELOW_LEFT,
    DIRECTION_BELOW_RIGHT,
    DIRECTION_NONE,
};

enum { LOOK_MAX_SHAPES = 20 };

struct shape {
    enum colour colour; // NONE: of several colours
    enum place place;   // of its centre of mass
    double x, y;        // centre of mass as shares of width and height
    double share;       // of the picture's area
};

struct facts {
    unsigned width, height; // of the picture as sent
    enum orientation orientation;
    enum brightness brightness;
    enum colour dominant; // covers clearly more than any other
    enum colour cells[9]; // the colour of most of each field
    enum place brightest, darkest, most_colourful;
    unsigned present, absent; // sets of colours, 1 << colour; a colour in neither is unclear
    bool plain;               // a ground of one colour with 0 to LOOK_MAX_SHAPES shapes on it;
                              // otherwise what follows is empty
    enum colour ground;
    double ground_share;
    size_t shape_count;
    struct shape shapes[LOOK_MAX_SHAPES]; // largest first
};

// Measures tightly packed RGB pixels. False: ERR_MEMORY.
bool look_at_pixels(const unsigned char *rgb, unsigned width, unsigned height, struct facts *facts,
                    struct error *why);

// Decodes the JPEG, every block of it, and measures it. False: ERR_IMAGE with TurboJPEG's words
// (a warning counts too: what is sent must be whole), or ERR_MEMORY.
bool look_at_jpeg(const void *bytes, size_t length, struct facts *facts, struct error *why);

// Reads the JPEG's header only. False: ERR_IMAGE.
bool look_measure_jpeg(const void *bytes, size_t length, unsigned *width, unsigned *height,
                       struct error *why);

// Derived facts.
int look_percent(double share); // rounded to 5; -1: too near the middle between two steps
bool look_odd_shape(const struct facts *facts, size_t *index); // one colour differs from all others
enum direction look_direction(const struct facts *facts, const struct shape *of,
                              const struct shape *from);
// The only shape of that colour; -1: there is none, or several, or a shape of unclear colour.
int look_only_shape(const struct facts *facts, enum colour colour);

#endif
