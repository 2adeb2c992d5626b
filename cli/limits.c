#include "limits.h"

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
