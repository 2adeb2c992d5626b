// Images: a tiny one, one as the settings make them, and whether they are seen at all.
#include "image_bisect.h"
#include "sight.h"
#include "text.h"

#include <stdio.h>

enum { LONGEST_MADE_SIDE = 4096, SIGHT_SEED = 1 };

static const char question[] =
    "Question: What is the dominant colour of the image?\nAnswer with one word.";

static const char sight_tried[] = "colours in a known picture";

// What is made of a refusal.
typedef bool judge_refusal(struct ladder *ladder, struct probe *probe, const char *tried,
                           struct error *why);
static judge_refusal judge_tiny, judge_image;

static struct payload *make_tiny(const struct ladder *ladder, struct error *why)
{
    struct probe_picture picture;
    struct payload *payload = NULL;
    if (probe_picture_make(&picture, PROBE_TINY_SIDE, why))
        payload = probe_picture_at(&picture, &ladder->settings->limits, PROBE_TINY_SIDE,
                                   PROBE_TINY_QUALITY, why);
    probe_picture_clear(&picture);
    return payload;
}

static struct probe image_probe(const struct ladder *ladder, struct payload *payload)
{
    struct probe probe = ladder_probe(ladder, question);
    probe.ask.image = true;
    probe.payload = payload;
    return probe;
}

// Sends the payload with a question; the rung passes when it is answered.
static bool try_image(struct ladder *ladder, enum rung_id rung, struct payload *payload,
                      judge_refusal *judge, struct error *why)
{
    char tried[SEEN_BYTES], seen[SEEN_BYTES];
    struct probe probe = image_probe(ladder, payload);
    payload_describe(payload, tried, sizeof tried);
    bool good = ladder_send(ladder, &probe, why);
    if (good && probe.fault.verdict == FAULT_NONE)
        ladder_pass(ladder, rung, tried, probe_seen(&probe, seen, sizeof seen));
    else if (good)
        good = judge(ladder, &probe, tried, why);
    probe_clear(&probe);
    return good;
}

bool rung_tiny_image(struct ladder *ladder, struct error *why)
{
    ladder->tiny = make_tiny(ladder, why);
    return ladder->tiny != NULL &&
           try_image(ladder, RUNG_TINY_IMAGE, ladder->tiny, judge_tiny, why);
}

// Text passed a moment ago, so what is refused now is the image.
static bool judge_tiny(struct ladder *ladder, struct probe *probe, const char *tried,
                       struct error *why)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    const char *detail = NULL, *fix = NULL;
    bool passes = false;
    if (ladder_beside(cause)) {
        ladder_break_beside(ladder, RUNG_TINY_IMAGE, tried, probe);
        return true;
    }
    if (cause == CAUSE_no_vision)
        fix = probe->fault.fix;
    if (probe->status >= 400 &&
        (cause == CAUSE_unexplained || cause == CAUSE_server_error || cause == CAUSE_path_wrong ||
         cause == CAUSE_not_supported || cause == CAUSE_parameter_refused)) {
        struct request request = {
            .endpoint = &ladder->endpoint, .ask = probe->ask, .payload = ladder->tiny};
        if (!request_confirm(ladder, RUNG_TINY_IMAGE, tried, &request, probe, &passes, why))
            return false;
        cause = CAUSE_no_vision;
        detail = "The call passes as text, and is refused with the smallest image: the model, or "
                 "its server, takes no images.";
    }
    if (!passes)
        ladder_break(ladder, RUNG_TINY_IMAGE, tried, probe, cause, detail, fix);
    return true;
}

// The user's file, or a picture as large as the settings let one be.
static bool make_picture(struct ladder *ladder, struct error *why)
{
    const struct ladder_settings *settings = ladder->settings;
    unsigned side = settings->limits.max_side_px;
    if (side > LONGEST_MADE_SIDE)
        side = LONGEST_MADE_SIDE;
    bool good = settings->image_file != NULL
                    ? probe_picture_read(&ladder->picture, settings->image_file, why)
                    : probe_picture_make(&ladder->picture, side, why);
    if (good)
        ladder->payload = probe_picture_payload(&ladder->picture, &settings->limits, why);
    if (ladder->payload == NULL)
        return settings->image_file != NULL ? error_note(why, "--image %s", settings->image_file)
                                            : false;
    return true;
}

