#include "screening.h"

#include "json.h"
#include "judged.h"
#include "likeness_index.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Below this detail the bits of a likeness come from noise: such pictures are compared by their
// bytes. Measured on wallpapers: 8 and more keep their bits when encoded again, 0 does not.
enum { LEAST_DETAIL = 5 };

enum { LONGEST_NAME = 250 }; // of an image in a reason

struct screening {
    struct screen_settings settings;
    struct likeness_index *index; // of those kept
    struct buffer names;          // of those kept, each ended by a NUL
    size_t *name_starts;
    size_t name_room;
    struct judged judged;
    size_t counts[SCREEN_FINDINGS];
};

static const struct {
    const char *name, *kind;
} findings[SCREEN_FINDINGS] = {
    [SCREEN_KEPT] = {"kept", NULL},
    [SCREEN_SMALL] = {"small", "screened_small"},
    [SCREEN_FLAT] = {"flat", "screened_flat"},
    [SCREEN_UNSHARP] = {"unsharp", "screened_unsharp"},
    [SCREEN_DUPLICATE] = {"duplicate", "screened_duplicate"},
};

static bool judge_alone(const struct screen_settings *settings,
                        const struct picture_figures *figures, struct screen_verdict *verdict);
static void judge_likeness(struct screening *screening, const struct likeness *look,
                           size_t kept_before, struct screen_verdict *verdict);
static bool keep(struct screening *screening, const char *name, const struct likeness *look,
                 struct error *why);

const char *screen_finding_name(enum screen_finding finding)
{
    return findings[finding].name;
}

const char *screen_finding_kind(enum screen_finding finding)
{
    return findings[finding].kind;
}

bool screen_is_kind(const char *kind)
{
    for (int i = SCREEN_KEPT + 1; kind != NULL && i < SCREEN_FINDINGS; i++)
        if (strcmp(kind, findings[i].kind) == 0)
            return true;
    return false;
}

struct screening *screening_new(const struct screen_settings *settings, struct error *why)
{
    struct screening *screening = calloc(1, sizeof *screening);
    if (screening == NULL) {
        error_set(why, ERR_MEMORY, "no memory for screening");
        return NULL;
    }
    screening->settings = *settings;
    buffer_init(&screening->names, SIZE_MAX / 4);
    screening->index = likeness_index_new(why);
    if (screening->index != NULL)
        return screening;
    screening_free(screening);
    return NULL;
}

void screening_free(struct screening *screening)
{
    if (screening == NULL)
        return;
    likeness_index_free(screening->index);
    buffer_clear(&screening->names);
    free(screening->name_starts);
    judged_clear(&screening->judged);
    free(screening);
}

bool screening_judge(struct screening *screening, const struct screen_image *image,
                     struct screen_verdict *verdict, struct error *why)
{
    *verdict = (struct screen_verdict){.finding = SCREEN_KEPT};
    const struct picture_figures *figures = &image->figures;
    struct likeness look =
        screen_needs_digest(figures) ? likeness_read(image->digest.bytes) : figures->look;
    size_t kept_before = likeness_index_count(screening->index);
    bool is_new;
    if (!judged_meet(&screening->judged, image->key, &kept_before, &is_new, why))
        return false;
    verdict->met_before = !is_new;
    // Room for its name, for in a report an image that is kept may have a nearest one as well,
    // whose name must then stay where it is.
    buffer_reserve(&screening->names, strlen(image->name) + 1);
    if (judge_alone(&screening->settings, figures, verdict))
        judge_likeness(screening, &look, kept_before, verdict);
    if (!is_new)
        return true;
    screening->counts[verdict->finding]++;
    return verdict->finding != SCREEN_KEPT || keep(screening, image->name, &look, why);
}

// By what can be said of the picture without any other. True when nothing speaks against it.
static bool judge_alone(const struct screen_settings *settings,
                        const struct picture_figures *figures, struct screen_verdict *verdict)
{
    char *reason = verdict->reason;
    const size_t room = sizeof verdict->reason;
    if (figures->shorter_px < settings->min_side_px) {
        verdict->finding = SCREEN_SMALL;
        snprintf(reason, room, "too small: its shorter side is %u px, below --screen-min-side %u",
                 figures->shorter_px, settings->min_side_px);
    } else if (figures->contrast < settings->min_contrast) {
        verdict->finding = SCREEN_FLAT;
        snprintf(reason, room,
                 "one flat colour: its levels differ by %u, below --screen-contrast %u",
                 figures->contrast, settings->min_contrast);
    } else if (settings->max_blur > 0 && figures->blur > settings->max_blur) {
        verdict->finding = SCREEN_UNSHARP;
        snprintf(reason, room,
                 "unsharp: its sharpest edges have a blur of %.2f, above --screen-blur %.2f",
                 figures->blur, settings->max_blur);
    }
    return verdict->finding == SCREEN_KEPT;
}

