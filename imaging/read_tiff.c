// TIFF by libtiff: the first page, through its RGBA interface, strip by strip.
#include "read.h"

#include "colours.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

// A TIFF being read, and the file as libtiff sees it.
struct reading {
    const unsigned char *bytes;
    size_t length;
    uint64_t at;
    TIFF *file;
    TIFFRGBAImage image;
    struct colours *inks; // what four inks become; NULL: libtiff's plain rule
    char message[1024];   // libtiff's first complaint
};

// For tables of offsets and the like; a strip's pixels may take more, see open.
enum { MAX_TABLE = 64 << 20 };

static bool open_file(struct reading *reading, uint64_t max_allocation, struct error *why);
static void read_facts(TIFF *file, struct picture_facts *facts);
static bool is_read(struct reading *reading, struct error *why);
static bool read_pixels(struct reading *reading, const struct read_wish *wish,
                        struct picture *picture, struct error *why);

bool tiff_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why)
{
    struct reading reading = {.bytes = bytes, .length = length};
    if (!open_file(&reading, 0, why))
        return false;
    read_facts(reading.file, facts);
    bool done =
        (facts->width > 0 && facts->height > 0 && facts->width <= INT32_MAX &&
         facts->height <= INT32_MAX) ||
        error_set(why, ERR_IMAGE, "the TIFF declares %u x %u pixels", facts->width, facts->height);
    done = done && is_read(&reading, why);
    TIFFClose(reading.file);
    return done;
}

bool tiff_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why)
{
    struct reading reading = {.bytes = bytes, .length = length};
    struct picture_facts facts;
    if (!tiff_measure(bytes, length, &facts, why))
        return false;
    // At most 5 samples of 16 bits a pixel in one strip or tile, which may reach beyond the sides.
    if (!open_file(&reading, (uint64_t)facts.width * facts.height * 10, why))
        return false;
    *picture = (struct picture){.pool = wish->pool,
                                .width = facts.width,
                                .height = facts.height,
                                .shrink = 1,
                                .chroma_across = 1,
                                .chroma_down = 1};
    bool done = reading.message[0] == '\0' ||
                error_set(why, ERR_IMAGE, "the TIFF is damaged: %s", reading.message);
    done = done && read_pixels(&reading, wish, picture, why);
    TIFFClose(reading.file);
    if (!done)
        picture_clear(picture);
    return done;
}

static tmsize_t source_read(thandle_t handle, void *data, tmsize_t size)
{
    struct reading *reading = handle;
    if (size <= 0 || reading->at >= reading->length)
        return 0;
    size_t left = reading->length - (size_t)reading->at;
    size_t count = (size_t)size < left ? (size_t)size : left;
    memcpy(data, reading->bytes + reading->at, count);
    reading->at += count;
    return (tmsize_t)count;
}

static tmsize_t source_write(thandle_t handle, void *data, tmsize_t size)
{
    (void)handle;
    (void)data;
    (void)size;
    return 0;
}

static toff_t source_seek(thandle_t handle, toff_t offset, int whence)
{
    struct reading *reading = handle;
    reading->at = whence == SEEK_SET   ? offset
                  : whence == SEEK_CUR ? reading->at + offset
                                       : reading->length + offset;
    return reading->at;
}

static int source_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t source_size(thandle_t handle)
{
    return ((struct reading *)handle)->length;
}

static int keep_message(TIFF *file, void *user, const char *module, const char *format,
                        va_list arguments)
{
    (void)file;
    (void)module;
    struct reading *reading = user;
    if (reading->message[0] == '\0')
        vsnprintf(reading->message, sizeof reading->message, format, arguments);
    return 1; // libtiff shall not print it
}

// Only a warning to libtiff, which then reads the picture without its palette or tables.
static int keep_warning(TIFF *file, void *user, const char *module, const char *format,
                        va_list arguments)
{
    if (strncmp(format, "IO error", 8) == 0)
        return keep_message(file, user, module, format, arguments);
    return 1;
}

static const char *message_of(const struct reading *reading)
{
    return reading->message[0] != '\0' ? reading->message : "its pixels cannot be decoded";
}

static bool open_file(struct reading *reading, uint64_t max_allocation, struct error *why)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a TIFF decoder");
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)(MAX_TABLE + max_allocation));
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_message, reading);
    TIFFOpenOptionsSetWarningHandlerExtR(options, keep_warning, reading);
    // "m": not by mapping, which a file in memory has no need of.
    reading->file = TIFFClientOpenExt("TIFF", "rm", reading, source_read, source_write, source_seek,
                                      source_close, source_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return reading->file != NULL ||
           error_set(why, ERR_IMAGE, "the TIFF is damaged: %s", message_of(reading));
}

static uint16_t read_short(TIFF *file, uint32_t tag, uint16_t otherwise)
{
    uint16_t value = otherwise;
    TIFFGetFieldDefaulted(file, tag, &value);
    return value;
}

static void read_facts(TIFF *file, struct picture_facts *facts)
{
    *facts = (struct picture_facts){.orientation = 1};
    uint32_t width = 0, height = 0;
    TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
    unsigned orientation = read_short(file, TIFFTAG_ORIENTATION, 1);
    facts->width = width;
    facts->height = height;
    facts->orientation = orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
}

static bool is_read(struct reading *reading, struct error *why)
{
    char problem[1024] = "";
    if (TIFFRGBAImageOK(reading->file, problem))
        return true;
    unsigned bits = read_short(reading->file, TIFFTAG_BITSPERSAMPLE, 1);
    if (bits > 16)
        return error_set(why, ERR_IMAGE,
                         "the TIFF has %u bits a sample; at most 16 are read: convert it to PNG",
                         bits);
    return error_set(why, ERR_IMAGE, "the TIFF is of a kind that is not read: %s", problem);
}

