// How large an image may be, and whether bytes or pixels are what is limited: a search over a
// function that tries an image of some side and quality. It knows nothing of images.
//
// The two are told apart by quality, which changes bytes and leaves pixels: an image that fails at
// full quality and passes at a low one was too many bytes; one that fails even so, and a smaller
// one that passes with more bytes, was too many pixels.
#ifndef VQAGEN_IMAGE_LIMIT_H
#define VQAGEN_IMAGE_LIMIT_H

#include "bisect.h"

struct image_try {
    unsigned side; // longest side in pixels
    int quality;   // of the JPEG
    double bytes;  // of its base64; set by the attempt
};

struct image_search {
    struct image_try passes, fails; // known at the start
    unsigned budget;                // tries allowed
    enum bisect_outcome (*attempt)(void *context, struct image_try *image);
    void *context;
};

enum image_limit_kind { IMAGE_LIMIT_BYTES, IMAGE_LIMIT_PIXELS, IMAGE_LIMIT_UNSURE };

struct image_limit {
    enum image_limit_kind kind;
    struct image_try passes, fails; // either side of the border
    unsigned tries;
    bool broken; // a try said nothing: the border may be wide
};

void image_limit_find(const struct image_search *search, struct image_limit *limit);

// The limit that people know which lies between the two sizes: "5 MiB (5,242,880 bytes)"; NULL:
// none.
const char *image_limit_known(double passes_bytes, double fails_bytes);

#endif
