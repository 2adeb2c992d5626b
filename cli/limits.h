// The limits of prepared images, from the settings.
#ifndef VQAGEN_LIMITS_H
#define VQAGEN_LIMITS_H

#include "endpoint.h"
#include "prepare.h"
#include "settings.h"

struct image_limits limits_of(const struct settings *settings);

// Where the endpoint's provider takes less of an image than the settings allow, its limit counts,
// and that is said.
void limits_tighten(struct image_limits *limits, const struct endpoint_settings *endpoint);

#endif
