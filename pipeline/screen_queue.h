// Screening in a run: images wait until all before them were judged, in the order in which the
// input first names them, whoever was ready first. Until then nothing is asked about them, and
// their payloads are only caches.
//
// Figures are kept in the store by the digest of the image's bytes, so that going on reads no image
// for them. An image that cannot be used leaves the queue without a verdict.
#ifndef VQAGEN_SCREEN_QUEUE_H
#define VQAGEN_SCREEN_QUEUE_H

#include "run_state.h"

// Nothing happens in the following without screening.
bool screen_queue_open(struct run *run, struct error *why);
bool screen_queue_close(struct run *run, bool complete, struct error *why); // writes the rows

// An image is met for the first time, or again after it was let go.
void screen_queue_enter(struct run *run, struct image *image);
void screen_queue_leave(struct run *run, struct image *image);

// Its figures were measured: *figures is NULL when they may be found in the store.
bool screen_queue_take(struct run *run, struct image *image, const struct picture_figures *figures,
                       struct error *why);

// The image whose turn it is, when its figures are known; else NULL.
struct image *screen_queue_next(const struct run *run);

// Judges that image and takes it off the queue: image->refusal says whether it is left out.
bool screen_queue_judge(struct run *run, struct image *image, struct error *why);

#endif
