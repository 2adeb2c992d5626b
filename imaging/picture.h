// Pixels on their way from a file to a JPEG: planes of 8-bit samples.
//
// A JPEG stays in the planes it was coded in (luma and two chroma planes, subsampled as the file
// has them); other formats come as grey or as R, G, B planes with alpha already flattened on
// white. A picture owns its memory until picture_clear; plane pointers live as long.
#ifndef VQAGEN_PICTURE_H
#define VQAGEN_PICTURE_H

#include "error.h"

#include <stdint.h>

enum picture_colour { PICTURE_GREY, PICTURE_YCBCR, PICTURE_RGB };

struct colours; // see colours.h

struct plane {
    unsigned char *samples; // borrowed from the picture
    size_t stride;          // bytes from row to row; a multiple of 64, as zimg's widest code needs
    unsigned width, height; // in samples
};

struct picture {
    enum picture_colour colour;
    unsigned width, height; // of the whole picture, in the file's pixels
    unsigned shrink;        // 1, 2, 4 or 8: the file's pixels a side in one luma sample
    unsigned chroma_across; // luma samples per chroma sample: 1, 2 or 4
    unsigned chroma_down;
    bool studio_range; // luma 16-235 and chroma 16-240, as in video; otherwise 0-255
    struct plane planes[3];
    void *memory;            // of all planes; NULL when they are borrowed from another picture
    struct plane_pool *pool; // that the memory is of; NULL: none
    struct colours *colours; // how it becomes sRGB; NULL: it is; owned
};

// Sides and orientation as a file's header declares them.
struct picture_facts {
    unsigned width, height; // as stored
    int orientation;        // EXIF 1-8; 1 when there is none
};

unsigned picture_planes(const struct picture *picture); // 1 or 3

// The sides of a plane from colour, sides, shrink and chroma of the picture. A chroma sample that
// covers the edge counts as a whole one.
unsigned picture_plane_width(const struct picture *picture, unsigned plane);
unsigned picture_plane_height(const struct picture *picture, unsigned plane);

// Fills in the planes from everything above them. The luma plane has room to be filled up to whole
// chroma samples, as TurboJPEG does when it reads and wants when it writes. False: ERR_MEMORY.
bool picture_allocate(struct picture *picture, struct error *why);
void picture_clear(struct picture *picture);

// Puts one row of interleaved pixels (1 grey, 2 grey and alpha, 3 RGB, 4 RGBA) into an unshrunk
// grey or RGB picture, alpha flattened on white. A grey picture takes the first channel.
void picture_put_row(struct picture *picture, unsigned y, const unsigned char *pixels,
                     unsigned channels);

// As picture_put_row, for RGBA whose colours have been multiplied with alpha already.
void picture_put_row_multiplied(struct picture *picture, unsigned y, const unsigned char *pixels);

// Makes the rows from y on white, in an unshrunk grey or RGB picture: for those that a damaged file
// lacks.
void picture_blank_rows(struct picture *picture, unsigned y);

// Repeats the last column and row of the luma plane up to whole chroma samples.
void picture_fill_edges(struct picture *picture);

#endif
