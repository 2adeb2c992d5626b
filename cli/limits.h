// The limits of prepared images, from the settings.
#ifndef VQAGEN_LIMITS_H
#define VQAGEN_LIMITS_H

#include "prepare.h"
#include "settings.h"

// The user's limits and those of the endpoint that is set, whichever is tighter.
struct image_limits limits_of(const struct settings *settings);

// Lowers the limits to what that endpoint takes; for each endpoint that the images may be sent to.
// False: ERR_SETTINGS, there is no such endpoint.
bool limits_tighten(struct image_limits *limits, const char *endpoint, const char *base_url,
                    struct error *why);

#endif
