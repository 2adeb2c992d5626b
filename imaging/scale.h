// From decoded planes to the planes of the JPEG: scaled with zimg's Lanczos, in 4:2:0 or grey.
#ifndef VQAGEN_SCALE_H
#define VQAGEN_SCALE_H

#include "orient.h"
#include "scale_plan.h"

// Scales the picture to width x height (in stored orientation, at most the stored sides) and to
// 4:2:0 with chroma centred, as JPEG has it; R, G, B become Y, Cb, Cr (BT.601, full range). The
// turn is not made here, but chroma is placed for it: reversing an odd number of columns would put
// each chroma sample beside the two luma samples that it covers. Planes that need no change are
// borrowed, so source must outlive scaled. plans: NULL is fine. False: ERR_MEMORY, ERR_IMAGE.
bool picture_scale(struct scale_plans *plans, const struct picture *source, unsigned width,
                   unsigned height, struct turn turn, struct picture *scaled, struct error *why);

#endif
