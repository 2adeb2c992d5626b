#include "look.h"

#include "shapes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

// A picture is measured at a size where its longer side has at least this many pixels, if it has
// as many: more would cost time and tell nothing more.
enum { MEASURED_SIDE = 400 };

// Sums over one field of the grid, or the whole picture.
struct sums {
    unsigned long long luma, chroma, pixels;
    unsigned long long colours[COLOUR_NONE];
};

static void sum_cells(const unsigned char *rgb, const unsigned char *names, unsigned width,
                      unsigned height, struct sums cells[9]);
static void judge_cells(const struct sums cells[9], struct facts *facts);
static enum colour most_common(const struct sums *sums, double margin);
static enum brightness judge_brightness(double luma);
static void judge_presence(const unsigned char *rgb, const unsigned char *names, unsigned width,
                           unsigned height, struct facts *facts);
static bool decode(tjhandle decoder, const unsigned char *bytes, size_t length, struct facts *facts,
                   struct error *why);

static enum orientation judge_orientation(unsigned width, unsigned height)
{
    double ratio = (double)width / height;
    return ratio > 1.02   ? ORIENTATION_LANDSCAPE
           : ratio < 0.98 ? ORIENTATION_PORTRAIT
                          : ORIENTATION_SQUARE;
}

bool look_at_pixels(const unsigned char *rgb, unsigned width, unsigned height, struct facts *facts,
                    struct error *why)
{
    *facts = (struct facts){.width = width, .height = height};
    facts->orientation = judge_orientation(width, height);
    size_t pixels = (size_t)width * height;
    unsigned char *names = malloc(pixels > 0 ? pixels : 1);
    if (names == NULL)
        return error_set(why, ERR_MEMORY, "no memory to look at %u x %u pixels", width, height);
    for (size_t i = 0; i < pixels; i++)
        names[i] = (unsigned char)colour_of(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    struct sums cells[9] = {0};
    sum_cells(rgb, names, width, height, cells);
    judge_cells(cells, facts);
    judge_presence(rgb, names, width, height, facts);
    bool good = shapes_find(rgb, names, width, height, facts, why);
    free(names);
    return good;
}

static void sum_cells(const unsigned char *rgb, const unsigned char *names, unsigned width,
                      unsigned height, struct sums cells[9])
{
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++, rgb += 3, names++) {
            struct sums *cell = &cells[y * 3 / height * 3 + x * 3 / width];
            unsigned red = rgb[0], green = rgb[1], blue = rgb[2];
            unsigned highest = red > green ? red : green, lowest = red < green ? red : green;
            highest = highest > blue ? highest : blue;
            lowest = lowest < blue ? lowest : blue;
            cell->luma += (299 * red + 587 * green + 114 * blue + 500) / 1000;
            cell->chroma += highest - lowest;
            cell->colours[*names]++;
            cell->pixels++;
        }
}

// The field whose value is higher than any other's by the margin.
static enum place highest_place(const double values[9], double margin)
{
    enum place best = PLACE_TOP_LEFT;
    for (enum place i = PLACE_TOP; i < PLACE_NONE; i++)
        if (values[i] > values[best])
            best = i;
    for (enum place i = PLACE_TOP_LEFT; i < PLACE_NONE; i++)
        if (i != best && values[i] + margin > values[best])
            return PLACE_NONE;
    return best;
}

static void judge_cells(const struct sums cells[9], struct facts *facts)
{
    struct sums all = {0};
    double light[9], dark[9], chroma[9];
    for (int i = 0; i < 9; i++) {
        const struct sums *cell = &cells[i];
        double pixels = cell->pixels > 0 ? (double)cell->pixels : 1;
        light[i] = (double)cell->luma / pixels;
        dark[i] = -light[i];
        chroma[i] = (double)cell->chroma / pixels;
        all.luma += cell->luma;
        all.pixels += cell->pixels;
        for (int c = 0; c < COLOUR_NONE; c++)
            all.colours[c] += cell->colours[c];
        facts->cells[i] = most_common(cell, 1.5);
    }
    facts->brightest = highest_place(light, 5);
    facts->darkest = highest_place(dark, 5);
    facts->most_colourful = highest_place(chroma, 6);
    facts->brightness = judge_brightness((double)all.luma / (double)(all.pixels + !all.pixels));
    facts->dominant = most_common(&all, 1.25);
}

// The colour with more than margin times the pixels of any other.
static enum colour most_common(const struct sums *sums, double margin)
{
    int best = 0;
    for (int c = 1; c < COLOUR_NONE; c++)
        if (sums->colours[c] > sums->colours[best])
            best = c;
    for (int c = 0; c < COLOUR_NONE; c++)
        if (c != best && (double)sums->colours[c] * margin > (double)sums->colours[best])
            return COLOUR_NONE;
    return (enum colour)best;
}

static enum brightness judge_brightness(double luma)
{
    if (fabs(luma - 85) < 5 || fabs(luma - 170) < 5)
        return BRIGHTNESS_NONE;
    return luma < 85 ? BRIGHTNESS_DARK : luma < 170 ? BRIGHTNESS_MEDIUM : BRIGHTNESS_BRIGHT;
}

