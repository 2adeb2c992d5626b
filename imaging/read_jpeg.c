#include "read.h"

#include "colours.h"
#include "exif.h"
#include "jpeg_copy.h"
#include "jpeg_damage.h"
#include "jpeg_header.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

// A JPEG being read. Its bytes begin with the first marker.
struct reading {
    tjhandle decoder;
    const unsigned char *bytes;
    unsigned long length;
    struct jpeg_header header;
    int subsampling, colour; // TJSAMP, TJCS; -1 subsampling when TurboJPEG has no name for it
    const struct read_wish *wish;
};

static bool read_pixels(struct reading *reading, struct picture *picture, struct error *why);
static struct colours *find_colours(const struct jpeg_header *header);

bool jpeg_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why)
{
    struct jpeg_header header;
    if (!jpeg_header_read(bytes, length, &header, why))
        return false;
    *facts = (struct picture_facts){header.width, header.height, 1};
    if (header.exif != NULL)
        facts->orientation = exif_orientation(header.exif, header.exif_length);
    return true;
}

// Every 8 x 8 block of luma takes at least one bit of Huffman-coded data. So a few bytes that
// declare a huge picture are refused before memory is filled for it.
static bool is_long_enough(const struct jpeg_header *header, size_t length)
{
    uint64_t blocks = (uint64_t)(header->width / 8) * (header->height / 8);
    return header->coding >= 9 || header->components > 4 || blocks / 8 / 16 <= length;
}

bool jpeg_pass(const unsigned char *bytes, size_t length, bool verify, struct buffer *out)
{
    struct jpeg_header header;
    if (!jpeg_header_read(bytes, length, &header, NULL) || !is_long_enough(&header, length) ||
        (header.exif != NULL && exif_orientation(header.exif, header.exif_length) != 1))
        return false;
    struct colours *colours = find_colours(&header);
    colours_free(colours);
    if (colours != NULL || !jpeg_copy(bytes + header.start, length - header.start, out))
        return false;
    unsigned rows;
    return !verify || jpeg_is_whole((const unsigned char *)out->data, out->length, &rows, NULL);
}

