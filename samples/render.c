// Renders the sample images and the truth about them: `render FOLDER` writes FOLDER/images/* and
// FOLDER/truth.jsonl. The truth comes from the scenes' geometry, never from the pixels, so that it
// can judge what looks at the pixels. Built as target `render_samples`; its output is committed.
#include "buffer.h"
#include "file.h"
#include "json.h"

#include <math.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <webp/encode.h>

enum { MAX_SHAPES = 10, STEPS = 4 }; // STEPS x STEPS points of each pixel are sampled

enum hue { RED, ORANGE, YELLOW, GREEN, BLUE, PURPLE, PINK, BROWN, BLACK, WHITE, GREY, HUES };
static const char *const hue_names[HUES] = {"red",  "orange", "yellow", "green", "blue", "purple",
                                            "pink", "brown",  "black",  "white", "grey"};
static const unsigned char hue_pixels[HUES][3] = {{220, 40, 40},   {245, 140, 20}, {250, 220, 40},
                                                  {40, 160, 70},   {40, 80, 210},  {130, 50, 170},
                                                  {250, 130, 190}, {130, 80, 40},  {20, 20, 20},
                                                  {245, 245, 245}, {140, 140, 140}};

enum kind {
    CIRCLE = 1,
    SQUARE,
    TRIANGLE,
    BAND
}; // BAND: a part of the ground, size high, full width
static const char *const kind_names[] = {"", "circle", "square", "triangle", "band"};

// Diameter, side, or base and height; the middle of a triangle is that of its box.
struct figure {
    enum kind kind;
    enum hue hue;
    int x, y, size;
};

struct scene {
    const char *file;
    int width, height; // as shown
    enum hue ground;
    struct figure figures[MAX_SHAPES];
    const char *brightest, *darkest, *colourful; // parts of the grid; NULL: several are alike
    int quality;                                 // of a JPEG
    int orientation;                             // EXIF, 0: none
};

