#include "scale.h"

#include "colours.h"

#include <stdlib.h>

// The part of a plane that is scaled, in its samples. It may reach beyond the plane's edges.
struct region {
    double left, top, width, height;
};

static bool scale_planes(struct scale_plans *plans, const struct picture *source, struct turn turn,
                         struct picture *scaled, struct error *why);
static bool scale_rgb(struct scale_plans *plans, const struct picture *source, struct turn turn,
                      struct picture *scaled, struct error *why);
static bool scale_converted(struct scale_plans *plans, const struct picture *source,
                            struct turn turn, struct picture *scaled, struct error *why);
static void widen_range(struct picture *picture);

bool picture_scale(struct scale_plans *plans, const struct picture *source, unsigned width,
                   unsigned height, struct turn turn, struct picture *scaled, struct error *why)
{
    *scaled = (struct picture){.colour = PICTURE_YCBCR,
                               .width = width,
                               .height = height,
                               .shrink = 1,
                               .chroma_across = 2,
                               .chroma_down = 2,
                               .studio_range = source->studio_range};
    if (source->colour == PICTURE_GREY) {
        scaled->colour = PICTURE_GREY;
        scaled->chroma_across = scaled->chroma_down = 1;
    }
    if (!picture_allocate(scaled, why))
        return false;
    bool done = source->colours != NULL         ? scale_converted(plans, source, turn, scaled, why)
                : source->colour == PICTURE_RGB ? scale_rgb(plans, source, turn, scaled, why)
                                                : scale_planes(plans, source, turn, scaled, why);
    if (!done)
        picture_clear(scaled);
    return done;
}

// What one side of a scaled plane of `size` samples, each covering `step` pixels of the scaled
// picture, takes from a source plane whose samples each cover `source_step` pixels of the source.
static void region_side(unsigned size, unsigned step, double pixels, unsigned source_step,
                        bool reversed, double *start, double *extent)
{
    // A reversed odd side begins, after the turn, with the last luma sample: so the last chroma
    // sample must cover the last two, and the first one half of what lies before the first.
    *start = reversed ? -pixels / source_step : 0;
    *extent = size * step * pixels / source_step;
}

static struct region plane_region(const struct picture *source, const struct picture *scaled,
                                  unsigned plane, struct turn turn)
{
    double across = (double)source->width / scaled->width;
    double down = (double)source->height / scaled->height;
    bool chroma = plane > 0;
    const struct plane *to = &scaled->planes[plane];
    struct region region;
    region_side(to->width, chroma ? scaled->chroma_across : 1, across,
                source->shrink * (chroma ? source->chroma_across : 1),
                chroma && turn.reverse_columns && scaled->width % 2 == 1, &region.left,
                &region.width);
    region_side(to->height, chroma ? scaled->chroma_down : 1, down,
                source->shrink * (chroma ? source->chroma_down : 1),
                chroma && turn.reverse_rows && scaled->height % 2 == 1, &region.top,
                &region.height);
    return region;
}

static bool is_whole(const struct plane *from, const struct region *region, const struct plane *to)
{
    return from->width == to->width && from->height == to->height && region->left == 0 &&
           region->top == 0 && region->width == from->width && region->height == from->height;
}

static zimg_image_format plane_format(const struct plane *plane, const struct region *region)
{
    zimg_image_format format;
    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = plane->width;
    format.height = plane->height;
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.pixel_range = ZIMG_RANGE_FULL;
    if (region != NULL) {
        format.active_region.left = region->left;
        format.active_region.top = region->top;
        format.active_region.width = region->width;
        format.active_region.height = region->height;
    }
    return format;
}

// Runs zimg over the planes.
static bool run_graph(struct scale_plans *plans, const zimg_image_format *from,
                      const zimg_image_format *to, const struct plane *source,
                      const struct plane *target, unsigned planes, struct error *why)
{
    zimg_image_buffer_const input = {.version = ZIMG_API_VERSION};
    zimg_image_buffer output = {.version = ZIMG_API_VERSION};
    for (unsigned i = 0; i < planes; i++) {
        input.plane[i].data = source[i].samples;
        input.plane[i].stride = (ptrdiff_t)source[i].stride;
        input.plane[i].mask = ZIMG_BUFFER_MAX;
        output.plane[i].data = target[i].samples;
        output.plane[i].stride = (ptrdiff_t)target[i].stride;
        output.plane[i].mask = ZIMG_BUFFER_MAX;
    }
    struct scale_plan *plan = scale_plans_take(plans, from, to, why);
    if (plan == NULL)
        return false;
    void *memory = aligned_alloc(64, plan->room);
    bool done = memory != NULL;
    if (!done)
        error_set(why, ERR_MEMORY, "no memory for scaling (%zu bytes)", plan->room);
    else if (zimg_filter_graph_process(plan->graph, &input, &output, memory, NULL, NULL, NULL,
                                       NULL) != ZIMG_ERROR_SUCCESS)
        done = scale_plan_fail(from, to, why);
    free(memory);
    scale_plans_return(plans, plan);
    return done;
}