bool jpeg_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why)
{
    struct reading reading = {.subsampling = -1, .wish = wish};
    if (!jpeg_header_read(bytes, length, &reading.header, why))
        return false;
    if (!is_long_enough(&reading.header, length))
        return error_set(why, ERR_IMAGE,
                         "the JPEG is damaged: %zu bytes are far too few for %u x %u pixels",
                         length, reading.header.width, reading.header.height);
    reading.bytes = bytes + reading.header.start;
    reading.length = length - reading.header.start;
    reading.decoder = tjInitDecompress();
    if (reading.decoder == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a JPEG decoder");
    bool done = read_pixels(&reading, picture, why);
    tjDestroy(reading.decoder);
    if (!done)
        picture_clear(picture);
    return done;
}

static unsigned divide_up(unsigned a, unsigned b)
{
    return a / b + (a % b != 0);
}

// TurboJPEG 2.1 copies rows as long as whole chroma samples make them out of a buffer as long as
// whole blocks make them: at 1/8 (and 1/4 for 4:1:1) that may be up to 3 bytes beyond its end.
static bool side_shrinks(unsigned side, unsigned shrink, unsigned per_chroma)
{
    return divide_up(divide_up(side, shrink), per_chroma) * per_chroma <=
           divide_up(side, 8) * (8 / shrink);
}

// libjpeg-turbo's 1/2, 1/4 and 1/8 decoding is several times faster, but its reduction is a plain
// box: followed by too small a step of Lanczos it costs sharpness (3.7 dB on a detailed photograph
// at a ratio near one). From 15/8 of the target on, wallpapers stay within 0.2 dB of Pillow's.
static unsigned choose_shrink(const struct reading *reading, unsigned across, unsigned down)
{
    const struct jpeg_header *header = &reading->header;
    unsigned side = header->width > header->height ? header->width : header->height;
    unsigned shrink = 1;
    while (shrink < 8 && side / (shrink * 2) >= 64 &&
           (uint64_t)side * 8 >= (uint64_t)reading->wish->side * shrink * 2 * 15)
        shrink *= 2;
    while (!side_shrinks(header->width, shrink, across) ||
           !side_shrinks(header->height, shrink, down))
        shrink /= 2;
    return shrink;
}

uint64_t jpeg_memory(const unsigned char *bytes, size_t length, unsigned wanted_side)
{
    struct read_wish wish = {.side = wanted_side};
    struct reading reading = {.wish = &wish};
    if (!jpeg_header_read(bytes, length, &reading.header, NULL))
        return 0;
    const struct jpeg_header *header = &reading.header;
    uint64_t pixels = (uint64_t)header->width * header->height;
    unsigned shrink = choose_shrink(&reading, 4, 2);
    // Inks go through pixels of four bytes to planes. A progressive picture's coefficients are kept
    // whole, of two bytes each, whatever is made of them.
    bool whole = header->coding == 2 || header->coding == 10;
    uint64_t planes = pixels / shrink / shrink * (header->components > 3 ? 7 : 3);
    return planes + (whole ? pixels * 2 * header->components : 0);
}

// TurboJPEG gives -1 for warnings too. The picture is then decoded as well as it can be, and is
// good when nothing that was warned about costs pixels.
static bool accept(const struct reading *reading, int result, struct error *why)
{
    if (result == 0)
        return true;
    unsigned rows;
    if (tjGetErrorCode(reading->decoder) == TJERR_WARNING)
        return jpeg_is_whole(reading->bytes, reading->length, &rows, why) ||
               (rows > 0 && read_take_damaged(reading->wish, why));
    const char *said = tjGetErrorStr2(reading->decoder);
    // TurboJPEG has no code for it: libjpeg says "Insufficient memory", its own layer the other.
    if (strstr(said, "Insufficient memory") != NULL ||
        strstr(said, "Memory allocation failure") != NULL)
        return error_set(why, ERR_MEMORY, "no memory for a JPEG of %u x %u", reading->header.width,
                         reading->header.height);
    return error_set(why, ERR_IMAGE, "the JPEG cannot be read: %s", said);
}

static bool read_planes(struct reading *reading, struct picture *picture, struct error *why)
{
    static const struct {
        unsigned across, down;
    } chroma[TJ_NUMSAMP] = {
        [TJSAMP_444] = {1, 1},  [TJSAMP_422] = {2, 1}, [TJSAMP_420] = {2, 2},
        [TJSAMP_GRAY] = {1, 1}, [TJSAMP_440] = {1, 2}, [TJSAMP_411] = {4, 1},
    };
    picture->colour = reading->colour == TJCS_GRAY  ? PICTURE_GREY
                      : reading->colour == TJCS_RGB ? PICTURE_RGB
                                                    : PICTURE_YCBCR;
    picture->chroma_across = chroma[reading->subsampling].across;
    picture->chroma_down = chroma[reading->subsampling].down;
    picture->shrink = choose_shrink(reading, picture->chroma_across, picture->chroma_down);
    if (!picture_allocate(picture, why))
        return false;
    unsigned char *planes[3] = {picture->planes[0].samples, picture->planes[1].samples,
                                picture->planes[2].samples};
    int strides[3] = {(int)picture->planes[0].stride, (int)picture->planes[1].stride,
                      (int)picture->planes[2].stride};
    int result = tjDecompressToYUVPlanes(reading->decoder, reading->bytes, reading->length, planes,
                                         (int)picture->planes[0].width, strides,
                                         (int)picture->planes[0].height, TJFLAG_LIMITSCANS);
    return accept(reading, result, why);
}

static struct colours *find_colours(const struct jpeg_header *header)
{
    struct buffer profile;
    buffer_init(&profile, 255 * 65536);
    struct colours *colours = NULL;
    if (jpeg_header_profile(header, &profile))
        colours = colours_from_profile(profile.data, profile.length,
                                       header->components == 4   ? COLOURS_CMYK
                                       : header->components == 1 ? COLOURS_GREY
                                                                 : COLOURS_RGB);
    buffer_clear(&profile);
    return colours;
}

// Inks to light. Adobe's CMYK is stored inverted: 255 is no ink.
static void inks_to_rgb(const struct jpeg_header *header, unsigned char *pixels, size_t count)
{
    unsigned char flip = header->adobe ? 0 : 255;
    for (size_t i = 0; flip != 0 && i < count * 4; i++)
        pixels[i] ^= flip;
    struct colours *colours = find_colours(header);
    if (colours != NULL)
        colours_convert_pixels(colours, pixels, pixels, count);
    for (size_t i = 0; colours == NULL && i < count; i++) {
        const unsigned char *inks = pixels + i * 4;
        unsigned key = inks[3];
        for (size_t c = 0; c < 3; c++)
            pixels[i * 3 + c] = (unsigned char)(inks[c] * key / 255);
    }
    colours_free(colours);
}

// CMYK, and subsamplings that TurboJPEG has no name for: through interleaved pixels.
static bool read_interleaved(struct reading *reading, struct picture *picture, struct error *why)
{
    bool inks = reading->header.components == 4;
    picture->colour = PICTURE_RGB;
    picture->shrink = choose_shrink(reading, 1, 1);
    picture->chroma_across = picture->chroma_down = 1;
    size_t width = picture_plane_width(picture, 0), height = picture_plane_height(picture, 0);
    unsigned char *pixels = malloc(width * height * (inks ? 4 : 3));
    if (pixels == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a picture of %zu x %zu", width, height);
    int result =
        tjDecompress2(reading->decoder, reading->bytes, reading->length, pixels, (int)width, 0,
                      (int)height, inks ? TJPF_CMYK : TJPF_RGB, TJFLAG_LIMITSCANS);
    bool done = accept(reading, result, why) && picture_allocate(picture, why);
    if (done && inks)
        inks_to_rgb(&reading->header, pixels, width * height);
    for (unsigned y = 0; done && y < height; y++)
        picture_put_row(picture, y, pixels + y * width * 3, 3);
    free(pixels);
    return done;
}

static bool read_pixels(struct reading *reading, struct picture *picture, struct error *why)
{
    *picture = (struct picture){.width = reading->header.width,
                                .height = reading->header.height,
                                .pool = reading->wish->pool};
    int width, height;
    bool named = tjDecompressHeader3(reading->decoder, reading->bytes, reading->length, &width,
                                     &height, &reading->subsampling, &reading->colour) == 0 ||
                 tjGetErrorCode(reading->decoder) == TJERR_WARNING;
    // R, G, B planes are of use only at full size; TurboJPEG hands them out as if Y, Cb, Cr.
    bool plain = named && reading->subsampling >= 0 && reading->header.components <= 3 &&
                 (reading->colour != TJCS_RGB || reading->subsampling == TJSAMP_444);
    if (!(plain ? read_planes(reading, picture, why) : read_interleaved(reading, picture, why)))
        return false;
    if (reading->header.components != 4)
        picture->colours = find_colours(&reading->header);
    return true;
}