static const struct scene scenes[] = {
    {"three-circles.jpg",
     640,
     480,
     WHITE,
     {{CIRCLE, RED, 107, 80, 140}, {CIRCLE, BLUE, 533, 80, 100}, {CIRCLE, GREEN, 320, 400, 70}},
     NULL,
     "top left",
     "top left",
     85,
     0},
    {"two-squares.png",
     600,
     400,
     YELLOW,
     {{SQUARE, PURPLE, 100, 200, 110}, {SQUARE, GREEN, 500, 200, 70}},
     NULL,
     "left",
     NULL,
     0,
     0},
    {"four-triangles.jpg",
     640,
     480,
     GREY,
     {{TRIANGLE, RED, 107, 400, 120},
      {TRIANGLE, YELLOW, 533, 400, 150},
      {TRIANGLE, BLUE, 320, 80, 90},
      {TRIANGLE, WHITE, 107, 80, 60}},
     "bottom right",
     NULL,
     "bottom right",
     85,
     0},
    {"five-shapes.png",
     640,
     480,
     WHITE,
     {{SQUARE, BLUE, 320, 240, 135},
      {CIRCLE, RED, 107, 80, 90},
      {TRIANGLE, GREEN, 533, 80, 90},
      {SQUARE, ORANGE, 107, 400, 70},
      {CIRCLE, PURPLE, 533, 400, 60}},
     NULL,
     "center",
     "center",
     0,
     0},
    {"odd-circle.jpg",
     640,
     480,
     WHITE,
     {{CIRCLE, BLUE, 107, 80, 100},
      {CIRCLE, BLUE, 320, 80, 90},
      {CIRCLE, BLUE, 107, 400, 80},
      {CIRCLE, BLUE, 320, 400, 70},
      {CIRCLE, ORANGE, 533, 240, 140}},
     NULL,
     NULL,
     "right",
     85,
     0},
    {"odd-square.png",
     500,
     400,
     GREY,
     {{SQUARE, YELLOW, 83, 67, 60},
      {SQUARE, YELLOW, 417, 67, 84},
      {SQUARE, RED, 83, 333, 100},
      {SQUARE, YELLOW, 417, 333, 50}},
     "top right",
     "bottom left",
     "bottom left",
     0,
     0},
    {"night-lamp.jpg",
     640,
     400,
     BLACK,
     {{CIRCLE, YELLOW, 533, 67, 120}, {SQUARE, BLUE, 107, 333, 80}},
     "top right",
     NULL,
     "top right",
     85,
     0},
    {"portrait-three.jpg",
     400,
     600,
     GREEN,
     {{CIRCLE, WHITE, 200, 100, 125}, {SQUARE, BLACK, 200, 500, 90}, {CIRCLE, RED, 67, 300, 90}},
     "top",
     "bottom",
     "left",
     85,
     0},
    {"square-frame.png",
     480,
     480,
     BLUE,
     {{SQUARE, WHITE, 240, 240, 151},
      {CIRCLE, ORANGE, 80, 80, 100},
      {TRIANGLE, PINK, 400, 400, 90}},
     "center",
     NULL,
     "top left",
     0,
     0},
    {"turned-four.jpg",
     480,
     640,
     WHITE,
     {{CIRCLE, PURPLE, 240, 107, 140},
      {SQUARE, GREEN, 240, 533, 90},
      {CIRCLE, RED, 80, 320, 80},
      {TRIANGLE, BROWN, 400, 320, 80}},
     NULL,
     "top",
     "top",
     85,
     6},
    {"six-shapes.webp",
     640,
     480,
     BROWN,
     {{CIRCLE, WHITE, 107, 80, 140},
      {CIRCLE, YELLOW, 320, 80, 110},
      {SQUARE, BLACK, 533, 80, 80},
      {SQUARE, PINK, 107, 400, 75},
      {TRIANGLE, GREEN, 320, 400, 90},
      {CIRCLE, BLUE, 533, 400, 70}},
     "top left",
     "top right",
     "top",
     80,
     0},
    {"small-pair.bmp",
     240,
     160,
     WHITE,
     {{SQUARE, BLACK, 120, 80, 44}, {CIRCLE, RED, 200, 27, 36}},
     NULL,
     "center",
     "top right",
     0,
     0},
    {"seven-dots.png",
     700,
     350,
     WHITE,
     {{CIRCLE, BLUE, 117, 58, 110},
      {CIRCLE, BLUE, 350, 58, 60},
      {CIRCLE, GREEN, 583, 58, 76},
      {CIRCLE, BLACK, 117, 292, 60},
      {CIRCLE, YELLOW, 350, 292, 60},
      {CIRCLE, GREEN, 583, 292, 60},
      {CIRCLE, BLACK, 350, 175, 50}},
     NULL,
     "top left",
     "top left",
     0,
     0},
    {"great-circle.jpg",
     600,
     450,
     ORANGE,
     {{CIRCLE, BLUE, 300, 225, 347}},
     NULL,
     "center",
     NULL,
     85,
     0},
    {"eight-bricks.png",
     640,
     480,
     BLACK,
     {{SQUARE, RED, 107, 80, 110},
      {SQUARE, RED, 320, 80, 60},
      {SQUARE, RED, 533, 80, 60},
      {SQUARE, RED, 107, 240, 60},
      {SQUARE, RED, 533, 240, 60},
      {SQUARE, RED, 107, 400, 60},
      {SQUARE, RED, 320, 400, 60},
      {SQUARE, WHITE, 533, 400, 80}},
     "bottom right",
     "center",
     "top left",
     0,
     0},
    {"sun-and-sea.jpg",
     640,
     480,
     BLUE,
     {{BAND, YELLOW, 320, 430, 100}, {BAND, GREEN, 320, 350, 60}, {CIRCLE, WHITE, 533, 80, 130}},
     NULL,
     NULL,
     NULL,
     85,
     0},
};

static bool render(const struct scene *scene, const char *folder, struct error *why);
static void write_truth(const struct scene *scene, struct buffer *out);

