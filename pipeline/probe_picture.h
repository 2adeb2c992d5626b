// Pictures to probe with: small ones whose colour is known, a detailed one as large as the settings
// allow, or a file of the user's, each at any longest side and quality.
#ifndef VQAGEN_PROBE_PICTURE_H
#define VQAGEN_PROBE_PICTURE_H

#include "payload.h"
#include "prepare.h"

enum probe_colour { PROBE_RED, PROBE_GREEN, PROBE_BLUE, PROBE_YELLOW, PROBE_COLOURS };

// Whether the text names this colour and none of the others.
bool probe_colour_named(enum probe_colour colour, const char *text);
const char *probe_colour_name(enum probe_colour colour);

// A picture file as bytes, to be prepared at sizes that are asked for.
struct probe_picture {
    struct buffer bytes;
    bool own;                 // it is a file of the user's
    enum probe_colour colour; // of one made here
};

// One made here: a square of `side` pixels in one colour, with detail in it (grain and shapes) like
// a photograph's when detailed.
bool probe_picture_make(struct probe_picture *picture, unsigned side, enum probe_colour colour,
                        bool detailed, struct error *why);

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
