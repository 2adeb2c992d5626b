// The limits of prepared images, from the settings.
#ifndef VQAGEN_LIMITS_H
#define VQAGEN_LIMITS_H

#include "prepare.h"
#include "settings.h"

struct image_limits limits_of(const struct settings *settings);

#endif
