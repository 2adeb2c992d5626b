// Pictures to probe with: a detailed one as large as the settings allow, or a file of the user's,
// at any longest side and quality.
#ifndef VQAGEN_PROBE_PICTURE_H
#define VQAGEN_PROBE_PICTURE_H

#include "payload.h"
#include "prepare.h"

// Several models take nothing below 28 pixels a side (Qwen2-VL's patch), and see poorly below 50.
enum { PROBE_TINY_SIDE = 64, PROBE_TINY_QUALITY = 85 };

// A picture file as bytes, to be prepared at sizes that are asked for.
struct probe_picture {
    struct buffer bytes;
};

// One made here: a square of `side` pixels, mostly green, with detail in it as photographs have.
bool probe_picture_make(struct probe_picture *picture, unsigned side, struct error *why);

// A file of the user's. False: ERR_INPUT, ERR_TOO_LARGE.
bool probe_picture_read(struct probe_picture *picture, const char *path, struct error *why);
void probe_picture_clear(struct probe_picture *picture);

// The payload under the limits. NULL: ERR_IMAGE, ERR_TOO_LARGE, ERR_MEMORY.
struct payload *probe_picture_payload(const struct probe_picture *picture,
                                      const struct image_limits *limits, struct error *why);

// As above at a longest side and a fixed quality.
struct payload *probe_picture_at(const struct probe_picture *picture,
                                 const struct image_limits *limits, unsigned side, int quality,
                                 struct error *why);

#endif
