#include "luma.h"

#include "picture.h"

#include <stdlib.h>
#include <string.h>

// Rows are added up in runs of this many samples, which the compiler makes vectors of. The stride
// of a plane is a multiple of it.
enum { RUN = 64 };

// Of high boxes every second row is read, for what this takes is mostly waiting for memory, and of
// very high ones no more than add up to 16 bits.
enum { HIGH = 4, MOST_ROWS = UINT16_MAX / UINT8_MAX };

static bool weigh_rgb(const struct picture *picture, struct luma *luma, struct error *why);

bool luma_reduce(const struct picture *picture, struct luma *luma, struct error *why)
{
    if (picture->colour == PICTURE_RGB)
        return weigh_rgb(picture, luma, why);
    return luma_reduce_plane(&picture->planes[0], luma, why);
}

static unsigned box_of(const struct plane *plane)
{
    unsigned longest = plane->width > plane->height ? plane->width : plane->height;
    return longest < LUMA_SIDE ? 1 : longest / LUMA_SIDE;
}

static void add_row(uint16_t *restrict sums, const unsigned char *restrict row, size_t stride)
{
    for (size_t at = 0; at < stride; at += RUN)
        for (size_t i = 0; i < RUN; i++)
            sums[at + i] = (uint16_t)(sums[at + i] + row[at + i]);
}

// One row of averages, each of `across` x `down` samples whose columns are summed already.
static void average(const uint16_t *sums, unsigned across, unsigned down, unsigned width,
                    unsigned char *out)
{
    uint32_t count = across * down;
    uint64_t reciprocal = ((UINT64_C(1) << 32) + count - 1) / count; // a division takes far longer
    for (unsigned x = 0; x < width; x++) {
        uint64_t sum = count / 2;
        for (unsigned i = 0; i < across; i++)
            sum += *sums++;
        out[x] = (unsigned char)(sum * reciprocal >> 32);
    }
}

// A remainder of less than a box at the right and lower edge is left out.
bool luma_reduce_plane(const struct plane *plane, struct luma *luma, struct error *why)
{
    unsigned box = box_of(plane);
    unsigned across = box < plane->width ? box : plane->width;
    unsigned down = box < plane->height ? box : plane->height;
    unsigned step = down < HIGH ? 1 : 2;
    while ((down + step - 1) / step > MOST_ROWS)
        step *= 2;
    *luma = (struct luma){.width = plane->width / across, .height = plane->height / down};
    luma->samples = malloc((size_t)luma->width * luma->height);
    uint16_t *sums = aligned_alloc(RUN, plane->stride * sizeof *sums);
    if (luma->samples == NULL || sums == NULL) {
        free(sums);
        luma_clear(luma);
        return error_set(why, ERR_MEMORY, "no memory to look at a picture");
    }
    for (unsigned y = 0; y < luma->height; y++) {
        memset(sums, 0, plane->stride * sizeof *sums);
        for (unsigned i = 0; i < down; i += step)
            add_row(sums, plane->samples + ((size_t)y * down + i) * plane->stride, plane->stride);
        average(sums, across, (down + step - 1) / step, luma->width,
                luma->samples + (size_t)y * luma->width);
    }
    free(sums);
    return true;
}

static bool weigh_rgb(const struct picture *picture, struct luma *luma, struct error *why)
{
    struct luma parts[3] = {0};
    bool good = true;
    for (int i = 0; good && i < 3; i++)
        good = luma_reduce_plane(&picture->planes[i], &parts[i], why);
    *luma = parts[0];
    size_t count = good ? (size_t)luma->width * luma->height : 0;
    for (size_t i = 0; i < count; i++)
        luma->samples[i] = (unsigned char)((77u * parts[0].samples[i] + 150u * parts[1].samples[i] +
                                            29u * parts[2].samples[i] + 128) >>
                                           8);
    luma_clear(&parts[1]);
    luma_clear(&parts[2]);
    if (!good)
        luma_clear(luma);
    return good;
}

void luma_clear(struct luma *luma)
{
    free(luma->samples);
    luma->samples = NULL;
}

void luma_range(const struct luma *luma, unsigned *darkest, unsigned *brightest)
{
    size_t counts[256] = {0}, all = (size_t)luma->width * luma->height, left_out = all / 1000;
    for (size_t i = 0; i < all; i++)
        counts[luma->samples[i]]++;
    size_t below = 0, above = 0;
    unsigned low = 0, high = 255;
    while (low < 255 && (below += counts[low]) <= left_out)
        low++;
    while (high > low && (above += counts[high]) <= left_out)
        high--;
    *darkest = low;
    *brightest = high;
}