int main(int count, char **arguments)
{
    struct error why = {0};
    struct buffer truth;
    buffer_init(&truth, 1 << 20);
    char path[4096];
    if (count != 2) {
        fprintf(stderr, "usage: render_samples FOLDER\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/images", arguments[1]);
    bool good = file_make_directory(path, &why);
    for (size_t i = 0; good && i < sizeof scenes / sizeof *scenes; i++) {
        good = render(&scenes[i], path, &why);
        write_truth(&scenes[i], &truth);
    }
    snprintf(path, sizeof path, "%s/truth.jsonl", arguments[1]);
    good = good && buffer_check(&truth, "the truth", &why) &&
           file_write(path, truth.data, truth.length, &why);
    buffer_clear(&truth);
    if (!good)
        fprintf(stderr, "error: %s\n", why.message);
    return good ? 0 : 1;
}

static bool figure_holds(const struct figure *figure, double x, double y)
{
    double half = figure->size / 2.0, right = fabs(x - figure->x), down = y - figure->y;
    switch (figure->kind) {
    case CIRCLE:
        return right * right + down * down <= half * half;
    case SQUARE:
        return right <= half && fabs(down) <= half;
    case TRIANGLE: // the tip is above
        return down >= -half && down <= half && right <= (down + half) / 2;
    case BAND:
        return fabs(down) <= half;
    }
    return false;
}

// The later figure lies above the earlier one.
static enum hue hue_at(const struct scene *scene, double x, double y)
{
    enum hue hue = scene->ground;
    for (size_t i = 0; i < MAX_SHAPES && scene->figures[i].kind != 0; i++)
        if (figure_holds(&scene->figures[i], x, y))
            hue = scene->figures[i].hue;
    return hue;
}

static void paint_pixel(const struct scene *scene, int x, int y, unsigned char *pixel)
{
    unsigned sums[3] = {0};
    for (int step = 0; step < STEPS * STEPS; step++) {
        const unsigned char *sample = hue_pixels[hue_at(scene, x + (step % STEPS + 0.5) / STEPS,
                                                        y + (step / STEPS + 0.5) / STEPS)];
        for (int c = 0; c < 3; c++)
            sums[c] += sample[c];
    }
    for (int c = 0; c < 3; c++)
        pixel[c] = (unsigned char)(sums[c] / (STEPS * STEPS));
}

// EXIF in its shortest form: one IFD with one entry, the orientation.
static bool encode_jpeg(const struct scene *scene, const unsigned char *rgb, int width, int height,
                        struct buffer *out)
{
    static const unsigned char exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,  'M', 'M',
                                         0,    42,   0, 0,  0,   8,   0,   1,   1, 18, 0,   3,
                                         0,    0,    0, 1,  0,   0,   0,   0,   0, 0,  0,   0};
    unsigned char *jpeg = NULL;
    unsigned long length = 0;
    tjhandle encoder = tjInitCompress();
    bool good = encoder != NULL && tjCompress2(encoder, rgb, width, 0, height, TJPF_RGB, &jpeg,
                                               &length, TJSAMP_420, scene->quality, 0) == 0;
    if (good) {
        buffer_append(out, jpeg, 2);
        if (scene->orientation > 0) {
            buffer_append(out, exif, sizeof exif);
            out->data[out->length - sizeof exif + 29] = (char)scene->orientation;
        }
        buffer_append(out, jpeg + 2, length - 2);
    }
    tjFree(jpeg);
    tjDestroy(encoder);
    return good;
}

