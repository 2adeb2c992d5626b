// Pictures for what screening measures: drawn scenes of a given blur, in memory.
#ifndef VQAGEN_TEST_MAKE_LUMA_H
#define VQAGEN_TEST_MAKE_LUMA_H

#include "luma.h"
#include "picture.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline struct picture new_picture(enum picture_colour colour, unsigned width,
                                         unsigned height)
{
    struct picture picture = {.colour = colour,
                              .width = width,
                              .height = height,
                              .shrink = 1,
                              .chroma_across = 1,
                              .chroma_down = 1};
    struct error why = {0};
    assert_true(picture_allocate(&picture, &why));
    return picture;
}

// Discs of many sizes and brightnesses, each edge blurred by sigma (in pixels; 0: sharp). Sizes go
// with the sides, so that the same seed at another size is the same picture.
static inline void draw_discs(struct plane *plane, unsigned seed, double sigma)
{
    struct disc {
        double x, y, radius, level;
    } discs[16];
    unsigned state = seed * 2654435761u + 1;
    for (int i = 0; i < 16; i++) {
        double random[4];
        for (int j = 0; j < 4; j++) {
            state = state * 1664525u + 1013904223u;
            random[j] = (state >> 8) / (double)(1u << 24);
        }
        discs[i] = (struct disc){random[0], random[1], 0.06 + 0.24 * random[2], 255 * random[3]};
    }
    double scale = plane->width < plane->height ? plane->width : plane->height;
    double soft = sigma > 0.3 ? sigma : 0.3;
    for (unsigned y = 0; y < plane->height; y++)
        for (unsigned x = 0; x < plane->width; x++) {
            double level = 128;
            for (int i = 0; i < 16; i++) {
                double across = x + 0.5 - discs[i].x * plane->width;
                double down = y + 0.5 - discs[i].y * plane->height;
                double inside = discs[i].radius * scale - sqrt(across * across + down * down);
                if (inside < -5 * soft)
                    continue;
                double share = inside > 5 * soft ? 1 : 0.5 * erfc(-inside / soft / sqrt(2));
                level += share * (discs[i].level - level);
            }
            plane->samples[y * plane->stride + x] = (unsigned char)lround(level);
        }
}

static inline struct luma luma_of(const struct picture *picture)
{
    struct luma luma;
    struct error why = {0};
    assert_true(luma_reduce(picture, &luma, &why));
    return luma;
}

#endif
