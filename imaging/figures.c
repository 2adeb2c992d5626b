#include "figures.h"

#include "picture.h"

#include <math.h>
#include <stdlib.h>

// Below this contrast of luma, the other planes say whether it is one colour: two may be as bright.
enum { FAINT = 48 };

static bool measure_contrast(const struct picture *picture, const struct luma *luma,
                             unsigned *contrast, struct error *why);

bool figures_measure(const struct picture *picture, int orientation,
                     struct picture_figures *figures, struct error *why)
{
    struct luma luma;
    if (!luma_reduce(picture, &luma, why))
        return false;
    *figures = (struct picture_figures){
        .shorter_px = picture->width < picture->height ? picture->width : picture->height,
        .blur = figures_blur(&luma)};
    figures->look = likeness_of(&luma, orientation, &figures->detail);
    bool good = measure_contrast(picture, &luma, &figures->contrast, why);
    luma_clear(&luma);
    return good;
}

static unsigned contrast_of(const struct luma *luma)
{
    unsigned darkest, brightest;
    luma_range(luma, &darkest, &brightest);
    return brightest - darkest;
}

static bool measure_contrast(const struct picture *picture, const struct luma *luma,
                             unsigned *contrast, struct error *why)
{
    *contrast = contrast_of(luma);
    unsigned first = picture->colour == PICTURE_RGB ? 0 : 1;
    for (unsigned i = first; *contrast < FAINT && i < picture_planes(picture); i++) {
        struct luma part;
        if (!luma_reduce_plane(&picture->planes[i], &part, why))
            return false;
        unsigned other = contrast_of(&part);
        *contrast = other > *contrast ? other : *contrast;
        luma_clear(&part);
    }
    return true;
}

// ---- Blur ---------------------------------------------------------------------------------------

enum {
    LINES = 96,        // rows, and columns, that are looked at; one or a few more
    STRENGTHS = 128,   // edges are told apart by two levels of strength
    WIDTHS = 120,      // and by 0.05 pixels of width
    MIN_STRENGTH = 6,  // levels over two pixels: less may be noise, or the coding's blocks
    FEWEST_EDGES = 12, // less tells nothing
};
static const double width_step = 0.05;

// An edge is where the step from the sample before to the sample behind is steepest.
struct edges {
    unsigned counts[STRENGTHS][WIDTHS];
    unsigned strong[STRENGTHS]; // of any width
    unsigned all;
};

static void find_edges(const struct luma *luma, struct edges *edges);
static double sharpest_width(const struct edges *edges);

double figures_blur(const struct luma *luma)
{
    struct edges edges = {0};
    find_edges(luma, &edges);
    return edges.all >= FEWEST_EDGES ? sharpest_width(&edges) : 0;
}

// The samples of a row or column, blurred once more by (1 6 15 20 15 6 1) / 64, which is nearly a
// Gaussian of variance 1.5. They stay multiplied by 64.
static void blur_line(const int *line, unsigned length, int *blurred)
{
    for (unsigned i = 3; i + 3 < length; i++)
        blurred[i] = line[i - 3] + line[i + 3] + 6 * (line[i - 2] + line[i + 2]) +
                     15 * (line[i - 1] + line[i + 1]) + 20 * line[i];
}

static void add_edge(struct edges *edges, int strength, int blurred)
{
    const double more = 1.5;
    double ratio = (double)strength * 64 / (blurred > 0 ? blurred : 1);
    double width = ratio > 1 ? sqrt(more / (ratio * ratio - 1)) : WIDTHS;
    int place = width < width_step * (WIDTHS - 1) ? (int)(width / width_step) : WIDTHS - 1;
    edges->counts[strength / 2][place]++;
    edges->strong[strength / 2]++;
    edges->all++;
}

static void find_edges_of_line(const int *line, unsigned length, struct edges *edges)
{
    int blurred[2 * LUMA_SIDE];
    blur_line(line, length, blurred);
    int before = 0, here = 0;
    for (unsigned i = 4; i + 4 < length; i++) {
        before = here;
        here = abs(line[i + 1] - line[i - 1]);
        if (here >= MIN_STRENGTH && here >= before && here > abs(line[i + 2] - line[i]))
            add_edge(edges, here, abs(blurred[i + 1] - blurred[i - 1]));
    }
}

static void find_edges(const struct luma *luma, struct edges *edges)
{
    int line[2 * LUMA_SIDE];
    unsigned step = luma->height / LINES + 1;
    for (unsigned y = step / 2; y < luma->height; y += step) {
        for (unsigned x = 0; x < luma->width; x++)
            line[x] = luma->samples[(size_t)y * luma->width + x];
        find_edges_of_line(line, luma->width, edges);
    }
    step = luma->width / LINES + 1;
    for (unsigned x = step / 2; x < luma->width; x += step) {
        for (unsigned y = 0; y < luma->height; y++)
            line[y] = luma->samples[(size_t)y * luma->width + x];
        find_edges_of_line(line, luma->height, edges);
    }
}

// Half the strength that the strongest 2 % reach.
static unsigned find_strong(const struct edges *edges)
{
    unsigned strength = STRENGTHS - 1, seen = 0;
    while (strength > 0 && (seen += edges->strong[strength]) * 50 < edges->all)
        strength--;
    return strength / 2;
}

// The width that the sharpest quarter of the strong edges stays below.
static double sharpest_width(const struct edges *edges)
{
    unsigned counts[WIDTHS] = {0}, strong = 0, seen = 0, width = 0;
    for (unsigned s = find_strong(edges); s < STRENGTHS; s++)
        for (unsigned w = 0; w < WIDTHS; w++) {
            counts[w] += edges->counts[s][w];
            strong += edges->counts[s][w];
        }
    while (width < WIDTHS - 1 && (seen += counts[width]) * 4 < strong)
        width++;
    return (width + 1) * width_step;
}