static bool encode_png(const unsigned char *rgb, int width, int height, struct buffer *out)
{
    spng_ctx *encoder = spng_ctx_new(SPNG_CTX_ENCODER);
    struct spng_ihdr header = {.width = (uint32_t)width,
                               .height = (uint32_t)height,
                               .bit_depth = 8,
                               .color_type = SPNG_COLOR_TYPE_TRUECOLOR};
    int fault = spng_set_option(encoder, SPNG_ENCODE_TO_BUFFER, 1);
    fault = fault != 0 ? fault : spng_set_ihdr(encoder, &header);
    fault = fault != 0 ? fault
                       : spng_encode_image(encoder, rgb, (size_t)width * (size_t)height * 3,
                                           SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    size_t length = 0;
    void *png = fault == 0 ? spng_get_png_buffer(encoder, &length, &fault) : NULL;
    bool good = png != NULL && buffer_append(out, png, length);
    free(png);
    spng_ctx_free(encoder);
    return good;
}

static bool encode_webp(const struct scene *scene, const unsigned char *rgb, int width, int height,
                        struct buffer *out)
{
    uint8_t *webp = NULL;
    size_t length = WebPEncodeRGB(rgb, width, height, width * 3, (float)scene->quality, &webp);
    bool good = length > 0 && buffer_append(out, webp, length);
    WebPFree(webp);
    return good;
}

static void append_little(struct buffer *out, unsigned value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buffer_append_char(out, (char)(value >> (8 * i)));
}

static unsigned nearest_hue(const unsigned char *pixel)
{
    unsigned best = 0, best_distance = ~0u;
    for (unsigned hue = 0; hue < HUES; hue++) {
        unsigned distance = 0;
        for (int c = 0; c < 3; c++)
            distance += (unsigned)abs(pixel[c] - hue_pixels[hue][c]);
        if (distance < best_distance) {
            best = hue;
            best_distance = distance;
        }
    }
    return best;
}

// Four bits a pixel and a palette, lowest row first (Windows' BITMAPINFOHEADER). width is a
// multiple of 8, so that rows need no padding.
static bool encode_bmp(const unsigned char *rgb, int width, int height, struct buffer *out)
{
    unsigned pixels = (unsigned)(width * height / 2), begin = 14 + 40 + 16 * 4;
    buffer_append(out, "BM", 2);
    append_little(out, begin + pixels, 4);
    append_little(out, 0, 4);
    append_little(out, begin, 4);
    append_little(out, 40, 4);
    append_little(out, (unsigned)width, 4);
    append_little(out, (unsigned)height, 4);
    append_little(out, 1, 2);
    append_little(out, 4, 2);
    append_little(out, 0, 4);
    append_little(out, pixels, 4);
    append_little(out, 2835, 4);
    append_little(out, 2835, 4);
    append_little(out, 16, 4);
    append_little(out, 0, 4);
    for (unsigned i = 0; i < 16; i++) {
        const unsigned char *c = hue_pixels[i < HUES ? i : BLACK];
        append_little(out, (unsigned)c[0] << 16 | (unsigned)c[1] << 8 | c[2], 4);
    }
    for (int y = height - 1; y >= 0; y--)
        for (int x = 0; x < width; x += 2) {
            const unsigned char *at = rgb + 3 * ((size_t)y * (size_t)width + (size_t)x);
            append_little(out, nearest_hue(at) << 4 | nearest_hue(at + 3), 1);
        }
    return !out->failed;
}

// A picture that a viewer turns clockwise by a quarter (EXIF 6) is stored turned the other way.
static bool render(const struct scene *scene, const char *folder, struct error *why)
{
    bool turned = scene->orientation == 6;
    int width = turned ? scene->height : scene->width;
    int height = turned ? scene->width : scene->height;
    unsigned char *rgb = malloc((size_t)width * (size_t)height * 3);
    if (rgb == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %s", scene->file);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            paint_pixel(scene, turned ? scene->width - 1 - y : x, turned ? x : y,
                        rgb + 3 * ((size_t)y * (size_t)width + (size_t)x));
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    const char *suffix = strrchr(scene->file, '.');
    bool good = strcmp(suffix, ".jpg") == 0    ? encode_jpeg(scene, rgb, width, height, &bytes)
                : strcmp(suffix, ".png") == 0  ? encode_png(rgb, width, height, &bytes)
                : strcmp(suffix, ".webp") == 0 ? encode_webp(scene, rgb, width, height, &bytes)
                                               : encode_bmp(rgb, width, height, &bytes);
    if (!good)
        error_set(why, ERR_IMAGE, "cannot encode %s", scene->file);
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, scene->file);
    good = good && file_write(path, bytes.data, bytes.length, why);
    buffer_clear(&bytes);
    free(rgb);
    return good;
}

