// What stands in a JPEG before its pixels, by a walk over the markers that decodes nothing.
#ifndef VQAGEN_JPEG_HEADER_H
#define VQAGEN_JPEG_HEADER_H

#include "error.h"

struct jpeg_header {
    size_t start; // of the first marker: some writers leave bytes before it
    unsigned width, height;
    unsigned components;
    unsigned coding;           // the number n of its SOFn marker: 0-2 Huffman, 9 and up arithmetic
    bool adobe;                // an Adobe segment: CMYK is then stored inverted
    const unsigned char *exif; // borrowed from the file; NULL when there is none
    size_t exif_length;
};

// False: ERR_IMAGE.
bool jpeg_header_read(const unsigned char *bytes, size_t length, struct jpeg_header *header,
                      struct error *why);

#endif
