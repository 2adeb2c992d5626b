// A request whose image is refused: how large it may be, found by sending it with others.
#ifndef VQAGEN_IMAGE_BISECT_H
#define VQAGEN_IMAGE_BISECT_H

#include "ladder_state.h"

// A failing request, as it was sent. Everything is borrowed.
struct request {
    const struct endpoint *endpoint; // with the lessons in force
    struct ask ask;
    struct payload *payload; // made from ladder->picture; NULL: it has no image
};

// A refusal that gives no reason may be a passing fault, and a search would then be led astray by
// chance: sends the request once more as it is. True in *passes breaks the ladder with that.
bool request_confirm(struct ladder *ladder, enum rung_id rung, const char *tried,
                     const struct request *request, const struct probe *failed, bool *passes,
                     struct error *why);

// Breaks the ladder at this rung with what it found. False: as ladder_climb.
bool image_bisect(struct ladder *ladder, enum rung_id rung, const char *tried,
                  const struct request *request, const struct probe *failed, struct error *why);

// "1024 x 768 px, 210 kB of base64".
void payload_describe(const struct payload *payload, char *text, size_t size);

#endif
