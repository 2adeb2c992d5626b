// The one thing of EXIF that changes the pixels: the orientation.
#ifndef VQAGEN_EXIF_H
#define VQAGEN_EXIF_H

#include <stddef.h>

// The orientation, 1-8, of an EXIF block with or without "Exif\0\0" in front; 1 when there is none,
// or none that makes sense.
int exif_orientation(const unsigned char *bytes, size_t length);

#endif
