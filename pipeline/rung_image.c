// Images: a tiny one, one as the settings make them, and whether they are seen at all.
#include "image_bisect.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_MADE_SIDE = 4096 };

static const char question[] =
    "Question: What is the dominant colour of the image?\nAnswer with one word.";

static void judge_tiny(struct ladder *ladder, struct probe *probe, const char *tried);
static bool judge_image(struct ladder *ladder, struct probe *probe, const char *tried,
                        struct error *why);

static struct payload *make_known(const struct ladder *ladder, enum probe_colour colour,
                                  struct error *why)
{
    struct probe_picture picture;
    struct payload *payload = NULL;
    if (probe_picture_make(&picture, PROBE_TINY_SIDE, colour, false, why))
        payload = probe_picture_at(&picture, &ladder->settings->limits, PROBE_TINY_SIDE, PROBE_TINY_QUALITY,
                                   why);
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

bool rung_tiny_image(struct ladder *ladder, struct error *why)
{
    char tried[SEEN_BYTES], seen[SEEN_BYTES];
    ladder->tiny = make_known(ladder, PROBE_RED, why);
    if (ladder->tiny == NULL)
        return false;
    struct probe probe = image_probe(ladder, ladder->tiny);
    payload_describe(ladder->tiny, tried, sizeof tried);
    bool good = ladder_send(ladder, &probe, why);
    if (good && probe.fault.verdict == FAULT_NONE) {
        ladder->tiny_answer = probe.reply.text;
        ladder_pass(ladder, RUNG_TINY_IMAGE, tried, probe_seen(&probe, seen, sizeof seen));
        probe.reply.text = NULL;
    } else if (good) {
        judge_tiny(ladder, &probe, tried);
    }
    probe_clear(&probe);
    return good;
}

// Text passed a moment ago, so what is refused now is the image.
static void judge_tiny(struct ladder *ladder, struct probe *probe, const char *tried)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    if (ladder_beside(cause)) {
        ladder_break_beside(ladder, RUNG_TINY_IMAGE, tried, probe);
        return;
    }
    switch (cause) {
    case CAUSE_no_vision:
    case CAUSE_image_rejected:
    case CAUSE_image_bytes:
    case CAUSE_image_pixels:
    case CAUSE_image_size:
    case CAUSE_context_exceeded:
    case CAUSE_reply_cut:
        ladder_break(ladder, RUNG_TINY_IMAGE, tried, probe, cause, NULL,
                     cause == CAUSE_no_vision ? probe->fault.fix : NULL);
        return;
    default:
        break;
    }
    bool refused = probe->status >= 400;
    ladder_break(ladder, RUNG_TINY_IMAGE, tried, probe, refused ? CAUSE_no_vision : cause,
                 refused ? "The call passes as text, and is refused with the smallest image: the "
                           "model, or its server, takes no images."
                         : NULL,
                 NULL);
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
                    : probe_picture_make(&ladder->picture, side, PROBE_GREEN, true, why);
    if (good)
        ladder->payload = probe_picture_payload(&ladder->picture, &settings->limits, why);
    if (ladder->payload == NULL)
        return settings->image_file != NULL ? error_note(why, "--image %s", settings->image_file)
                                            : false;
    return true;
}

bool rung_image(struct ladder *ladder, struct error *why)
{
    char tried[SEEN_BYTES], seen[SEEN_BYTES];
    if (!make_picture(ladder, why))
        return false;
    struct probe probe = image_probe(ladder, ladder->payload);
    payload_describe(ladder->payload, tried, sizeof tried);
    bool good = ladder_send(ladder, &probe, why);
    if (good && probe.fault.verdict == FAULT_NONE) {
        ladder->answer = probe.reply.text;
        ladder_pass(ladder, RUNG_IMAGE, tried, probe_seen(&probe, seen, sizeof seen));
        probe.reply.text = NULL;
    } else if (good) {
        good = judge_image(ladder, &probe, tried, why);
    }
    probe_clear(&probe);
    return good;
}

static bool judge_image(struct ladder *ladder, struct probe *probe, const char *tried,
                        struct error *why)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    if (cause == CAUSE_web_page && probe->status == 413)
        cause = CAUSE_image_bytes;
    if (ladder_beside(cause) && cause != CAUSE_gateway_error) {
        ladder_break_beside(ladder, RUNG_IMAGE, tried, probe);
        return true;
    }
    struct request request = {
        .endpoint = &ladder->endpoint, .ask = probe->ask, .payload = ladder->payload};
    return image_bisect(ladder, RUNG_IMAGE, tried, &request, probe, why);
}

// ---- Whether it is seen -------------------------------------------------------------------------

// One more known picture, where the answers so far do not prove it.
static bool ask_again(struct ladder *ladder, enum probe_colour colour, char **answer,
                      struct probe *probe, struct error *why)
{
    struct payload *payload = make_known(ladder, colour, why);
    if (payload == NULL)
        return false;
    *probe = image_probe(ladder, payload);
    bool good = ladder_send(ladder, probe, why);
    if (good && probe->fault.verdict == FAULT_NONE)
        *answer = text_copy(probe->reply.text);
    probe->payload = NULL;
    payload_drop(payload);
    return good;
}

bool rung_vision(struct ladder *ladder, struct error *why)
{
    static const char tried[] = "colours of known pictures";
    char seen[SEEN_BYTES], detail[SEEN_BYTES];
    bool own = ladder->picture.own;
    bool tiny = probe_colour_named(PROBE_RED, ladder->tiny_answer);
    bool large = !own && probe_colour_named(ladder->picture.colour, ladder->answer);
    if (tiny && large) {
        snprintf(seen, sizeof seen, "red was called \"%.60s\", green \"%.60s\"",
                 ladder->tiny_answer, ladder->answer);
        ladder_pass(ladder, RUNG_VISION, tried, seen);
        return true;
    }
    char *answer = NULL;
    struct probe probe;
    if (!ask_again(ladder, PROBE_BLUE, &answer, &probe, why))
        return false;
    bool third = probe_colour_named(PROBE_BLUE, answer);
    // A lone slip is no blindness: two of three colours cannot be guessed by who sees none.
    if (probe.fault.verdict != FAULT_NONE) {
        ladder_break_beside(ladder, RUNG_VISION, tried, &probe);
    } else if (third && (tiny || large)) {
        snprintf(seen, sizeof seen, "red was called \"%.60s\", blue \"%.60s\"",
                 ladder->tiny_answer, answer);
        ladder_pass(ladder, RUNG_VISION, tried, seen);
    } else {
        snprintf(detail, sizeof detail,
                 "The endpoint drops the image and answers without having seen it: a red picture "
                 "was called \"%.60s\", a blue one \"%.60s\".",
                 ladder->tiny_answer != NULL ? ladder->tiny_answer : "",
                 answer != NULL ? answer : "");
        ladder_break(ladder, RUNG_VISION, tried, NULL, CAUSE_image_ignored, detail, NULL);
    }
    probe_clear(&probe);
    free(answer);
    return true;
}
