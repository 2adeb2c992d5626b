// Screening: which images of the input are left out because they are too small, of one colour,
// unsharp, or look like an earlier one.
//
// Images are judged in the order of the input, so verdicts do not depend on who was ready first. An
// image is only ever a duplicate of one that was kept. A verdict is a function of the thresholds,
// the image's own figures, and those of the images kept before it: whoever has the figures can
// repeat it.
#ifndef VQAGEN_SCREENING_H
#define VQAGEN_SCREENING_H

#include "buffer.h"
#include "digest.h"
#include "figures.h"

enum screen_mode {
    SCREEN_OFF,
    SCREEN_REPORT, // verdicts are given, nothing is left out
    SCREEN_SKIP
};

struct screen_settings {
    enum screen_mode mode;
    unsigned min_side_px;  // of the shorter side; 0: none is too small
    unsigned min_contrast; // levels; 0: none is flat
    double max_blur;       // 0: none is unsharp
    int max_distance;      // bits; negative: none is a duplicate
};

enum screen_finding {
    SCREEN_KEPT,
    SCREEN_SMALL,
    SCREEN_FLAT,
    SCREEN_UNSHARP,
    SCREEN_DUPLICATE,
    SCREEN_FINDINGS
};

// "kept", "small", "flat", "unsharp", "duplicate".
const char *screen_finding_name(enum screen_finding finding);

// As the kind of a failure: "screened_small", ...
const char *screen_finding_kind(enum screen_finding finding);
bool screen_is_kind(const char *kind);

// An image to be judged.
struct screen_image {
    const char *name;     // for people
    uint64_t key;         // of what the input names it by: the same image may come again
    struct digest digest; // of its bytes, if screen_needs_digest says so
    struct picture_figures figures;
};

struct screen_verdict {
    enum screen_finding finding;
    bool met_before; // this image was judged before, with this verdict
    // Name of the kept image that it is most like, if any is near: within the threshold, or, for a
    // report, within LIKENESS_MAX_DISTANCE. Borrowed until the next verdict.
    const char *nearest;
    unsigned distance; // to that, in bits
    char reason[400];  // a sentence with figure and threshold; "" when kept
};

struct screening;

struct screening *screening_new(const struct screen_settings *settings, struct error *why);
void screening_free(struct screening *screening);

// False: ERR_MEMORY.
bool screening_judge(struct screening *screening, const struct screen_image *image,
                     struct screen_verdict *verdict, struct error *why);

// Whether a picture is so plain that it is compared by its bytes: only then their digest is needed.
bool screen_needs_digest(const struct picture_figures *figures);

// Whether an image so judged is left out: never when only reports are wanted.
bool screening_skips(const struct screening *screening, const struct screen_verdict *verdict);

// How many different images were judged so.
size_t screening_count(const struct screening *screening, enum screen_finding finding);

// The verdict and the figures as members of an open JSON object.
void screening_write(const struct picture_figures *figures, const struct screen_verdict *verdict,
                     struct buffer *out);

// The thresholds in one line, for comparing settings.
void screen_settings_write(const struct screen_settings *settings, struct buffer *out);

// The thresholds from that line. False: it is none.
bool screen_settings_read(const char *text, struct screen_settings *settings);

#endif
