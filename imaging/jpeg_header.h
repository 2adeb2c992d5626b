// What stands in a JPEG before its pixels, by a walk over the markers that decodes nothing.
#ifndef VQAGEN_JPEG_HEADER_H
#define VQAGEN_JPEG_HEADER_H

#include "buffer.h"

struct jpeg_header {
    size_t start; // of the first marker: some writers leave bytes before it
    unsigned width, height;
    unsigned components;
    unsigned coding;           // the number n of its SOFn marker: 0-2 Huffman, 9 and up arithmetic
    bool adobe;                // an Adobe segment: CMYK is then stored inverted
    const unsigned char *exif; // borrowed from the file; NULL when there is none
    size_t exif_length;
    // The parts of the colour profile, each at the place of its number less one; borrowed as well.
    struct {
        const unsigned char *bytes;
        size_t length;
    } profile[255];
    unsigned profile_parts; // that there should be; 0: no profile
};

// False: ERR_IMAGE.
bool jpeg_header_read(const unsigned char *bytes, size_t length, struct jpeg_header *header,
                      struct error *why);

// Appends the whole colour profile. False: there is none, or a part is missing, or no memory.
bool jpeg_header_profile(const struct jpeg_header *header, struct buffer *out);

#endif
