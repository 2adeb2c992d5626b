// The figures by which pictures are screened: a pure function of the picture's pixels.
#ifndef VQAGEN_FIGURES_H
#define VQAGEN_FIGURES_H

#include "likeness.h"

struct picture_figures {
    unsigned shorter_px;  // the shorter side, as stored
    unsigned contrast;    // levels (0 to 255) from the darkest to the brightest thousandth
    double blur;          // width of the sharpest edges, see figures_blur
    struct likeness look; // of the picture upright
    unsigned detail;      // 0 to 100: how much there is to compare by
};

// Of a picture as a reader gave it. orientation: EXIF 1-8. False: ERR_MEMORY.
bool figures_measure(const struct picture *picture, int orientation,
                     struct picture_figures *figures, struct error *why);

// The blur of the sharpest edges in the picture: the sigma, in pixels of the picture reduced to 256
// pixels a side, of the Gaussian that would make such an edge of a step. Found, as in Zhuo and Sim
// (Pattern Recognition 44, 2011), by how much weaker the edge gets when it is blurred once more. A
// picture is as sharp as its sharpest quarter of strong edges: a face before a soft background is
// sharp. 0 when there are too few edges to tell. Larger pictures count as reduced, smaller ones as
// they are.
double figures_blur(const struct luma *luma);

#endif
