#include "picture.h"

#include "colours.h"
#include "plane_pool.h"

#include <string.h>

enum { ALIGNMENT = 64 };

static unsigned divide_up(unsigned a, unsigned b);
static size_t round_up(size_t a, size_t b);
static void put_row_opaque(struct picture *picture, unsigned y, const unsigned char *pixels,
                           unsigned channels);

unsigned picture_planes(const struct picture *picture)
{
    return picture->colour == PICTURE_GREY ? 1 : 3;
}

unsigned picture_plane_width(const struct picture *picture, unsigned plane)
{
    unsigned width = divide_up(picture->width, picture->shrink);
    return plane == 0 ? width : divide_up(width, picture->chroma_across);
}

unsigned picture_plane_height(const struct picture *picture, unsigned plane)
{
    unsigned height = divide_up(picture->height, picture->shrink);
    return plane == 0 ? height : divide_up(height, picture->chroma_down);
}

bool picture_allocate(struct picture *picture, struct error *why)
{
    size_t offsets[3], total = 0;
    for (unsigned i = 0; i < picture_planes(picture); i++) {
        struct plane *plane = &picture->planes[i];
        plane->width = picture_plane_width(picture, i);
        plane->height = picture_plane_height(picture, i);
        plane->stride = round_up((size_t)plane->width + 3, ALIGNMENT);
        offsets[i] = total;
        total += plane->stride * round_up(plane->height, 4);
    }
    picture->memory = plane_pool_take(picture->pool, total);
    if (picture->memory == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a picture of %u x %u (%zu bytes)",
                         picture->width, picture->height, total);
    for (unsigned i = 0; i < picture_planes(picture); i++)
        picture->planes[i].samples = (unsigned char *)picture->memory + offsets[i];
    return true;
}

void picture_clear(struct picture *picture)
{
    plane_pool_return(picture->pool, picture->memory);
    colours_free(picture->colours);
    *picture = (struct picture){0};
}

static unsigned char flatten(unsigned sample, unsigned alpha)
{
    return (unsigned char)((sample * alpha + 255 * (255 - alpha) + 127) / 255);
}

void picture_put_row(struct picture *picture, unsigned y, const unsigned char *pixels,
                     unsigned channels)
{
    if (channels % 2 == 1) {
        put_row_opaque(picture, y, pixels, channels);
        return;
    }
    for (unsigned p = 0; p < picture_planes(picture); p++) {
        struct plane *plane = &picture->planes[p];
        unsigned char *row = plane->samples + y * plane->stride;
        const unsigned char *sample = pixels + (channels > p + 1 ? p : 0);
        const unsigned char *alpha = pixels + channels - 1;
        for (size_t x = 0; x < plane->width; x++)
            row[x] = flatten(sample[x * channels], alpha[x * channels]);
    }
}

static void put_row_opaque(struct picture *picture, unsigned y, const unsigned char *pixels,
                           unsigned channels)
{
    for (unsigned p = 0; p < picture_planes(picture); p++) {
        struct plane *plane = &picture->planes[p];
        unsigned char *row = plane->samples + y * plane->stride;
        const unsigned char *sample = pixels + (channels > p ? p : 0);
        for (size_t x = 0; x < plane->width; x++)
            row[x] = sample[x * channels];
    }
}

void picture_put_row_multiplied(struct picture *picture, unsigned y, const unsigned char *pixels)
{
    for (unsigned p = 0; p < picture_planes(picture); p++) {
        struct plane *plane = &picture->planes[p];
        unsigned char *row = plane->samples + y * plane->stride;
        for (size_t x = 0; x < plane->width; x++) {
            unsigned sample = pixels[x * 4 + p] + 255u - pixels[x * 4 + 3];
            row[x] = (unsigned char)(sample < 255 ? sample : 255);
        }
    }
}

void picture_blank_rows(struct picture *picture, unsigned y)
{
    for (unsigned p = 0; p < picture_planes(picture); p++) {
        const struct plane *plane = &picture->planes[p];
        memset(plane->samples + y * plane->stride, 255, (plane->height - y) * plane->stride);
    }
}

void picture_fill_edges(struct picture *picture)
{
    struct plane *luma = &picture->planes[0];
    if (picture->colour == PICTURE_GREY)
        return;
    size_t width = round_up(luma->width, picture->chroma_across);
    for (unsigned y = 0; y < luma->height && width > luma->width; y++) {
        unsigned char *row = luma->samples + y * luma->stride;
        memset(row + luma->width, row[luma->width - 1], width - luma->width);
    }
    const unsigned char *last = luma->samples + (luma->height - 1) * luma->stride;
    for (size_t y = luma->height; y % picture->chroma_down != 0; y++)
        memcpy(luma->samples + y * luma->stride, last, width);
}

static unsigned divide_up(unsigned a, unsigned b)
{
    return a / b + (a % b != 0);
}

static size_t round_up(size_t a, size_t b)
{
    return (a + b - 1) / b * b;
}
