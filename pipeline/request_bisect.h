// A request that is refused although the endpoint takes smaller ones: which of its parameters, its
// text or its image it is refused for, found by sending it again without them.
#ifndef VQAGEN_REQUEST_BISECT_H
#define VQAGEN_REQUEST_BISECT_H

#include "image_bisect.h"

// base_passes: the request without any of its parameters, with short text and a tiny image, is
// known to pass. Breaks the ladder at this rung with what it found. False: as ladder_climb.
bool request_bisect(struct ladder *ladder, enum rung_id rung, const char *tried,
                    const struct request *request, bool base_passes, const struct probe *failed,
                    struct error *why);

#endif
