// What providers take of an image, so that none is sent that would be refused.
#ifndef VQAGEN_ENDPOINT_IMAGES_H
#define VQAGEN_ENDPOINT_IMAGES_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

// 0: no limit is known.
struct endpoint_images {
    unsigned max_side_px;
    uint64_t max_pixels;
    size_t max_base64_bytes;
};

// The limits for --endpoint (a preset's name, "builtin", "custom", or a URL) and the base URL; both
// may be NULL. Both the name and the host of the address count, the tightest of each figure. False:
// ERR_SETTINGS, there is no such name.
bool endpoint_images_find(const char *endpoint, const char *base_url,
                          struct endpoint_images *images, struct error *why);

#endif
