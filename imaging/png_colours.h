// The colour space of a PNG, which may be given in four ways.
#ifndef VQAGEN_PNG_COLOURS_H
#define VQAGEN_PNG_COLOURS_H

#include "colours.h"

#include <spng.h>

// The data of the first chunk of this type, and its size; NULL: there is none.
const unsigned char *png_find_chunk(const unsigned char *bytes, size_t length, const char *type,
                                    size_t *size);

// By cICP, iCCP, sRGB, or gAMA with cHRM: the first of them that is there, as the third edition of
// the PNG specification has it. NULL: sRGB. The decoder has read the header.
struct colours *png_colours(const unsigned char *bytes, size_t length, spng_ctx *decoder,
                            bool grey);

#endif
