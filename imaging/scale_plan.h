// Scaling that is set up: zimg's filter graph for one pair of sizes. Working out its Lanczos
// weights takes a tenth of the time that a photograph of 12 megapixels takes in all, and is the
// same for each picture of that size; so plans are kept from picture to picture.
#ifndef VQAGEN_SCALE_PLAN_H
#define VQAGEN_SCALE_PLAN_H

#include "error.h"

#include <zimg.h>

// The plans kept for a run. May be used by several threads at once: zimg's graphs are constant
// once they are made.
struct scale_plans;

struct scale_plans *scale_plans_new(struct error *why);
void scale_plans_free(struct scale_plans *plans); // no plan is out; NULL is fine

struct scale_plan {
    zimg_filter_graph *graph; // constant: any number of threads may use it at once
    size_t room;              // bytes of working memory, aligned to 64, for each scaling
};

// The plan for scaling from one format to the other with Lanczos. plans NULL: it is made for this
// one use. To be given back. NULL: ERR_MEMORY, ERR_IMAGE.
struct scale_plan *scale_plans_take(struct scale_plans *plans, const zimg_image_format *from,
                                    const zimg_image_format *to, struct error *why);
void scale_plans_return(struct scale_plans *plans, struct scale_plan *plan);

// Says why zimg refused, from its last error on this thread.
bool scale_plan_fail(const zimg_image_format *from, const zimg_image_format *to, struct error *why);

#endif
