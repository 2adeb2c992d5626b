#include "tiff_put.h"

#include <string.h>

static void choose_inks(struct tiff_put *put, const void *profile, uint32_t length);
static bool is_lab(const TIFFRGBAImage *image);
static void put_lab(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y, uint32_t width,
                    uint32_t height, int32_t from_skew, int32_t to_skew, unsigned char *samples);
static bool is_grey_alpha(const TIFFRGBAImage *image);
static void put_grey_alpha(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y,
                           uint32_t width, uint32_t height, int32_t from_skew, int32_t to_skew,
                           unsigned char *samples);

void tiff_put_choose(struct tiff_put *put, TIFF *file, const void *profile, uint32_t length)
{
    uint16_t count = 0;
    const uint16_t *meanings = NULL;
    // Photoshop keeps selections as such samples, so they say nothing of the picture.
    put->opaque = TIFFGetField(file, TIFFTAG_EXTRASAMPLES, &count, &meanings) == 1 && count > 0 &&
                  meanings[0] == EXTRASAMPLE_UNSPECIFIED;
    if (put->image.photometric == PHOTOMETRIC_SEPARATED && profile != NULL)
        choose_inks(put, profile, length);
    else if (is_grey_alpha(&put->image))
        put->image.put.contig = put_grey_alpha;
    else if (is_lab(&put->image) && (put->colours = colours_from_lab()) != NULL)
        put->image.put.contig = put_lab;
}

void tiff_put_clear(struct tiff_put *put)
{
    TIFFRGBAImageEnd(&put->image);
    colours_free(put->colours);
}

void tiff_put_finish(const struct tiff_put *put, uint32_t *pixels, size_t count)
{
    for (size_t i = 0; put->opaque && i < count; i++)
        pixels[i] |= UINT32_C(255) << 24;
}

// ---- Grey with alpha ----------------------------------------------------------------------------

// libtiff leaves such greys unmultiplied, and has no alpha with 16 bits.
static bool is_grey_alpha(const TIFFRGBAImage *image)
{
    return image->photometric <= PHOTOMETRIC_MINISBLACK && image->isContig && image->alpha != 0 &&
           image->samplesperpixel == 2 && (image->bitspersample == 8 || image->bitspersample == 16);
}

static unsigned sample_at(const TIFFRGBAImage *image, const unsigned char *samples, size_t at)
{
    if (image->bitspersample == 8)
        return samples[at];
    uint16_t wide;
    memcpy(&wide, samples + 2 * at, sizeof wide);
    return (wide * UINT32_C(255) + 32767) / 65535;
}

// In place of libtiff's own conversions, which have this form: a block of pixels, and what lies
// between one of its rows and the next on either side.
static void put_grey_alpha(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y,
                           uint32_t width, uint32_t height, int32_t from_skew, int32_t to_skew,
                           unsigned char *samples)
{
    (void)x;
    (void)y;
    for (ptrdiff_t row = 0; row < (ptrdiff_t)height; row++) {
        size_t from = (size_t)(row * ((ptrdiff_t)width + from_skew)) * 2;
        uint32_t *to = pixels + row * ((ptrdiff_t)width + to_skew);
        for (uint32_t i = 0; i < width; i++) {
            unsigned grey = sample_at(image, samples, from + 2 * (size_t)i);
            unsigned alpha = sample_at(image, samples, from + 2 * (size_t)i + 1);
            if (image->photometric == PHOTOMETRIC_MINISWHITE)
                grey = 255 - grey;
            if (image->alpha == EXTRASAMPLE_UNASSALPHA)
                grey = (grey * alpha + 127) / 255;
            to[i] = grey | grey << 8 | grey << 16 | (uint32_t)alpha << 24;
        }
    }
}

// ---- Colours that lcms2 converts ----------------------------------------------------------------

enum { PIECE = 256 }; // pixels at once

static void convert_piece(const struct tiff_put *put, const unsigned char *from, size_t count,
                          uint32_t *pixels)
{
    unsigned char rgb[3 * PIECE];
    colours_convert_pixels(put->colours, from, rgb, count);
    for (size_t i = 0; i < count; i++)
        pixels[i] = rgb[3 * i] | (uint32_t)rgb[3 * i + 1] << 8 | (uint32_t)rgb[3 * i + 2] << 16 |
                    UINT32_C(255) << 24;
}

// ---- L*a*b* -------------------------------------------------------------------------------------