// Each plane by itself, as zimg takes whole pictures only with sides that are multiples of the
// subsampling. Seen as a grey picture, a plane of samples that each cover 2 x 2 pixels has its
// samples in the middle of these: JPEG's centred chroma.
static bool scale_planes(struct scale_plans *plans, const struct picture *source, struct turn turn,
                         struct picture *scaled, struct error *why)
{
    for (unsigned i = 0; i < picture_planes(scaled); i++) {
        const struct plane *from = &source->planes[i];
        struct plane *to = &scaled->planes[i];
        struct region region = plane_region(source, scaled, i, turn);
        if (is_whole(from, &region, to) && !source->studio_range && source->colours == NULL) {
            *to = *from;
            continue;
        }
        zimg_image_format input = plane_format(from, &region), output = plane_format(to, NULL);
        if (!run_graph(plans, &input, &output, from, to, 1, why))
            return false;
    }
    if (scaled->studio_range)
        widen_range(scaled);
    return true;
}

// zimg scales and converts in one pass, to even sides: an odd side gets one more column or row,
// in front when the turn will reverse it, so that chroma lies as region_side describes.
static bool scale_rgb(struct scale_plans *plans, const struct picture *source, struct turn turn,
                      struct picture *scaled, struct error *why)
{
    double across = (double)source->width / scaled->width / source->shrink;
    double down = (double)source->height / scaled->height / source->shrink;
    struct plane *luma = &scaled->planes[0];
    struct plane even[3] = {*luma, scaled->planes[1], scaled->planes[2]};
    even[0].width += even[0].width % 2;
    even[0].height += even[0].height % 2;
    unsigned left = turn.reverse_columns ? even[0].width - luma->width : 0;
    unsigned top = turn.reverse_rows ? even[0].height - luma->height : 0;
    struct region region = {-across * left, -down * top, across * even[0].width,
                            down * even[0].height};
    zimg_image_format input = plane_format(&source->planes[0], &region);
    input.color_family = ZIMG_COLOR_RGB;
    input.matrix_coefficients = ZIMG_MATRIX_RGB;
    zimg_image_format output = plane_format(&even[0], NULL);
    output.color_family = ZIMG_COLOR_YUV;
    output.matrix_coefficients = ZIMG_MATRIX_ST170_M;
    output.subsample_w = output.subsample_h = 1;
    output.chroma_location = ZIMG_CHROMA_CENTER;
    luma->samples += left + top * luma->stride;
    return run_graph(plans, &input, &output, source->planes, even, 3, why);
}

// Y, Cb, Cr of full range, not subsampled, to R, G, B.
static bool planes_to_rgb(struct scale_plans *plans, const struct picture *from,
                          struct picture *rgb, struct error *why)
{
    *rgb = *from;
    rgb->colour = PICTURE_RGB;
    if (!picture_allocate(rgb, why))
        return false;
    zimg_image_format input = plane_format(&from->planes[0], NULL);
    zimg_image_format output = plane_format(&rgb->planes[0], NULL);
    input.color_family = ZIMG_COLOR_YUV;
    input.matrix_coefficients = ZIMG_MATRIX_ST170_M;
    output.color_family = ZIMG_COLOR_RGB;
    output.matrix_coefficients = ZIMG_MATRIX_RGB;
    return run_graph(plans, &input, &output, from->planes, rgb->planes, 3, why);
}

// Colours are converted where there are fewest pixels, that is after scaling, and on R, G, B.
static bool scale_converted(struct scale_plans *plans, const struct picture *source,
                            struct turn turn, struct picture *scaled, struct error *why)
{
    if (source->colour == PICTURE_GREY) {
        bool done = scale_planes(plans, source, turn, scaled, why);
        if (done)
            colours_convert(source->colours, scaled);
        return done;
    }
    struct picture flat = *scaled, rgb = {0};
    flat.colour = source->colour;
    flat.chroma_across = flat.chroma_down = 1;
    bool done =
        picture_allocate(&flat, why) && scale_planes(plans, source, (struct turn){0}, &flat, why);
    struct picture *converted = &flat;
    if (source->colour == PICTURE_YCBCR) {
        done = done && planes_to_rgb(plans, &flat, &rgb, why);
        converted = &rgb;
    }
    if (done)
        colours_convert(source->colours, converted);
    done = done && scale_rgb(plans, converted, turn, scaled, why);
    picture_clear(&rgb);
    picture_clear(&flat);
    return done;
}

static unsigned char widen(int sample, int zero, int span, int offset)
{
    int scaled = (sample - zero) * 255;
    int value = (scaled + (scaled < 0 ? -span / 2 : span / 2)) / span + offset;
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void widen_range(struct picture *picture)
{
    unsigned char luma[256], chroma[256];
    for (int i = 0; i < 256; i++) {
        luma[i] = widen(i, 16, 219, 0);
        chroma[i] = widen(i, 128, 224, 128);
    }
    for (unsigned p = 0; p < picture_planes(picture); p++) {
        const unsigned char *table = p == 0 ? luma : chroma;
        struct plane *plane = &picture->planes[p];
        for (unsigned y = 0; y < plane->height; y++) {
            unsigned char *row = plane->samples + y * plane->stride;
            for (unsigned x = 0; x < plane->width; x++)
                row[x] = table[row[x]];
        }
    }
    picture->studio_range = false;
}
