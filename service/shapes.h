// Separate shapes on a plain ground: connected components of what differs from the ground.
#ifndef VQAGEN_SHAPES_H
#define VQAGEN_SHAPES_H

#include "look.h"

// Sets plain, ground, ground_share, shape_count and shapes. names holds each pixel's colour. False:
// ERR_MEMORY.
bool shapes_find(const unsigned char *rgb, const unsigned char *names, unsigned width,
                 unsigned height, struct facts *facts, struct error *why);

// The field of the grid that holds the point, or PLACE_NONE within 3 % of a line of the grid.
enum place shapes_place(double x, double y);

#endif
