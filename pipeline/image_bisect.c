#include "image_bisect.h"

#include "image_limit.h"
#include "tokens.h"

#include <stdio.h>

struct sizing {
    struct ladder *ladder;
    const struct request *request;
    struct error *why;
    bool good;
};

static enum bisect_outcome try_size(void *context, struct image_try *image);
static void break_with_limit(struct ladder *ladder, enum rung_id rung, const char *tried,
                             const struct probe *failed, const struct image_limit *limit);

static unsigned longest(const struct payload *payload)
{
    return payload->width > payload->height ? payload->width : payload->height;
}

bool image_bisect(struct ladder *ladder, enum rung_id rung, const char *tried,
                  const struct request *request, const struct probe *failed, struct error *why)
{
    enum { MOST_TRIES = 8 };
    const struct payload *payload = request->payload;
    unsigned left = prober_left(&ladder->prober), most = left < MOST_TRIES ? left : MOST_TRIES;
    struct sizing sizing = {ladder, request, why, true};
    struct image_search search = {
        .passes = {PROBE_TINY_SIDE, PROBE_TINY_QUALITY,
                   ladder->tiny != NULL ? (double)ladder->tiny->length : 0},
        .fails = {longest(payload), ladder->settings->limits.quality, (double)payload->length},
        .budget = most,
        .attempt = try_size,
        .context = &sizing};
    struct image_limit limit;
    diagnosis_step(
        ladder->diagnosis,
        "refused; at most %u further calls (about %llu tokens) find out what size passes", most,
        (unsigned long long)most * token_rule_at(0)->count(payload->width, payload->height));
    image_limit_find(&search, &limit);
    if (sizing.good)
        break_with_limit(ladder, rung, tried, failed, &limit);
    return sizing.good;
}

bool request_confirm(struct ladder *ladder, enum rung_id rung, const char *tried,
                     const struct request *request, const struct probe *failed, bool *passes,
                     struct error *why)
{
    char seen[SEEN_BYTES];
    *passes = false;
    if (prober_left(&ladder->prober) == 0)
        return true;
    struct probe probe = {
        .endpoint = request->endpoint, .ask = request->ask, .payload = request->payload};
    if (!prober_send(&ladder->prober, &probe, 1, why))
        return false;
    *passes = probe.fault.verdict == FAULT_NONE;
    diagnosis_step(ladder->diagnosis, "the same once more -> %s",
                   probe_seen(&probe, seen, sizeof seen));
    probe_clear(&probe);
    if (*passes)
        ladder_break(ladder, rung, tried, failed, CAUSE_fails_by_turns, NULL, NULL);
    return true;
}

static enum bisect_outcome try_size(void *context, struct image_try *image)
{
    struct sizing *sizing = context;
    struct ladder *ladder = sizing->ladder;
    char tried[100], seen[SEEN_BYTES];
    struct payload *payload = probe_picture_at(&ladder->picture, &ladder->settings->limits,
                                               image->side, image->quality, sizing->why);
    if (payload == NULL) {
        sizing->good = false;
        return BISECT_BROKEN;
    }
    struct probe probe = {
        .endpoint = sizing->request->endpoint, .ask = sizing->request->ask, .payload = payload};
    image->side = longest(payload); // none is enlarged
    image->bytes = (double)payload->length;
    sizing->good = prober_send(&ladder->prober, &probe, 1, sizing->why);
    payload_describe(payload, tried, sizeof tried);
    diagnosis_step(ladder->diagnosis, "%s, quality %d -> %s", tried, image->quality,
                   probe_seen(&probe, seen, sizeof seen));
    enum bisect_outcome outcome = sizing->good ? ladder_outcome(ladder, &probe) : BISECT_BROKEN;
    probe_clear(&probe);
    payload_drop(payload);
    return outcome;
}

static void break_with_limit(struct ladder *ladder, enum rung_id rung, const char *tried,
                             const struct probe *failed, const struct image_limit *limit)
{
    char detail[SEEN_BYTES], fix[300];
    const struct image_try *passes = &limit->passes, *fails = &limit->fails;
    const char *known = image_limit_known(passes->bytes, fails->bytes);
    enum cause_id cause = CAUSE_image_size;
    if (limit->kind == IMAGE_LIMIT_BYTES) {
        cause = CAUSE_image_bytes;
        snprintf(detail, sizeof detail,
                 "Passes at %u px (%.2f MB of base64), fails at %u px (%.2f MB): the limit is of "
                 "bytes, about %.2g MB of base64%s%s.",
                 passes->side, passes->bytes / 1e6, fails->side, fails->bytes / 1e6,
                 (passes->bytes + fails->bytes) / 2e6, known != NULL ? ", most likely " : "",
                 known != NULL ? known : "");
        snprintf(fix, sizeof fix, "Give --max-bytes %.0fk.", passes->bytes / 1000 - 1);
    } else {
        if (limit->kind == IMAGE_LIMIT_PIXELS)
            cause = CAUSE_image_pixels;
        snprintf(detail, sizeof detail, "Passes at %u px, fails at %u px%s.", passes->side,
                 fails->side,
                 limit->kind == IMAGE_LIMIT_PIXELS
                     ? ", whatever the number of bytes: the limit is of pixels"
                     : "; whether bytes or pixels are limited could not be told");
        snprintf(fix, sizeof fix, "Give --max-side %u.", passes->side);
    }
    ladder_break(ladder, rung, tried, failed, cause, detail, fix);
}

void payload_describe(const struct payload *payload, char *text, size_t size)
{
    snprintf(text, size, "%u x %u px, %.0f kB of base64", payload->width, payload->height,
             (double)payload->length / 1000);
}
