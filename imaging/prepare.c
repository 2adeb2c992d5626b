#include "prepare.h"

#include "base64.h"
#include "memory.h"
#include "orient.h"
#include "read.h"
#include "scale.h"
#include "unread.h"
#include "write_jpeg.h"

#include <errno.h>
#include <math.h>

// How the formats are read.
static const struct reader {
    enum picture_format format;
    bool (*measure)(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                    struct error *why);
    bool (*read)(const unsigned char *bytes, size_t length, const struct read_wish *wish,
                 struct picture *picture, struct error *why);
    unsigned bytes_per_pixel; // of memory while it reads, the picture included; 0: jpeg_memory
} readers[] = {
    {PICTURE_JPEG, jpeg_measure, jpeg_read, 0},
    {PICTURE_PNG, png_measure, png_read, 11}, // interlaced, of 16 bits
    {PICTURE_WEBP, webp_measure, webp_read, 12},
    {PICTURE_PNM, pnm_measure, pnm_read, 3},
    {PICTURE_GIF, other_measure, other_read, 12},
    {PICTURE_BMP, other_measure, other_read, 7},
    {PICTURE_TGA, other_measure, other_read, 7},
    {PICTURE_PSD, other_measure, other_read, 12},
    {PICTURE_TIFF, tiff_measure, tiff_read, 15},
    {PICTURE_HEIC, heif_measure, heif_read, 20},
    {PICTURE_AVIF, heif_measure, heif_read, 20},
};

enum {
    JPEG_MAX_SIDE = 65500, // libjpeg's limit
    QUALITY_STEP = 5,
};

static bool prepare(const void *bytes, size_t length, const struct image_limits *limits,
                    struct prepared_image *out, struct error *why);
static void note_memory(void);
static struct image_limits limits_checked(const struct image_limits *limits);
static const struct reader *find_reader(const void *bytes, size_t length,
                                        const struct image_limits *limits,
                                        struct picture_facts *facts, struct error *why);
static unsigned longest_side(const struct picture_facts *facts, const struct image_limits *limits);
static void aim(unsigned side, unsigned *width, unsigned *height);
static bool pass(const void *bytes, size_t length, const struct picture_facts *facts, unsigned side,
                 const struct image_limits *limits, struct prepared_image *out);
static bool measure_passed(const void *bytes, size_t length, struct prepared_image *out);
static bool fit(const struct picture *source, unsigned side, const struct image_limits *limits,
                struct prepared_image *out, struct error *why);

struct image_limits image_limits_default(void)
{
    return (struct image_limits){
        .max_side_px = 2048,
        .quality = 85,
        .min_quality = 50,
        .max_base64_bytes = 7 * 1024 * 1024,
        .refuse_base64_bytes = 10 * 1024 * 1024,
        // The largest telephone cameras make 200 megapixels. A worker then holds 300 MB for a JPEG
        // and 600 MB and more for other formats.
        .max_pixels = 200 * 1000 * 1000,
    };
}

bool image_prepare(const void *bytes, size_t length, const struct image_limits *limits,
                   struct prepared_image *out, struct error *why)
{
    errno = 0;
    bool done = prepare(bytes, length, limits, out, why);
    if (!done)
        note_memory();
    done = memory_settle(done, why);
    if (!done)
        prepared_image_clear(out);
    return done;
}

// Without memory most decoders say no more than that a file is damaged. But what they asked for and
// did not get left its mark.
static void note_memory(void)
{
    if (errno == ENOMEM)
        memory_noted(NULL);
}

static bool prepare(const void *bytes, size_t length, const struct image_limits *limits,
                    struct prepared_image *out, struct error *why)
{
    struct image_limits checked = limits_checked(limits);
    *out = (struct prepared_image){0};
    buffer_init(&out->jpeg, SIZE_MAX / 4);
    struct picture_facts facts;
    const struct reader *reader = find_reader(bytes, length, &checked, &facts, why);
    if (reader == NULL)
        return false;
    out->format = reader->format;
    out->source_width = facts.width;
    out->source_height = facts.height;
    out->orientation = facts.orientation;
    unsigned side = longest_side(&facts, &checked);
    if (pass(bytes, length, &facts, side, &checked, out))
        return true;
    struct picture source = {0};
    struct read_wish wish = {side, limits->accept_damaged ? &out->damage : NULL, limits->planes};
    bool done = reader->read(bytes, length, &wish, &source, why) ||
                error_note(why, "%s", sniff_name(reader->format));
    done = done && fit(&source, side, &checked, out, why);
    picture_clear(&source);
    return done;
}

void prepared_image_clear(struct prepared_image *image)
{
    buffer_clear(&image->jpeg);
}