// For a report the nearest is looked for farther than duplicates reach, so that a threshold can be
// chosen by it. That takes up to ten times as long.
static void judge_likeness(struct screening *screening, const struct likeness *look,
                           size_t kept_before, struct screen_verdict *verdict)
{
    struct likeness_near near;
    int threshold = screening->settings.max_distance;
    bool wide = screening->settings.mode == SCREEN_REPORT;
    if (!wide && threshold < 0)
        return;
    unsigned reach = wide ? LIKENESS_MAX_DISTANCE : (unsigned)threshold;
    if (!likeness_index_find(screening->index, look, reach, kept_before, &near))
        return;
    verdict->nearest = screening->names.data + screening->name_starts[near.number];
    verdict->distance = near.distance;
    if ((int)near.distance > threshold)
        return;
    verdict->finding = SCREEN_DUPLICATE;
    snprintf(verdict->reason, sizeof verdict->reason,
             "looks like %.*s: %u of %d bits differ, within --screen-distance %d",
             (int)text_cut(verdict->nearest, LONGEST_NAME), verdict->nearest, near.distance,
             LIKENESS_BITS, threshold);
}

static bool keep(struct screening *screening, const char *name, const struct likeness *look,
                 struct error *why)
{
    size_t count = likeness_index_count(screening->index);
    if (count == screening->name_room) {
        size_t room = count > 0 ? count * 2 : 1024;
        size_t *starts = realloc(screening->name_starts, room * sizeof *starts);
        if (starts == NULL)
            return error_set(why, ERR_MEMORY, "no memory for the names of %zu images", room);
        screening->name_starts = starts;
        screening->name_room = room;
    }
    screening->name_starts[count] = screening->names.length;
    buffer_append(&screening->names, name, strlen(name) + 1);
    return buffer_check(&screening->names, "the names of images", why) &&
           likeness_index_add(screening->index, look, why);
}

bool screen_needs_digest(const struct picture_figures *figures)
{
    return figures->detail < LEAST_DETAIL;
}

bool screening_skips(const struct screening *screening, const struct screen_verdict *verdict)
{
    return screening->settings.mode == SCREEN_SKIP && verdict->finding != SCREEN_KEPT;
}

size_t screening_count(const struct screening *screening, enum screen_finding finding)
{
    return screening->counts[finding];
}

void screening_write(const struct picture_figures *figures, const struct screen_verdict *verdict,
                     struct buffer *out)
{
    char hex[LIKENESS_HEX + 1];
    likeness_hex(&figures->look, hex);
    json_write_string_field(out, "verdict", findings[verdict->finding].name);
    json_write_integer_field(out, "shorter_side", figures->shorter_px);
    json_write_integer_field(out, "contrast", figures->contrast);
    json_write_name(out, "blur");
    buffer_append_format(out, "%.2f", figures->blur);
    json_write_integer_field(out, "detail", figures->detail);
    json_write_string_field(out, "look", hex);
    json_write_string_field(out, "nearest", verdict->nearest);
    json_write_name(out, "distance");
    if (verdict->nearest != NULL)
        buffer_append_format(out, "%u", verdict->distance);
    else
        buffer_append_text(out, "null");
}

void screen_settings_write(const struct screen_settings *settings, struct buffer *out)
{
    buffer_append_format(out, "min-side %u, contrast %u, blur %.3f, distance %d",
                         settings->min_side_px, settings->min_contrast, settings->max_blur,
                         settings->max_distance);
}

bool screen_settings_read(const char *text, struct screen_settings *settings)
{
    *settings = (struct screen_settings){.mode = SCREEN_SKIP};
    return sscanf(text, "min-side %u, contrast %u, blur %lf, distance %d", &settings->min_side_px,
                  &settings->min_contrast, &settings->max_blur, &settings->max_distance) == 4;
}
