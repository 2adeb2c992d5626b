// Turning a picture upright, as its EXIF orientation asks.
#ifndef VQAGEN_ORIENT_H
#define VQAGEN_ORIENT_H

#include "picture.h"

// An orientation taken apart: reverse the stored columns and rows, then swap the axes.
struct turn {
    bool reverse_columns, reverse_rows, swap_axes;
};

struct turn orient_turn(int orientation);

// The picture, turned, in new memory. Its chroma must have been scaled for the turn (see
// picture_scale). False: ERR_MEMORY.
bool picture_orient(const struct picture *picture, struct turn turn, struct picture *upright,
                    struct error *why);

#endif