// The soft edge between red and white is pink: a colour counts as present where its neighbours are
// alike, and as absent when even edges hold next to nothing of it.
static void judge_presence(const unsigned char *rgb, const unsigned char *names, unsigned width,
                           unsigned height, struct facts *facts)
{
    unsigned long long flat[COLOUR_NONE] = {0}, all[COLOUR_NONE] = {0};
    for (unsigned y = 0; y + 1 < height; y++)
        for (unsigned x = 0; x + 1 < width; x++) {
            size_t i = (size_t)y * width + x;
            all[names[i]]++;
            int change = 0;
            for (int c = 0; c < 3; c++)
                change += abs(rgb[3 * i + c] - rgb[3 * (i + 1) + c]) +
                          abs(rgb[3 * i + c] - rgb[3 * (i + width) + c]);
            flat[names[i]] += change < 24;
        }
    double pixels = (double)width * height;
    for (int c = 0; c < COLOUR_NONE; c++) {
        if ((double)flat[c] >= 0.01 * pixels)
            facts->present |= 1u << c;
        else if ((double)flat[c] <= 0.0005 * pixels && (double)all[c] <= 0.01 * pixels)
            facts->absent |= 1u << c;
    }
}

bool look_at_jpeg(const void *bytes, size_t length, struct facts *facts, struct error *why)
{
    tjhandle decoder = tjInitDecompress();
    if (decoder == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a JPEG decoder");
    bool good = decode(decoder, bytes, length, facts, why);
    tjDestroy(decoder);
    return good;
}

// TurboJPEG calls a stream that ends before its frame's header a good one without sides.
static bool read_header(tjhandle decoder, const unsigned char *bytes, size_t length, int *width,
                        int *height, struct error *why)
{
    int sampling, space;
    *width = *height = 0;
    if (tjDecompressHeader3(decoder, bytes, length, width, height, &sampling, &space) != 0)
        return error_set(why, ERR_IMAGE, "%s", tjGetErrorStr2(decoder));
    return (*width > 0 && *height > 0) ||
           error_set(why, ERR_IMAGE, "the JPEG ends before its size is told");
}

// The smallest of libjpeg's power-of-two scales that leaves enough to look at.
static tjscalingfactor choose_scale(unsigned longer)
{
    tjscalingfactor scale = {1, 1};
    while (scale.denom < 8 && longer / (unsigned)(2 * scale.denom) >= MEASURED_SIDE)
        scale.denom *= 2;
    return scale;
}

static bool decode(tjhandle decoder, const unsigned char *bytes, size_t length, struct facts *facts,
                   struct error *why)
{
    int width, height;
    if (!read_header(decoder, bytes, length, &width, &height, why))
        return false;
    tjscalingfactor scale = choose_scale((unsigned)(width > height ? width : height));
    int scaled_width = TJSCALED(width, scale), scaled_height = TJSCALED(height, scale);
    unsigned char *rgb = malloc((size_t)scaled_width * (size_t)scaled_height * 3);
    if (rgb == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %d x %d pixels", width, height);
    bool good = tjDecompress2(decoder, bytes, length, rgb, scaled_width, 0, scaled_height, TJPF_RGB,
                              TJFLAG_FASTDCT) == 0;
    if (!good)
        error_set(why, ERR_IMAGE, "%s", tjGetErrorStr2(decoder));
    good = good && look_at_pixels(rgb, (unsigned)scaled_width, (unsigned)scaled_height, facts, why);
    free(rgb);
    facts->width = (unsigned)width;
    facts->height = (unsigned)height;
    facts->orientation = judge_orientation(facts->width, facts->height);
    return good;
}

bool look_measure_jpeg(const void *bytes, size_t length, unsigned *width, unsigned *height,
                       struct error *why)
{
    tjhandle decoder = tjInitDecompress();
    if (decoder == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a JPEG decoder");
    int w, h;
    bool good = read_header(decoder, bytes, length, &w, &h, why);
    *width = good ? (unsigned)w : 0;
    *height = good ? (unsigned)h : 0;
    tjDestroy(decoder);
    return good;
}

int look_percent(double share)
{
    double percent = 100 * share;
    int rounded = 5 * (int)lround(percent / 5);
    return fabs(percent - rounded) <= 2 ? rounded : -1;
}

bool look_odd_shape(const struct facts *facts, size_t *index)
{
    unsigned counts[COLOUR_NONE + 1] = {0};
    for (size_t i = 0; i < facts->shape_count; i++)
        counts[facts->shapes[i].colour]++;
    if (facts->shape_count < 3 || counts[COLOUR_NONE] > 0)
        return false;
    int colours = 0, odd = -1;
    for (int c = 0; c < COLOUR_NONE; c++) {
        colours += counts[c] > 0;
        odd = counts[c] == 1 ? c : odd;
    }
    if (colours != 2 || odd < 0)
        return false;
    *index = 0;
    while (facts->shapes[*index].colour != (enum colour)odd)
        (*index)++;
    return true;
}

enum direction look_direction(const struct facts *facts, const struct shape *of,
                              const struct shape *from)
{
    double x = (of->x - from->x) * facts->width, y = (of->y - from->y) * facts->height;
    double across = fabs(x), along = fabs(y);
    if (across < 0.05 * facts->width && along < 0.05 * facts->height)
        return DIRECTION_NONE;
    if (along < 0.35 * across)
        return x < 0 ? DIRECTION_LEFT : DIRECTION_RIGHT;
    if (across < 0.35 * along)
        return y < 0 ? DIRECTION_ABOVE : DIRECTION_BELOW;
    if (along < 0.55 * across || across < 0.55 * along)
        return DIRECTION_NONE;
    if (y < 0)
        return x < 0 ? DIRECTION_ABOVE_LEFT : DIRECTION_ABOVE_RIGHT;
    return x < 0 ? DIRECTION_BELOW_LEFT : DIRECTION_BELOW_RIGHT;
}

int look_only_shape(const struct facts *facts, enum colour colour)
{
    int found = -1;
    for (size_t i = 0; i < facts->shape_count; i++) {
        if (facts->shapes[i].colour == COLOUR_NONE)
            return -1;
        if (facts->shapes[i].colour != colour)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}
