// The ladder's inside, shared by ladder.c and the rungs: rung_settings.c, rung_reach.c,
// rung_text.c, rung_image.c and rung_request.c.
#ifndef VQAGEN_LADDER_STATE_H
#define VQAGEN_LADDER_STATE_H

#include "bisect.h"
#include "ladder.h"
#include "probe.h"
#include "probe_picture.h"

struct ladder {
    const struct ladder_settings *settings;
    struct diagnosis *diagnosis;
    struct endpoint endpoint;
    struct prober prober;
    struct probe_picture picture;   // as configured
    struct payload *tiny, *payload; // of a small known picture, and of the picture
    bool images_pass;               // an image was answered: the key may make such calls
    bool ended;                     // a rung broke
};

enum { SEEN_BYTES = 512 };

// Sends one probe; a fault that may pass by itself is given a second chance. False: see
// prober_send.
bool ladder_send(struct ladder *ladder, struct probe *probe, struct error *why);

// A probe with a plain ask, to be filled further.
struct probe ladder_probe(const struct ladder *ladder, const char *prompt);

// Ends the ladder at this rung. detail, fix NULL: the cause's own.
void ladder_break(struct ladder *ladder, enum rung_id rung, const char *tried,
                  const struct probe *probe, enum cause_id cause, const char *detail,
                  const char *fix);

void ladder_pass(struct ladder *ladder, enum rung_id rung, const char *tried, const char *seen);

// The cause that the probe's fault tells by itself, with what is known of time and key.
enum cause_id ladder_cause(const struct ladder *ladder, const struct probe *probe);

// Whether the fault is about how things are at the moment, or about key and account, and so says
// nothing about the request.
bool ladder_beside(enum cause_id cause);

// Breaks at this rung with a fault that is not the request's.
void ladder_break_beside(struct ladder *ladder, enum rung_id rung, const char *tried,
                         const struct probe *probe);

// What a try of a bisection came to.
enum bisect_outcome ladder_outcome(const struct ladder *ladder, const struct probe *probe);

// The rungs, in the order of climbing. Each adds itself to the diagnosis. False: as ladder_climb.
bool rung_settings(struct ladder *ladder, struct error *why);
bool rung_reach(struct ladder *ladder, struct error *why);
bool rung_text(struct ladder *ladder, struct error *why);
bool rung_tiny_image(struct ladder *ladder, struct error *why);
bool rung_image(struct ladder *ladder, struct error *why);
bool rung_vision(struct ladder *ladder, struct error *why);
bool rung_parameters(struct ladder *ladder, struct error *why);
bool rung_structured(struct ladder *ladder, struct error *why);
bool rung_stream(struct ladder *ladder, struct error *why);
bool rung_together(struct ladder *ladder, struct error *why);

#endif
