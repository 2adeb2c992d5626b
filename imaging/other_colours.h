// Colour profiles in the formats that stb_image reads, which itself takes no notice of them.
#ifndef VQAGEN_OTHER_COLOURS_H
#define VQAGEN_OTHER_COLOURS_H

#include "colours.h"

#include <stddef.h>

// By the ICC profile within a PSD or a BMP; NULL as in colours.h, or for other formats. The
// calibration of BMP's fourth version, which writers fill with anything, is left alone.
struct colours *other_colours(const unsigned char *bytes, size_t length, bool grey);

#endif