// What is known of one shape, from its geometry.
struct known {
    const struct figure *figure;
    double x, y, area;
};

static struct known know(const struct figure *figure)
{
    double size = figure->size;
    struct known known = {figure, figure->x, figure->y, size * size};
    if (figure->kind == CIRCLE)
        known.area = acos(-1) * size * size / 4;
    if (figure->kind == TRIANGLE) {
        known.area = size * size / 2;
        known.y += size / 6; // its centre of mass lies a third of the height above the base
    }
    return known;
}

static const char *part_name(const struct scene *scene, const struct known *known)
{
    static const char *const parts[9] = {"top left",    "top",    "top right",
                                         "left",        "center", "right",
                                         "bottom left", "bottom", "bottom right"};
    return parts[(int)(known->y * 3 / scene->height) * 3 + (int)(known->x * 3 / scene->width)];
}

static const char *direction_name(const struct known *of, const struct known *from)
{
    static const char *const names[] = {
        "to the right", "below and to the right", "below", "below and to the left",
        "to the left",  "above and to the left",  "above", "above and to the right"};
    double eighths = atan2(of->y - from->y, of->x - from->x) * 4 / acos(-1);
    double nearest = round(eighths);
    // Within 15 degrees of one of the eight; between them nothing is claimed.
    return fabs(eighths - nearest) < 1 / 3.0 ? names[((int)nearest + 8) % 8] : NULL;
}

static int by_area(const void *a, const void *b)
{
    const struct known *left = a, *right = b;
    return (left->area < right->area) - (left->area > right->area);
}

// Rounded to 5; a scene whose share lies near the middle between two steps is a mistake.
static long long percent(const struct scene *scene, double area)
{
    double exact = 100 * area / (scene->width * scene->height);
    long long rounded = 5 * llround(exact / 5);
    return fabs(exact - (double)rounded) <= 1.6 ? rounded : -1;
}

static void write_percent(struct buffer *out, const char *name, long long value)
{
    json_write_name(out, name);
    if (value < 0)
        buffer_append_text(out, "null");
    else
        buffer_append_format(out, "%lld", value);
}

static void write_exact(struct buffer *out, const char *name, double value)
{
    json_write_name(out, name);
    buffer_append_format(out, "%.4f", value);
}

static void write_shapes(const struct scene *scene, const struct known *shapes, size_t count,
                         struct buffer *out)
{
    json_write_name(out, "shapes");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, i > 0 ? ",{" : "{");
        json_write_string_field(out, "kind", kind_names[shapes[i].figure->kind]);
        json_write_string_field(out, "colour", hue_names[shapes[i].figure->hue]);
        json_write_string_field(out, "position", part_name(scene, &shapes[i]));
        write_percent(out, "percent", percent(scene, shapes[i].area));
        write_exact(out, "x", shapes[i].x / scene->width);
        write_exact(out, "y", shapes[i].y / scene->height);
        write_exact(out, "share", shapes[i].area / (scene->width * scene->height));
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

// The shape that alone has another colour than all others; NULL: none.
static const struct known *odd_one(const struct known *shapes, size_t count)
{
    for (size_t odd = 0; odd < count && count >= 3; odd++) {
        enum hue other = shapes[odd == 0 ? 1 : 0].figure->hue;
        bool alone = shapes[odd].figure->hue != other;
        for (size_t i = 0; i < count; i++)
            if (i != odd && shapes[i].figure->hue != other)
                alone = false;
        if (alone)
            return &shapes[odd];
    }
    return NULL;
}

// The areas of all colours in the picture.
static void measure_hues(const struct scene *scene, double areas[HUES])
{
    for (int y = 0; y < scene->height; y++)
        for (int x = 0; x < scene->width; x++)
            areas[hue_at(scene, x + 0.5, y + 0.5)]++;
}

