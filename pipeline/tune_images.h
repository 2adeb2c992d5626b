// The images that a tuning run asks about: the first ones of the input, each read and prepared
// once and then asked about again and again, under ids of their own, so that the questions differ.
#ifndef VQAGEN_TUNE_IMAGES_H
#define VQAGEN_TUNE_IMAGES_H

#include "buffer.h"
#include "subject.h"

enum { TUNE_IMAGES = 16 };

struct tune_image {
    struct question question;
    struct buffer bytes;  // as they came
    struct digest digest; // of them
    struct image image;   // holds the payload
    unsigned source_side; // longest side of the picture, as a payload without a limit has it
    size_t jpeg_bytes;
};

struct tune_images {
    const struct run_settings *settings; // borrowed
    struct tune_image list[TUNE_IMAGES];
    size_t count;
    unsigned long long next; // number of the next item
};

// Reads the first images that can be used, and prepares them as the settings say. False: ERR_INPUT
// when there are none.
bool tune_images_open(struct tune_images *images, const struct run_settings *settings,
                      struct error *why);
void tune_images_clear(struct tune_images *images);

// Prepares them anew with another longest side; no call on them may be under way.
bool tune_images_resize(struct tune_images *images, unsigned max_side_px, struct error *why);

// The next image's items under an id of their own. NULL: ERR_MEMORY.
struct subject *tune_images_next(struct tune_images *images, const struct recipe *recipe,
                                 struct error *why);

// One question about one image. NULL: ERR_MEMORY.
struct subject *tune_images_ask(struct tune_images *images, size_t index, const char *question,
                                const struct recipe *recipe, struct error *why);

#endif
