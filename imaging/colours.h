// From the colours of a picture to sRGB, by an embedded ICC profile or by declared primaries.
#ifndef VQAGEN_COLOURS_H
#define VQAGEN_COLOURS_H

#include "picture.h"

enum colours_space { COLOURS_GREY, COLOURS_RGB, COLOURS_CMYK, COLOURS_LAB };

struct colours;

// NULL: there is nothing to convert. Either the profile gives sRGB, as most do (told by what it
// does to colours, whatever its name), or it cannot be used: broken, or for another kind of
// picture. That is no fault of the picture, which is then taken as sRGB. Without memory it is NULL
// too, and noted (base/memory.h).
struct colours *colours_from_profile(const void *profile, size_t length, enum colours_space space);

// As above, for RGB by the chromaticities of white, red, green and blue (x and y of each), and one
// exponent of decoding for all; 0 stands for the curve of sRGB.
struct colours *colours_from_primaries(const double chromaticities[8], double exponent);

// As above, for grey by the exponent.
struct colours *colours_from_exponent(double exponent);

// As above, for primaries and curve by their numbers in ITU-T H.273, as in HEIF and PNG. High
// dynamic range, which is more than another colour space, is left alone.
struct colours *colours_from_codes(unsigned primaries, unsigned transfer);

// For CIE L*a*b* under D50: L* from 0 to 255, a* and b* with 128 for none. NULL: no memory.
struct colours *colours_from_lab(void);

// Converts an unshrunk grey or RGB picture in place.
void colours_convert(const struct colours *colours, struct picture *picture);

// Converts pixels of four inks (255 is no ink) or of L*a*b*, as the colours are for, to RGB of
// three bytes. They may be the same memory.
void colours_convert_pixels(const struct colours *colours, const unsigned char *from,
                            unsigned char *pixels, size_t count);

void colours_free(struct colours *colours); // NULL is fine

#endif