bool rung_image(struct ladder *ladder, struct error *why)
{
    return make_picture(ladder, why) &&
           try_image(ladder, RUNG_IMAGE, ladder->payload, judge_image, why);
}

static bool judge_image(struct ladder *ladder, struct probe *probe, const char *tried,
                        struct error *why)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    if (ladder_beside(cause) && cause != CAUSE_gateway_error) {
        ladder_break_beside(ladder, RUNG_IMAGE, tried, probe);
        return true;
    }
    struct request request = {
        .endpoint = &ladder->endpoint, .ask = probe->ask, .payload = ladder->payload};
    bool passes = false, worded = cause != CAUSE_unexplained && cause != CAUSE_server_error;
    if (!worded && !request_confirm(ladder, RUNG_IMAGE, tried, &request, probe, &passes, why))
        return false;
    return passes || image_bisect(ladder, RUNG_IMAGE, tried, &request, probe, why);
}

// ---- Whether it is seen -------------------------------------------------------------------------

// Images passed a moment ago.
static bool judge_look(struct ladder *ladder, struct probe *probe, struct error *why)
{
    struct request request = {
        .endpoint = &ladder->endpoint, .ask = probe->ask, .payload = probe->payload};
    bool passes = false;
    if (!ladder_beside(ladder_cause(ladder, probe)) &&
        !request_confirm(ladder, RUNG_VISION, sight_tried, &request, probe, &passes, why))
        return false;
    if (!passes)
        ladder_break_beside(ladder, RUNG_VISION, sight_tried, probe);
    return true;
}

// Shows a known picture and judges what is said of it. answer: for people; SEEN_BYTES.
static bool look(struct ladder *ladder, unsigned number, struct probe *probe,
                 enum sight_verdict *verdict, char *seen, struct error *why)
{
    struct sight sight;
    if (!sight_make(&sight, SIGHT_SEED, number, why))
        return false;
    struct payload *payload =
        payload_new(sight.jpeg.data, sight.jpeg.length, SIGHT_WIDTH, SIGHT_HEIGHT, why);
    *probe = image_probe(ladder, payload);
    probe->ask.prompt = sight.question;
    bool good = payload != NULL && ladder_send(ladder, probe, why);
    if (good && probe->fault.verdict != FAULT_NONE)
        good = judge_look(ladder, probe, why);
    if (good) {
        *verdict = sight_judge(&sight, probe->reply.text);
        snprintf(seen, SEEN_BYTES, "shown %s, it said \"%.100s\"", sight.expected,
                 probe->reply.text != NULL ? probe->reply.text : "");
    }
    probe->payload = NULL;
    probe->ask.prompt = "";
    payload_drop(payload);
    sight_clear(&sight);
    return good;
}

// A lone slip is no blindness: who fails is shown another picture.
bool rung_vision(struct ladder *ladder, struct error *why)
{
    char seen[SEEN_BYTES] = "", detail[SEEN_BYTES + 100];
    bool good = true, done = false, silent = false;
    for (unsigned number = 1; number <= 2 && good && !done; number++) {
        struct probe probe = {0};
        enum sight_verdict verdict = SIGHT_UNCLEAR;
        good = look(ladder, number, &probe, &verdict, seen, why);
        silent = good && text_is_blank(probe.reply.text);
        done = good && (probe.fault.verdict != FAULT_NONE || verdict == SIGHT_SEEN);
        if (done && verdict == SIGHT_SEEN && probe.fault.verdict == FAULT_NONE)
            ladder_pass(ladder, RUNG_VISION, sight_tried, seen);
        else if (good && !done && number == 1)
            diagnosis_step(ladder->diagnosis, "%s; asked again with another picture", seen);
        probe_clear(&probe);
    }
    if (!good || done)
        return good;
    // Who says nothing may see well: the thoughts took all the room, say.
    if (silent) {
        ladder_break(ladder, RUNG_VISION, sight_tried, NULL, CAUSE_reply_empty, NULL, NULL);
        return true;
    }
    snprintf(detail, sizeof detail,
             "The endpoint drops the image and answers without having seen it: %s.", seen);
    ladder_break(ladder, RUNG_VISION, sight_tried, NULL, CAUSE_image_ignored, detail, NULL);
    return true;
}
