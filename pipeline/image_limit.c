#include "image_limit.h"

#include <math.h>
#include <stddef.h>

enum { LOW_QUALITY = 12, HIGH_QUALITY = 97, SIDE_TRIES = 5, BYTES_TRIES = 4 };

struct narrowing {
    const struct image_search *search;
    struct image_limit *limit;
    int quality;
};

static enum bisect_outcome attempt(const struct image_search *search, struct image_limit *limit,
                                   struct image_try *image)
{
    if (limit->tries == search->budget)
        return BISECT_BROKEN;
    limit->tries++;
    return search->attempt(search->context, image);
}

// Sizes at one quality; what passes and fails is kept with its bytes.
static enum bisect_outcome try_side(void *context, double side)
{
    struct narrowing *narrowing = context;
    struct image_limit *limit = narrowing->limit;
    struct image_try image = {.side = (unsigned)(side + 0.5), .quality = narrowing->quality};
    enum bisect_outcome outcome = attempt(narrowing->search, limit, &image);
    if (outcome == BISECT_PASSED)
        limit->passes = image;
    else if (outcome == BISECT_FAILED)
        limit->fails = image;
    else
        limit->broken = true;
    return outcome;
}

static void narrow(const struct image_search *search, struct image_limit *limit, int quality,
                   double ratio, unsigned budget)
{
    struct narrowing narrowing = {search, limit, quality};
    struct bisect_range range = {.passes = limit->passes.side,
                                 .fails = limit->fails.side,
                                 .ratio = ratio,
                                 .budget = budget,
                                 .attempt = try_side,
                                 .context = &narrowing};
    if (range.passes > 0 && range.passes < range.fails)
        bisect_narrow(&range);
}

// At the largest side that passes with few bytes, many: when they pass too, and are more than what
// failed, bytes are not what is limited.
static void tell_apart(const struct image_search *search, struct image_limit *limit)
{
    struct image_try many = {.side = limit->passes.side, .quality = HIGH_QUALITY};
    enum bisect_outcome outcome = attempt(search, limit, &many);
    limit->kind = IMAGE_LIMIT_UNSURE;
    if (outcome == BISECT_PASSED && many.bytes > limit->fails.bytes)
        limit->kind = IMAGE_LIMIT_PIXELS;
    else if (outcome == BISECT_FAILED)
        limit->kind = IMAGE_LIMIT_BYTES;
    else if (outcome == BISECT_BROKEN)
        limit->broken = true;
}

void image_limit_find(const struct image_search *search, struct image_limit *limit)
{
    *limit = (struct image_limit){
        .kind = IMAGE_LIMIT_UNSURE, .passes = search->passes, .fails = search->fails};
    struct image_try few = {.side = search->fails.side, .quality = LOW_QUALITY};
    enum bisect_outcome outcome = attempt(search, limit, &few);
    if (outcome == BISECT_BROKEN) {
        limit->broken = true;
        return;
    }
    if (outcome == BISECT_PASSED) {
        limit->kind = IMAGE_LIMIT_BYTES;
        // At the quality that failed, above the side at which an image has as few bytes: what is
        // smaller passes too.
        double share = few.bytes / search->fails.bytes;
        unsigned side = (unsigned)(search->fails.side * sqrt(share < 1 ? share : 1) * 0.95);
        if (side > limit->passes.side)
            limit->passes.side = side;
        narrow(search, limit, search->fails.quality, 1.03, BYTES_TRIES);
        if (limit->passes.bytes < few.bytes)
            limit->passes = few;
        return;
    }
    limit->fails = few;
    narrow(search, limit, LOW_QUALITY, 1.12, SIDE_TRIES);
    if (!limit->broken)
        tell_apart(search, limit);
}

const char *image_limit_known(double passes_bytes, double fails_bytes)
{
    // nginx's client_max_body_size; Express's and other frameworks'; Anthropic on Bedrock and
    // Google Cloud; Anthropic's own; Gemini's request as a whole.
    static const struct {
        double bytes;
        const char *words;
    } known[] = {
        {1048576, "1 MiB, the default of nginx (client_max_body_size)"},
        {2097152, "2 MiB, the default of several web frameworks"},
        {4194304, "4 MiB, the default of several gateways"},
        {5242880, "5 MiB, as for Claude on Bedrock and Google Cloud"},
        {10485760, "10 MiB, as at Anthropic"},
        {20971520, "20 MiB, as at Gemini"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (passes_bytes < known[i].bytes && known[i].bytes < fails_bytes * 1.002)
            return known[i].words;
    return NULL;
}