bool image_measure(const void *bytes, size_t length, const struct image_limits *limits,
                   unsigned *width, unsigned *height, struct error *why)
{
    struct image_limits checked = limits_checked(limits);
    struct picture_facts facts;
    errno = 0;
    if (find_reader(bytes, length, &checked, &facts, why) == NULL) {
        note_memory();
        return memory_settle(false, why);
    }
    bool swap = orient_turn(facts.orientation).swap_axes;
    *width = swap ? facts.height : facts.width;
    *height = swap ? facts.width : facts.height;
    aim(longest_side(&facts, &checked), width, height);
    return true;
}

uint64_t image_memory(const void *bytes, size_t length, const struct image_limits *limits)
{
    struct image_limits checked = limits_checked(limits);
    struct picture_facts facts;
    const struct reader *reader = find_reader(bytes, length, &checked, &facts, NULL);
    if (reader == NULL)
        return 0;
    unsigned side = longest_side(&facts, &checked), width = facts.width, height = facts.height;
    uint64_t reading = reader->bytes_per_pixel > 0
                           ? (uint64_t)width * height * reader->bytes_per_pixel
                           : jpeg_memory(bytes, length, side);
    aim(side, &width, &height);
    // Scaled and turned (3 bytes a pixel), the JPEG, and, with a colour profile, the planes on the
    // way to sRGB.
    enum { FOR_RESULT = 12, FOR_TABLES = 1 << 20 };
    return reading + (uint64_t)width * height * FOR_RESULT + length + FOR_TABLES;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static struct image_limits limits_checked(const struct image_limits *limits)
{
    struct image_limits checked = *limits;
    if (checked.max_side_px == 0 || checked.max_side_px > JPEG_MAX_SIDE)
        checked.max_side_px = JPEG_MAX_SIDE;
    checked.quality = clamp(checked.quality, 1, 100);
    checked.min_quality = clamp(checked.min_quality, 1, checked.quality);
    if (checked.max_base64_bytes > checked.refuse_base64_bytes)
        checked.max_base64_bytes = checked.refuse_base64_bytes;
    return checked;
}

// The reader for the file, after its declared sides were found within the limits.
static const struct reader *find_reader(const void *bytes, size_t length,
                                        const struct image_limits *limits,
                                        struct picture_facts *facts, struct error *why)
{
    if (length == 0) {
        error_set(why, ERR_IMAGE, "the file is empty");
        return NULL;
    }
    enum picture_format format = sniff_format(bytes, length);
    const struct reader *reader = NULL;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i].format == format)
            reader = &readers[i];
    if (reader == NULL) {
        unread_explain(format, bytes, length, why);
        return NULL;
    }
    if (!reader->measure(bytes, length, facts, why)) {
        error_note(why, "%s", sniff_name(format));
        return NULL;
    }
    if ((uint64_t)facts->width * facts->height > limits->max_pixels) {
        error_set(why, ERR_TOO_LARGE,
                  "the %s declares %u x %u pixels, more than the %llu that are read",
                  sniff_name(format), facts->width, facts->height,
                  (unsigned long long)limits->max_pixels);
        return NULL;
    }
    return reader;
}

static unsigned longest_side(const struct picture_facts *facts, const struct image_limits *limits)
{
    unsigned longest = facts->width > facts->height ? facts->width : facts->height;
    unsigned side = longest < limits->max_side_px ? longest : limits->max_side_px;
    unsigned width = facts->width, height = facts->height;
    aim(side, &width, &height);
    if (limits->max_result_pixels == 0 || (uint64_t)width * height <= limits->max_result_pixels)
        return side;
    double share = (double)limits->max_result_pixels / ((double)width * height);
    side = (unsigned)(side * sqrt(share));
    // The shorter side is rounded, up perhaps.
    for (;; side--) {
        width = facts->width;
        height = facts->height;
        aim(side > 0 ? side : 1, &width, &height);
        if (side <= 1 || (uint64_t)width * height <= limits->max_result_pixels)
            return side > 0 ? side : 1;
    }
}

static unsigned shorten(unsigned shorter, unsigned longer, unsigned side)
{
    uint64_t length = (2 * (uint64_t)shorter * side + longer) / (2 * (uint64_t)longer);
    return length > 0 ? (unsigned)length : 1;
}

// Sides in the same proportion, the longest of which is `side`, not above what they are.
static void aim(unsigned side, unsigned *width, unsigned *height)
{
    unsigned *longer = *width >= *height ? width : height;
    unsigned *shorter = *width >= *height ? height : width;
    *shorter = shorten(*shorter, *longer, side);
    *longer = side;
}

