// The settings of screening.
#ifndef VQAGEN_SCREEN_H
#define VQAGEN_SCREEN_H

#include "screening.h"
#include "settings.h"

struct screen_settings screen_of(const struct settings *settings);

#endif
