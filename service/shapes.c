#include "shapes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BORDER_SPREAD = 36, // largest difference of a channel within a plain border
    GROUND_SPREAD = 44, // and within the ground
    MAX_SPECKS = 60,    // parts too small to be shapes that a plain ground may have
};

// One connected part that is not ground.
struct part {
    unsigned long long pixels, sum_x, sum_y, inner;
    unsigned long long colours[COLOUR_NONE];
};

// The work of one call.
struct search {
    const unsigned char *rgb, *names;
    unsigned width, height;
    unsigned char ground[3];
    unsigned char *state; // a pixel: 0 ground, 1 not yet seen, 2 seen
    unsigned *stack;      // pixels whose neighbours are to be seen
};

static bool ground_estimate(struct search *search);
static bool pick_shapes(struct search *search, struct facts *facts);
static bool stand_out(const struct facts *facts, enum colour ground);
static struct part part_fill(struct search *search, unsigned start);
static struct shape part_shape(const struct search *search, const struct part *part);
static int by_share(const void *a, const void *b);

bool shapes_find(const unsigned char *rgb, const unsigned char *names, unsigned width,
                 unsigned height, struct facts *facts, struct error *why)
{
    struct search search = {.rgb = rgb, .names = names, .width = width, .height = height};
    size_t pixels = (size_t)width * height;
    facts->plain = false;
    facts->ground = COLOUR_NONE;
    if (width < 8 || height < 8 || !ground_estimate(&search))
        return true;
    search.state = malloc(pixels);
    search.stack = malloc(pixels * sizeof *search.stack);
    bool good = search.state != NULL && search.stack != NULL;
    if (!good)
        error_set(why, ERR_MEMORY, "no memory to find shapes in %u x %u pixels", width, height);
    enum colour ground = colour_of(search.ground[0], search.ground[1], search.ground[2]);
    if (good && pick_shapes(&search, facts) && stand_out(facts, ground)) {
        facts->plain = true;
        facts->ground = ground;
        qsort(facts->shapes, facts->shape_count, sizeof facts->shapes[0], by_share);
    } else {
        facts->shape_count = 0;
    }
    free(search.state);
    free(search.stack);
    return good;
}

static bool near_ground(const struct search *search, size_t pixel, int spread)
{
    for (int c = 0; c < 3; c++)
        if (abs(search->rgb[3 * pixel + (size_t)c] - search->ground[c]) > spread)
            return false;
    return true;
}

// The pixel is in the frame along the sides, a fortieth of the shorter side wide.
static bool in_border(const struct search *search, unsigned x, unsigned y)
{
    unsigned shorter = search->width < search->height ? search->width : search->height;
    unsigned band = shorter / 40 + 1;
    return x < band || y < band || x >= search->width - band || y >= search->height - band;
}

// The median of the border; false when the border is not of one colour.
static bool ground_estimate(struct search *search)
{
    unsigned histogram[3][256] = {0}, count = 0;
    for (unsigned y = 0; y < search->height; y++)
        for (unsigned x = 0; x < search->width; x++)
            if (in_border(search, x, y)) {
                const unsigned char *at = search->rgb + 3 * ((size_t)y * search->width + x);
                for (int c = 0; c < 3; c++)
                    histogram[c][at[c]]++;
                count++;
            }
    for (int c = 0; c < 3; c++) {
        unsigned below = 0, value = 0;
        while ((below += histogram[c][value]) * 2 < count)
            value++;
        search->ground[c] = (unsigned char)value;
    }
    unsigned alike = 0;
    for (unsigned y = 0; y < search->height; y++)
        for (unsigned x = 0; x < search->width; x++)
            if (in_border(search, x, y))
                alike += near_ground(search, (size_t)y * search->width + x, BORDER_SPREAD);
    return alike >= count * 0.93;
}

// False when what stands on the ground cannot be counted: too many parts or specks, or little
// ground.
static bool pick_shapes(struct search *search, struct facts *facts)
{
    size_t pixels = (size_t)search->width * search->height;
    unsigned long long ground = 0, specks = 0, speck_pixels = 0;
    for (size_t i = 0; i < pixels; i++) {
        search->state[i] = !near_ground(search, i, GROUND_SPREAD);
        ground += search->state[i] == 0;
    }
    facts->ground_share = (double)ground / (double)pixels;
    if (facts->ground_share < 0.25)
        return false;
    for (size_t i = 0; i < pixels; i++) {
        if (search->state[i] != 1)
            continue;
        struct part part = part_fill(search, (unsigned)i);
        if ((double)part.pixels < 0.0012 * (double)pixels) {
            specks++;
            speck_pixels += part.pixels;
        } else if (facts->shape_count == LOOK_MAX_SHAPES) {
            return false;
        } else {
            facts->shapes[facts->shape_count++] = part_shape(search, &part);
        }
    }
    return specks <= MAX_SPECKS && (double)speck_pixels < 0.01 * (double)pixels;
}

// A grey shape on a grey ground is a shade of it to most people, and no shape.
static bool stand_out(const struct facts *facts, enum colour ground)
{
    for (size_t i = 0; i < facts->shape_count; i++)
        if (facts->shapes[i].colour == ground)
            return false;
    return true;
}

// Collects the part that start belongs to, over all eight neighbours.
static struct part part_fill(struct search *search, unsigned start)
{
    struct part part = {0};
    size_t depth = 0;
    search->stack[depth++] = start;
    search->state[start] = 2;
    while (depth > 0) {
        unsigned pixel = search->stack[--depth];
        unsigned x = pixel % search->width, y = pixel / search->width, inside = 0;
        for (int step = 0; step < 9; step++) {
            unsigned to_x = x + (unsigned)(step % 3) - 1, to_y = y + (unsigned)(step / 3) - 1;
            if (to_x >= search->width || to_y >= search->height)
                continue;
            unsigned to = to_y * search->width + to_x;
            inside += search->state[to] != 0;
            if (search->state[to] == 1) {
                search->state[to] = 2;
                search->stack[depth++] = to;
            }
        }
        part.pixels++;
        part.sum_x += x;
        part.sum_y += y;
        if (inside == 9) {
            part.inner++;
            part.colours[search->names[pixel]]++;
        }
    }
    return part;
}

static struct shape part_shape(const struct search *search, const struct part *part)
{
    double pixels = (double)part->pixels;
    struct shape shape = {
        .colour = COLOUR_NONE,
        .x = ((double)part->sum_x / pixels + 0.5) / search->width,
        .y = ((double)part->sum_y / pixels + 0.5) / search->height,
        .share = pixels / ((double)search->width * search->height),
    };
    shape.place = shapes_place(shape.x, shape.y);
    // Only pixels inside count: those at the edge are mixed with the ground.
    for (int c = 0; c < COLOUR_NONE; c++)
        if (part->inner > 0 && (double)part->colours[c] >= 0.7 * (double)part->inner)
            shape.colour = (enum colour)c;
    return shape;
}

enum place shapes_place(double x, double y)
{
    for (int line = 1; line <= 2; line++)
        if (fabs(x - line / 3.0) < 0.03 || fabs(y - line / 3.0) < 0.03)
            return PLACE_NONE;
    return (enum place)((int)(y * 3) * 3 + (int)(x * 3));
}

static int by_share(const void *a, const void *b)
{
    const struct shape *left = a, *right = b;
    return (left->share < right->share) - (left->share > right->share);
}
