// A picture file, as bytes, to a JPEG under the limits: upright (EXIF orientation applied), alpha
// flattened on white, shrunk but never enlarged, in sRGB, without metadata. A JPEG that is all that
// already is passed on in its own coding, without its metadata.
//
// The same bytes and limits give the same JPEG on any thread. It is called on worker threads,
// shares nothing but what the limits name as shared, and survives hostile bytes.
#ifndef VQAGEN_PREPARE_H
#define VQAGEN_PREPARE_H

#include "buffer.h"
#include "figures.h"
#include "plane_pool.h"
#include "scale_plan.h"
#include "sniff.h"

#include <stdint.h>

struct image_limits {
    unsigned max_side_px;       // longest side of the result; default 2048
    int quality;                // JPEG quality tried first; default 85
    int min_quality;            // lowest quality before the sides shrink; default 50
    size_t max_base64_bytes;    // quality, then sides, go down until the base64 fits; default 7 MiB
    size_t refuse_base64_bytes; // never above this; default 10 MiB
    uint64_t max_result_pixels; // of the result; 0: only its sides are limited
    uint64_t max_pixels; // declared pixels above this are refused before anything is allocated
    bool accept_damaged; // take what can be read of a damaged file instead of refusing it
    bool encode_all;     // pass no JPEG on in its own coding
    bool verify;         // decode what is passed on too, to be sure that it is whole
    bool figures;        // measure the picture's figures; decodes what is passed on too
    // Kept from picture to picture, for all threads and for speed only; NULL: nothing is.
    struct scale_plans *plans;
    struct plane_pool *planes;
};

struct prepared_image {
    struct buffer jpeg;
    enum picture_format format;           // of the source
    unsigned source_width, source_height; // as stored, before orientation is applied
    int orientation;                      // EXIF 1-8; 1 when there is none
    unsigned width, height;               // of the JPEG
    int quality;                          // that it was written with; 0 when it was passed on
    bool passed;                          // the source's own coding was kept
    struct picture_figures figures;       // when the limits ask for them
    struct error damage;                  // of a damaged picture that was accepted: what it lacks
};

struct image_limits image_limits_default(void);

// False: ERR_IMAGE (what is wrong with the picture, by name), ERR_TOO_LARGE, ERR_MEMORY. On success
// the caller clears out with prepared_image_clear.
bool image_prepare(const void *bytes, size_t length, const struct image_limits *limits,
                   struct prepared_image *out, struct error *why);

void prepared_image_clear(struct prepared_image *image);

// The sides that image_prepare aims at, from the stored sides: for estimates without decoding.
// Sides are as shown (orientation 5-8 swaps them). False when the header cannot be read.
bool image_measure(const void *bytes, size_t length, const struct image_limits *limits,
                   unsigned *width, unsigned *height, struct error *why);

// About the most memory that image_prepare takes, the bytes themselves aside: for keeping all
// workers together within a limit. 0 when the header cannot be read: then it fails without taking
// any.
uint64_t image_memory(const void *bytes, size_t length, const struct image_limits *limits);

#endif
