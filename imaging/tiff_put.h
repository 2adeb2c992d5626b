// How samples of a TIFF become pixels, where libtiff's own conversions make other colours.
#ifndef VQAGEN_TIFF_PUT_H
#define VQAGEN_TIFF_PUT_H

#include "colours.h"

#include <tiffio.h>

// libtiff's state of a conversion, and what ours need besides.
struct tiff_put {
    TIFFRGBAImage image;     // first, so that libtiff's pointer to it is one to this
    struct colours *colours; // what inks or L*a*b* become; NULL: what libtiff makes of them
    bool opaque;             // what libtiff takes for alpha is something else
};

// Chooses the conversions, once TIFFRGBAImageBegin has chosen libtiff's. The profile may be NULL.
void tiff_put_choose(struct tiff_put *put, TIFF *file, const void *profile, uint32_t length);
void tiff_put_clear(struct tiff_put *put); // ends the conversion

// To be done with the pixels that TIFFRGBAImageGet gave.
void tiff_put_finish(const struct tiff_put *put, uint32_t *pixels, size_t count);

#endif