// Whether R, G and B are the same everywhere.
static bool is_grey(TIFF *file)
{
    uint16_t photometric = read_short(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
}

// The rows that are decoded at once: of a strip, or of a line of tiles.
static uint32_t band_rows(const struct reading *reading)
{
    uint32_t rows = 0;
    if (TIFFIsTiled(reading->file))
        TIFFGetField(reading->file, TIFFTAG_TILELENGTH, &rows);
    else
        TIFFGetFieldDefaulted(reading->file, TIFFTAG_ROWSPERSTRIP, &rows);
    return rows == 0 || rows > reading->image.height ? reading->image.height : rows;
}

static bool read_bands(struct reading *reading, const struct read_wish *wish,
                       struct picture *picture, struct error *why)
{
    uint32_t rows = band_rows(reading);
    uint32_t *raster = calloc((size_t)rows * picture->width, sizeof *raster);
    if (raster == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %u rows of a TIFF of %u x %u", rows,
                         picture->width, picture->height);
    bool done = true;
    for (uint32_t top = 0; done && top < picture->height; top += rows) {
        uint32_t count = picture->height - top < rows ? picture->height - top : rows;
        reading->image.row_offset = (int)top;
        if (!TIFFRGBAImageGet(&reading->image, raster, picture->width, count) ||
            reading->message[0] != '\0') {
            picture_blank_rows(picture, top);
            error_set(why, ERR_IMAGE, "the TIFF is damaged: %s; %u of %u rows can be read",
                      message_of(reading), top, picture->height);
            done = top > 0 && read_take_damaged(wish, why);
            break;
        }
        // libtiff's pixels are numbers with R lowest; their colours are multiplied with alpha.
        for (uint32_t y = 0; y < count; y++)
            picture_put_row_multiplied(
                picture, top + y, (const unsigned char *)(raster + (size_t)y * picture->width));
    }
    free(raster);
    return done;
}

// A row of inks, 255 for all of it, each `step` bytes behind the one before, to libtiff's pixels.
static void convert_row(const struct reading *reading, unsigned char *const inks[4], size_t at,
                        size_t step, uint32_t width, uint32_t *pixels)
{
    enum { PIECE = 256 };
    unsigned char light[4 * PIECE], rgb[3 * PIECE];
    for (uint32_t x = 0; x < width; x += PIECE) {
        size_t count = width - x < PIECE ? width - x : PIECE;
        for (size_t i = 0; i < count; i++)
            for (size_t c = 0; c < 4; c++)
                light[4 * i + c] = (unsigned char)~inks[c][at + (x + i) * step];
        colours_convert_inks(reading->inks, light, rgb, count);
        for (size_t i = 0; i < count; i++)
            pixels[x + i] = rgb[3 * i] | (uint32_t)rgb[3 * i + 1] << 8 |
                            (uint32_t)rgb[3 * i + 2] << 16 | UINT32_C(255) << 24;
    }
}

static const struct reading *reading_of(const TIFFRGBAImage *image)
{
    return (const struct reading *)((const char *)image - offsetof(struct reading, image));
}

// In place of libtiff's own conversions, which have this form: a block of pixels, and what lies
// between one of its rows and the next on either side.
static void put_inks(TIFFRGBAImage *image, uint32_t *pixels, uint32_t x, uint32_t y, uint32_t width,
                     uint32_t height, int32_t from_skew, int32_t to_skew, unsigned char *inks)
{
    (void)x;
    (void)y;
    size_t step = image->samplesperpixel;
    unsigned char *each[4] = {inks, inks + 1, inks + 2, inks + 3};
    for (ptrdiff_t row = 0; row < (ptrdiff_t)height; row++)
        convert_row(reading_of(image), each,
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
        convert_row(reading_of(image), each, (size_t)(row * ((ptrdiff_t)width + from_skew)), 1,
                    width, pixels + row * ((ptrdiff_t)width + to_skew));
}

// Inks must be converted before they are RGB, so libtiff is told how.
static void convert_inks(struct reading *reading, const void *profile, uint32_t length)
{
    TIFFRGBAImage *image = &reading->image;
    if (image->bitspersample != 8 || image->samplesperpixel < 4)
        return;
    reading->inks = colours_from_profile(profile, length, COLOURS_CMYK);
    if (reading->inks == NULL)
        return;
    if (image->isContig)
        image->put.contig = put_inks;
    else
        image->put.separate = put_planes_of_inks;
}

static bool read_pixels(struct reading *reading, const struct read_wish *wish,
                        struct picture *picture, struct error *why)
{
    char problem[1024] = "";
    if (!TIFFRGBAImageBegin(&reading->image, reading->file, 1, problem))
        return error_set(why, ERR_IMAGE, "the TIFF cannot be read: %s", problem);
    // As stored: it is turned later, like all others.
    reading->image.req_orientation = reading->image.orientation;
    picture->colour = is_grey(reading->file) ? PICTURE_GREY : PICTURE_RGB;
    uint32_t length = 0;
    const void *profile = NULL;
    bool inks = reading->image.photometric == PHOTOMETRIC_SEPARATED;
    if (!TIFFGetField(reading->file, TIFFTAG_ICCPROFILE, &length, &profile))
        profile = NULL;
    if (profile != NULL && inks)
        convert_inks(reading, profile, length);
    bool done = picture_allocate(picture, why) && read_bands(reading, wish, picture, why);
    if (done && profile != NULL && !inks)
        picture->colours = colours_from_profile(
            profile, length, picture->colour == PICTURE_GREY ? COLOURS_GREY : COLOURS_RGB);
    TIFFRGBAImageEnd(&reading->image);
    colours_free(reading->inks);
    return done;
}
