// Picture files made on the spot, for the tests of imaging. Everything asserts; a file is freed
// with file_free.
#ifndef VQAGEN_MAKE_FILES_H
#define VQAGEN_MAKE_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>
#include <spng.h>
#include <turbojpeg.h>

#include "prepare.h"

struct file {
    unsigned char *bytes;
    size_t length;
};

static inline void file_free(struct file *file)
{
    free(file->bytes);
    *file = (struct file){0};
}

static inline void file_add(struct file *file, const void *bytes, size_t length)
{
    file->bytes = realloc(file->bytes, file->length + length + 1);
    assert_non_null(file->bytes);
    if (length > 0)
        memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
}

static inline void file_add_number(struct file *file, uint32_t number, int size, bool big)
{
    for (int i = 0; i < size; i++)
        file_add(file, &(unsigned char){(unsigned char)(number >> 8 * (big ? size - 1 - i : i))},
                 1);
}

static inline struct file file_copy(const struct file *file)
{
    struct file copy = {0};
    file_add(&copy, file->bytes, file->length);
    return copy;
}

// Puts bytes behind `at`.
static inline void file_insert(struct file *file, size_t at, const void *bytes, size_t length)
{
    struct file longer = {0};
    file_add(&longer, file->bytes, at);
    file_add(&longer, bytes, length);
    file_add(&longer, file->bytes + at, file->length - at);
    file_free(file);
    *file = longer;
}

// Four flat quarters: red, green over blue, grey. Freed by the caller.
static const unsigned char quarters[4][3] = {
    {220, 30, 30}, {30, 200, 40}, {30, 40, 210}, {128, 128, 128}};

static inline unsigned char *make_quarters(unsigned width, unsigned height)
{
    unsigned char *pixels = malloc((size_t)width * height * 3);
    assert_non_null(pixels);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            memcpy(pixels + ((size_t)y * width + x) * 3,
                   quarters[(y >= height / 2) * 2 + (x >= width / 2)], 3);
    return pixels;
}

static inline unsigned char *make_noise(unsigned width, unsigned height)
{
    unsigned char *pixels = malloc((size_t)width * height * 3);
    assert_non_null(pixels);
    uint32_t state = 12345;
    for (size_t i = 0; i < (size_t)width * height * 3; i++) {
        state = state * 1664525 + 1013904223;
        pixels[i] = (unsigned char)(state >> 24);
    }
    return pixels;
}

static inline struct file encode_jpeg(const unsigned char *pixels, unsigned width, unsigned height,
                                      int format, int subsampling, int flags)
{
    tjhandle encoder = tjInitCompress();
    unsigned char *bytes = NULL;
    unsigned long length = 0;
    assert_int_equal(tjCompress2(encoder, pixels, (int)width, 0, (int)height, format, &bytes,
                                 &length, subsampling, 95, flags),
                     0);
    struct file file = {0};
    file_add(&file, bytes, length);
    tjFree(bytes);
    tjDestroy(encoder);
    return file;
}

// An EXIF block (without "Exif\0\0") with nothing but the orientation.
static inline struct file make_exif(int orientation, bool big)
{
    struct file exif = {0};
    file_add(&exif, big ? "MM\0*\0\0\0\10" : "II*\0\10\0\0\0", 8);
    file_add_number(&exif, 1, 2, big);
    file_add_number(&exif, 0x0112, 2, big);
    file_add_number(&exif, 3, 2, big);
    file_add_number(&exif, 1, 4, big);
    file_add_number(&exif, (uint32_t)orientation, 2, big);
    file_add_number(&exif, 0, 2, big);
    file_add_number(&exif, 0, 4, big);
    return exif;
}

static inline void jpeg_add_exif(struct file *jpeg, int orientation)
{
    struct file exif = make_exif(orientation, orientation % 2 == 1), segment = {0};
    file_add(&segment, "\xff\xe1", 2);
    file_add_number(&segment, (uint32_t)(exif.length + 8), 2, true);
    file_add(&segment, "Exif\0", 6);
    file_add(&segment, exif.bytes, exif.length);
    file_insert(jpeg, 2, segment.bytes, segment.length);
    file_free(&segment);
    file_free(&exif);
}

static inline struct file encode_png(const void *pixels, size_t size, struct spng_ihdr header,
                                     struct spng_plte *palette, struct spng_trns *transparency,
                                     const struct file *exif)
{
    spng_ctx *encoder = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(encoder, SPNG_ENCODE_TO_BUFFER, 1);
    assert_int_equal(spng_set_ihdr(encoder, &header), 0);
    if (palette != NULL)
        assert_int_equal(spng_set_plte(encoder, palette), 0);
    if (transparency != NULL)
        assert_int_equal(spng_set_trns(encoder, transparency), 0);
    if (exif != NULL)
        assert_int_equal(
            spng_set_exif(encoder, &(struct spng_exif){exif->length, (char *)exif->bytes}), 0);
    assert_int_equal(spng_encode_image(encoder, pixels, size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE),
                     0);
    int code;
    size_t length;
    void *bytes = spng_get_png_buffer(encoder, &length, &code);
    assert_non_null(bytes);
    struct file file = {0};
    file_add(&file, bytes, length);
    free(bytes);
    spng_ctx_free(encoder);
    return file;
}

