#include "limits.h"

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
    return limits;
}

void limits_tighten(struct image_limits *limits, const struct endpoint_settings *endpoint)
{
    const struct endpoint_preset *preset =
        endpoint_preset_meant(endpoint->endpoint, endpoint->base_url);
    if (preset == NULL)
        return;
    const struct endpoint_limits *own = &preset->limits;
    if (own->image_base64_bytes > 0 && limits->max_base64_bytes > own->image_base64_bytes) {
        log_note("%s takes %zu bytes of base64 for an image: --max-bytes is lowered to that.",
                 preset->title, own->image_base64_bytes);
        limits->max_base64_bytes = own->image_base64_bytes;
    }
    if (own->side_px > 0 && limits->max_side_px > own->side_px) {
        log_note("%s takes images of at most %u pixels a side: --max-side is lowered to that.",
                 preset->title, own->side_px);
        limits->max_side_px = own->side_px;
    }
}