static void write_colours(const struct scene *scene, struct buffer *out)
{
    double areas[HUES] = {0}, light = 0;
    measure_hues(scene, areas);
    int dominant = 0;
    for (int hue = 0; hue < HUES; hue++) {
        const unsigned char *p = hue_pixels[hue];
        light += areas[hue] * (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]);
        dominant = areas[hue] > areas[dominant] ? hue : dominant;
    }
    light /= scene->width * scene->height;
    json_write_string_field(out, "brightness",
                            light < 85    ? "dark"
                            : light < 170 ? "medium"
                                          : "bright");
    json_write_string_field(out, "dominant_colour", hue_names[dominant]);
    for (int present = 1; present >= 0; present--) {
        json_write_name(out, present ? "colours" : "absent_colours");
        buffer_append_char(out, '[');
        bool first = true;
        for (int hue = 0; hue < HUES; hue++)
            if ((areas[hue] > 0) == (present != 0)) {
                buffer_append_text(out, first ? "" : ",");
                json_write_string(out, hue_names[hue]);
                first = false;
            }
        buffer_append_char(out, ']');
    }
}

// The colour with the largest area in each field of the grid, row by row.
static void write_fields(const struct scene *scene, struct buffer *out)
{
    double areas[9][HUES] = {{0}};
    for (int y = 0; y < scene->height; y++)
        for (int x = 0; x < scene->width; x++)
            areas[y * 3 / scene->height * 3 + x * 3 / scene->width]
                 [hue_at(scene, x + 0.5, y + 0.5)]++;
    json_write_name(out, "field_colours");
    for (int field = 0; field < 9; field++) {
        int most = 0;
        for (int hue = 1; hue < HUES; hue++)
            most = areas[field][hue] > areas[field][most] ? hue : most;
        buffer_append_char(out, field > 0 ? ',' : '[');
        json_write_string(out, hue_names[most]);
    }
    buffer_append_char(out, ']');
}

static void write_plain(const struct scene *scene, struct buffer *out)
{
    struct known shapes[MAX_SHAPES];
    size_t count = 0;
    for (; count < MAX_SHAPES && scene->figures[count].kind != 0; count++)
        shapes[count] = know(&scene->figures[count]);
    qsort(shapes, count, sizeof *shapes, by_area);
    json_write_string_field(out, "ground", hue_names[scene->ground]);
    json_write_integer_field(out, "count", (long long)count);
    write_shapes(scene, shapes, count, out);
    json_write_string_field(out, "largest_colour", hue_names[shapes[0].figure->hue]);
    json_write_string_field(out, "largest_position", part_name(scene, &shapes[0]));
    write_percent(out, "largest_percent", percent(scene, shapes[0].area));
    double covered = 0;
    for (size_t i = 0; i < count; i++)
        covered += shapes[i].area;
    write_percent(out, "ground_percent", percent(scene, scene->width * scene->height - covered));
    json_write_string_field(out, "largest_from_second",
                            count > 1 ? direction_name(&shapes[0], &shapes[1]) : NULL);
    const struct known *odd = odd_one(shapes, count);
    json_write_string_field(out, "odd_colour", odd ? hue_names[odd->figure->hue] : NULL);
    json_write_string_field(out, "odd_position", odd ? part_name(scene, odd) : NULL);
}

static void write_truth(const struct scene *scene, struct buffer *out)
{
    bool plain = scene->figures[0].kind != BAND;
    buffer_append_char(out, '{');
    json_write_string_field(out, "image", scene->file);
    json_write_integer_field(out, "width", scene->width);
    json_write_integer_field(out, "height", scene->height);
    json_write_integer_field(out, "exif_orientation", scene->orientation ? scene->orientation : 1);
    json_write_string_field(out, "orientation",
                            scene->width > scene->height   ? "landscape"
                            : scene->width < scene->height ? "portrait"
                                                           : "square");
    write_colours(scene, out);
    write_fields(scene, out);
    json_write_string_field(out, "brightest_part", scene->brightest);
    json_write_string_field(out, "darkest_part", scene->darkest);
    json_write_string_field(out, "most_colourful_part", scene->colourful);
    json_write_bool_field(out, "plain_ground", plain);
    if (plain)
        write_plain(scene, out);
    buffer_append_text(out, "}\n");
}