// libtiff shows the white of D50 as if it were that of D65: yellowish.
static bool is_lab(const TIFFRGBAImage *image)
{
    return image->photometric == PHOTOMETRIC_CIELAB && image->isContig &&
           (image->bitspersample == 8 || image->bitspersample == 16);
}

// a* and b* are signed. Of 16 bits the upper eight are taken.
static unsigned char lab_at(const TIFFRGBAImage *image, const unsigned char *samples, size_t at,
                            unsigned sign)
{
    uint16_t wide = samples[image->bitspersample == 8 ? at : 0];
    if (image->bitspersample == 16) {
        memcpy(&wide, samples + 2 * at, sizeof wide);
        wide >>= 8;
    }
    return (unsigned char)(wide ^ sign);
}

static void convert_lab_row(const TIFFRGBAImage *image, const unsigned char *samples, size_t from,
                            uint32_t width, uint32_t *pixels)
{
    unsigned char lab[3 * PIECE];
    for (uint32_t x = 0; x < width; x += PIECE) {
        size_t count = width - x < PIECE ? width - x : PIECE;
        for (size_t i = 0; i < count; i++, from += image->samplesperpixel)
            for (size_t c = 0; c < 3; c++)
                lab[3 * i + c] = lab_at(image, samples, from + c, c == 0 ? 0 : 0x80);
        convert_piece((const struct tiff_put *)image, lab, count, pixels + x);
    }
}

static void put_lab(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y, uint32_t width,
                    uint32_t height, int32_t from_skew, int32_t to_skew, unsigned char *samples)
{
    (void)x;
    (void)y;
    for (ptrdiff_t row = 0; row < (ptrdiff_t)height; row++)
        convert_lab_row(image, samples,
                        (size_t)(row * ((ptrdiff_t)width + from_skew)) * image->samplesperpixel,
                        width, pixels + row * ((ptrdiff_t)width + to_skew));
}

// ---- Inks ---------------------------------------------------------------------------------------

// A row of inks, 255 for all of it, each `step` bytes behind the one before, to libtiff's pixels.
static void convert_row(const struct tiff_put *put, unsigned char *const inks[4], size_t at,
                        size_t step, uint32_t width, uint32_t *pixels)
{
    unsigned char light[4 * PIECE];
    for (uint32_t x = 0; x < width; x += PIECE) {
        size_t count = width - x < PIECE ? width - x : PIECE;
        for (size_t i = 0; i < count; i++)
            for (size_t c = 0; c < 4; c++)
                light[4 * i + c] = (unsigned char)~inks[c][at + (x + i) * step];
        convert_piece(put, light, count, pixels + x);
    }
}

static void put_inks(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y, uint32_t width,
                     uint32_t height, int32_t from_skew, int32_t to_skew, unsigned char *inks)
{
    (void)x;
    (void)y;
    size_t step = image->samplesperpixel;
    unsigned char *each[4] = {inks, inks + 1, inks + 2, inks + 3};
    for (ptrdiff_t row = 0; row < (ptrdiff_t)height; row++)
        convert_row((struct tiff_put *)image, each,
                    (size_t)(row * ((ptrdiff_t)width + from_skew) * (ptrdiff_t)step), step, width,
                    pixels + row * ((ptrdiff_t)width + to_skew));
}

static void put_planes_of_inks(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y,
                               uint32_t width, uint32_t height, int32_t from_skew, int32_t to_skew,
                               unsigned char *cyan, unsigned char *magenta, unsigned char *yellow,
                               unsigned char *key)
{
    (void)x;
    (void)y;
    unsigned char *each[4] = {cyan, magenta, yellow, key};
    for (ptrdiff_t row = 0; row < (ptrdiff_t)height; row++)
        convert_row((struct tiff_put *)image, each, (size_t)(row * ((ptrdiff_t)width + from_skew)),
                    1, width, pixels + row * ((ptrdiff_t)width + to_skew));
}

// Inks must be converted before they are RGB, so libtiff is told how.
static void choose_inks(struct tiff_put *put, const void *profile, uint32_t length)
{
    TIFFRGBAImage *image = &put->image;
    if (image->bitspersample != 8 || image->samplesperpixel < 4)
        return;
    put->colours = colours_from_profile(profile, length, COLOURS_CMYK);
    if (put->colours == NULL)
        return;
    if (image->isContig)
        image->put.contig = put_inks;
    else
        image->put.separate = put_planes_of_inks;
}
