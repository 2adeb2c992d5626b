// A small grey copy of a picture, to look at instead of the picture: what screening measures.
//
// Made by averaging whole boxes of samples, in integers, so that it is the same on every machine.
// Its longest side is between LUMA_SIDE and twice that; of a smaller picture it is as large as
// that.
#ifndef VQAGEN_LUMA_H
#define VQAGEN_LUMA_H

#include "error.h"

#include <stdint.h>

struct picture;
struct plane;

enum { LUMA_SIDE = 512 };

struct luma {
    unsigned width, height;
    unsigned char *samples; // width * height; owned
};

// In stored orientation. R, G, B become luma as BT.601 has it. False: ERR_MEMORY.
bool luma_reduce(const struct picture *picture, struct luma *luma, struct error *why);

// One plane alone, by the same boxes in proportion to its sides.
bool luma_reduce_plane(const struct plane *plane, struct luma *luma, struct error *why);

void luma_clear(struct luma *luma);

// The darkest and the brightest sample, when the thousandth part at either end is left out.
void luma_range(const struct luma *luma, unsigned *darkest, unsigned *brightest);

#endif
