#include "limits.h"

#include "endpoint_images.h"
#include "log.h"

struct image_limits limits_of(const struct settings *settings)
{
    struct image_limits limits = image_limits_default();
    limits.max_side_px = (unsigned)settings_number(settings, OPTION_MAX_SIDE);
    limits.quality = (int)settings_number(settings, OPTION_QUALITY);
    limits.min_quality = (int)settings_number(settings, OPTION_MIN_QUALITY);
    limits.max_base64_bytes = settings_number(settings, OPTION_MAX_BYTES);
    limits.max_pixels = settings_number(settings, OPTION_MAX_PIXELS);
    limits.accept_damaged = settings_switch(settings, OPTION_ACCEPT_DAMAGED);
    limits.verify = settings_switch(settings, OPTION_VERIFY);
    limits_tighten(&limits, settings_text(settings, OPTION_ENDPOINT),
                   settings_text(settings, OPTION_BASE_URL), NULL);
    return limits;
}

bool limits_tighten(struct image_limits *limits, const char *endpoint, const char *base_url,
                    struct error *why)
{
    struct endpoint_images images;
    if (!endpoint_images_find(endpoint, base_url, &images, why))
        return false;
    if (images.max_side_px > 0 && images.max_side_px < limits->max_side_px) {
        limits->max_side_px = images.max_side_px;
        log_note("the endpoint takes at most %u pixels a side: --max-side is lowered to that",
                 images.max_side_px);
    }
    // What an endpoint takes is never exceeded, not even for an image that cannot be made smaller.
    if (images.max_base64_bytes > 0 && images.max_base64_bytes < limits->refuse_base64_bytes)
        limits->refuse_base64_bytes = images.max_base64_bytes;
    if (limits->max_base64_bytes > limits->refuse_base64_bytes) {
        limits->max_base64_bytes = limits->refuse_base64_bytes;
        log_note("the endpoint takes at most %zu bytes of base64 an image: --max-bytes is lowered "
                 "to that",
                 limits->max_base64_bytes);
    }
    // A limit that no image within the sides can reach is none: the same images get the same key.
    uint64_t most = (uint64_t)limits->max_side_px * limits->max_side_px;
    if (images.max_pixels > 0 && images.max_pixels < most &&
        (limits->max_result_pixels == 0 || images.max_pixels < limits->max_result_pixels))
        limits->max_result_pixels = images.max_pixels;
    return true;
}