// A JPEG that is as it should be keeps its coding.
static bool pass(const void *bytes, size_t length, const struct picture_facts *facts, unsigned side,
                 const struct image_limits *limits, struct prepared_image *out)
{
    bool fits = facts->width <= side && facts->height <= side && facts->orientation == 1;
    out->passed = out->format == PICTURE_JPEG && fits && !limits->encode_all &&
                  jpeg_pass(bytes, length, limits->verify, &out->jpeg) &&
                  base64_length(out->jpeg.length) <= limits->max_base64_bytes &&
                  (!limits->figures || measure_passed(bytes, length, out));
    if (!out->passed)
        buffer_clear(&out->jpeg);
    out->width = facts->width;
    out->height = facts->height;
    return out->passed;
}

// Reads a JPEG at the fraction that its figures need. Whatever is wrong with it shows again, with
// its name, when it is then not passed on.
static bool measure_passed(const void *bytes, size_t length, struct prepared_image *out)
{
    struct picture small = {0};
    struct read_wish wish = {.side = LUMA_SIDE / 2};
    bool done = jpeg_read(bytes, length, &wish, &small, NULL) &&
                figures_measure(&small, out->orientation, &out->figures, NULL);
    picture_clear(&small);
    return done;
}

// Looks at the picture as it will be sent, which is smaller and lies in the cache still, unless
// that was made too small to be looked at.
static bool measure(const struct picture *source, const struct picture *shown,
                    struct prepared_image *out, struct error *why)
{
    unsigned side = shown->width > shown->height ? shown->width : shown->height;
    unsigned whole = source->width > source->height ? source->width : source->height;
    bool good = side >= 2 * LUMA_SIDE || side >= whole
                    ? figures_measure(shown, 1, &out->figures, why)
                    : figures_measure(source, out->orientation, &out->figures, why);
    out->figures.shorter_px =
        out->source_width < out->source_height ? out->source_width : out->source_height;
    return good;
}

static bool write_within(struct jpeg_writer *writer, int quality, const struct image_limits *limits,
                         struct prepared_image *out, struct error *why)
{
    for (;; quality = clamp(quality - QUALITY_STEP, limits->min_quality, quality)) {
        if (!jpeg_writer_write(writer, quality, why))
            return false;
        out->quality = quality;
        if (quality == limits->min_quality ||
            base64_length(writer->length) <= limits->max_base64_bytes)
            return true;
    }
}

// One try at one size: scaled, turned upright, and written at the first quality, from the given one
// down, that fits; at the lowest when none does.
static bool write_at_side(const struct picture *source, unsigned side, int quality,
                          const struct image_limits *limits, struct prepared_image *out,
                          struct error *why)
{
    unsigned width = source->width, height = source->height;
    aim(side, &width, &height);
    struct turn turn = orient_turn(out->orientation);
    struct picture scaled = {0}, upright = {0};
    struct jpeg_writer writer = {0};
    bool done = picture_scale(limits->plans, source, width, height, turn, &scaled, why);
    struct picture *shown = &scaled;
    if (turn.reverse_columns || turn.reverse_rows || turn.swap_axes) {
        shown = &upright;
        done = done && picture_orient(&scaled, turn, &upright, why);
    }
    if (done) {
        picture_fill_edges(shown);
        // Once: when sides shrink further for the bytes, the picture is the same.
        if (limits->figures && out->figures.shorter_px == 0)
            done = measure(source, shown, out, why);
        out->width = shown->width;
        out->height = shown->height;
        buffer_clear(&out->jpeg);
        done = done && jpeg_writer_open(&writer, shown, why) &&
               write_within(&writer, quality, limits, out, why);
    }
    if (done) {
        buffer_append(&out->jpeg, writer.bytes, writer.length);
        done = buffer_check(&out->jpeg, "the JPEG", why);
    }
    jpeg_writer_close(&writer);
    picture_clear(&upright);
    picture_clear(&scaled);
    return done;
}

// The size of a JPEG goes about with its area. A little less than that says, so that the next try
// mostly fits, but never below half, for a small JPEG is mostly tables.
static unsigned next_side(unsigned side, size_t length, size_t wanted)
{
    double share = 0.98 * sqrt((double)wanted / (double)length);
    unsigned next = (unsigned)(side * (share > 0.5 ? share : 0.5));
    return next < 1 ? 1 : next;
}

static bool fit(const struct picture *source, unsigned side, const struct image_limits *limits,
                struct prepared_image *out, struct error *why)
{
    int quality = limits->quality;
    size_t length;
    for (;;) {
        if (!write_at_side(source, side, quality, limits, out, why))
            return false;
        length = base64_length(out->jpeg.length);
        if (length <= limits->max_base64_bytes || side == 1)
            break;
        side = next_side(side, length, limits->max_base64_bytes);
        quality = limits->min_quality;
    }
    if (length > limits->refuse_base64_bytes)
        return error_set(why, ERR_TOO_LARGE,
                         "even as %u x %u pixels at quality %d the JPEG takes %zu base64 bytes, "
                         "more than %zu: raise the limit",
                         out->width, out->height, out->quality, length,
                         limits->refuse_base64_bytes);
    return true;
}