static inline struct file encode_png_rgb(const unsigned char *pixels, unsigned width,
                                         unsigned height)
{
    struct spng_ihdr header = {width, height, 8, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 0};
    return encode_png(pixels, (size_t)width * height * 3, header, NULL, NULL, NULL);
}

// With VQAGEN_SEEDS set, what the tests prepare is left there for the fuzz targets.
static inline void keep_seed(const struct file *file)
{
    const char *folder = getenv("VQAGEN_SEEDS");
    if (folder == NULL || file->length > 20000)
        return;
    char path[500];
    uint64_t sum = file->length;
    for (size_t i = 0; i < file->length; i++)
        sum = sum * 1099511628211u + file->bytes[i];
    snprintf(path, sizeof path, "%s/%016llx", folder, (unsigned long long)sum);
    FILE *stream = fopen(path, "w");
    if (stream != NULL) {
        fwrite(file->bytes, 1, file->length, stream);
        fclose(stream);
    }
}

// The default limits, but every JPEG is decoded and encoded, for the tests of what that does.
static inline struct image_limits encode_limits(void)
{
    struct image_limits limits = image_limits_default();
    limits.encode_all = true;
    return limits;
}

// Prepares (without limits: by those above), and fails the test with the message when that fails.
static inline struct prepared_image prepare_file(const struct file *file,
                                                 const struct image_limits *limits)
{
    struct image_limits normal = encode_limits();
    keep_seed(file);
    struct prepared_image image;
    struct error why = {0};
    if (!image_prepare(file->bytes, file->length, limits != NULL ? limits : &normal, &image, &why))
        fail_msg("image_prepare: %s", why.message);
    return image;
}

// Prepares, expects that it fails with this kind, and that the message holds the text.
static inline void expect_refused(const void *bytes, size_t length, enum error_kind kind,
                                  const char *text)
{
    struct image_limits limits = image_limits_default();
    struct prepared_image image;
    struct error why = {0};
    if (image_prepare(bytes, length, &limits, &image, &why))
        fail_msg("%zu bytes were prepared, expected: %s", length, text);
    if (why.kind != kind || strstr(why.message, text) == NULL)
        fail_msg("kind %d, message \"%s\"; expected kind %d with \"%s\"", (int)why.kind,
                 why.message, (int)kind, text);
    assert_null(image.jpeg.data);
}

// The JPEG as RGB pixels, freed by the caller.
static inline unsigned char *decode_prepared(const struct prepared_image *image)
{
    tjhandle decoder = tjInitDecompress();
    int width, height, subsampling, colour;
    const unsigned char *bytes = (const unsigned char *)image->jpeg.data;
    assert_int_equal(tjDecompressHeader3(decoder, bytes, image->jpeg.length, &width, &height,
                                         &subsampling, &colour),
                     0);
    assert_int_equal(width, image->width);
    assert_int_equal(height, image->height);
    unsigned char *pixels = malloc((size_t)width * (size_t)height * 3);
    assert_non_null(pixels);
    assert_int_equal(tjDecompress2(decoder, bytes, image->jpeg.length, pixels, width, 0, height,
                                   TJPF_RGB, TJFLAG_ACCURATEDCT),
                     0);
    tjDestroy(decoder);
    return pixels;
}

static inline void expect_pixel(const unsigned char *pixels, unsigned width, unsigned x, unsigned y,
                                const unsigned char *expected, int tolerance, const char *where)
{
    const unsigned char *pixel = pixels + ((size_t)y * width + x) * 3;
    for (int c = 0; c < 3; c++)
        if (abs(pixel[c] - expected[c]) > tolerance)
            fail_msg("%s: at %u, %u: %d %d %d, expected %d %d %d", where, x, y, pixel[0], pixel[1],
                     pixel[2], expected[0], expected[1], expected[2]);
}

// Expects the four quarters, as stored in this order, upright: corner i of the result (left to
// right, top to bottom) has the colour quarters[order[i]].
static inline void expect_quarters(const struct prepared_image *image, const int order[4],
                                   int tolerance, const char *where)
{
    unsigned char *pixels = decode_prepared(image);
    for (unsigned i = 0; i < 4; i++)
        expect_pixel(pixels, image->width, i % 2 ? image->width * 3 / 4 : image->width / 4,
                     i / 2 ? image->height * 3 / 4 : image->height / 4, quarters[order[i]],
                     tolerance, where);
    free(pixels);
}

// The corners of the stored picture in the order in which they are shown, by EXIF orientation.
static const int shown_corners[9][4] = {{0, 1, 2, 3}, {0, 1, 2, 3}, {1, 0, 3, 2},
                                        {3, 2, 1, 0}, {2, 3, 0, 1}, {0, 2, 1, 3},
                                        {2, 0, 3, 1}, {3, 1, 2, 0}, {1, 3, 0, 2}};

static inline double psnr(const unsigned char *a, const unsigned char *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)(a[i] - b[i]) * (a[i] - b[i]);
    return sum == 0 ? 99 : 10 * log10(255.0 * 255.0 * (double)count / sum);
}

#endif
