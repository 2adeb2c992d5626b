#include "screen.h"

#include <string.h>

struct screen_settings screen_of(const struct settings *settings)
{
    const char *word = settings_text(settings, OPTION_SCREEN);
    double distance = settings_real(settings, OPTION_SCREEN_DISTANCE);
    return (struct screen_settings){
        .mode = word == NULL                  ? SCREEN_OFF // the command has no screening
                : strcmp(word, "skip") == 0   ? SCREEN_SKIP
                : strcmp(word, "report") == 0 ? SCREEN_REPORT
                                              : SCREEN_OFF,
        .min_side_px = (unsigned)settings_number(settings, OPTION_SCREEN_MIN_SIDE),
        .min_contrast = (unsigned)settings_number(settings, OPTION_SCREEN_CONTRAST),
        .max_blur = settings_real(settings, OPTION_SCREEN_BLUR),
        .max_distance = distance < 0 ? -1 : (int)distance,
    };
}
