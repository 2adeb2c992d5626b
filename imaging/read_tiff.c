// TIFF by libtiff: the first page, through its RGBA interface, strip by strip.
#include "read.h"

#include "colours.h"
#include "tiff_put.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A TIFF being read, and the file as libtiff sees it.
struct reading {
    const unsigned char *bytes;
    size_t length;
    uint64_t at;
    TIFF *file;
    struct tiff_put put;
    char message[1024]; // libtiff's first complaint
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

// The whole file lies in memory. Read piece by piece instead, libtiff 4.5 refuses tiles that are
// not compressed and take no multiple of 1024 bytes.
static int source_map(thandle_t handle, void **base, toff_t *size)
{
    struct reading *reading = handle;
    *base = (void *)(uintptr_t)reading->bytes; // libtiff only reads there
    *size = reading->length;
    return 1;
}

static void source_unmap(thandle_t handle, void *base, toff_t size)
{
    (void)handle;
    (void)base;
    (void)size;
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

// The first page that is a picture of its own, for a small copy of another may come first.
static bool find_page(TIFF *file)
{
    for (;;) {
        uint32_t kind = 0;
        TIFFGetFieldDefaulted(file, TIFFTAG_SUBFILETYPE, &kind);
        if ((kind & FILETYPE_REDUCEDIMAGE) == 0)
            return true;
        if (!TIFFReadDirectory(file))
            return false;
    }
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
    reading->file = TIFFClientOpenExt("TIFF", "r", reading, source_read, source_write, source_seek,
                                      source_close, source_size, source_map, source_unmap, options);
    TIFFOpenOptionsFree(options);
    if (reading->file == NULL)
        return error_set(why, ERR_IMAGE, "the TIFF is damaged: %s", message_of(reading));
    if (find_page(reading->file))
        return true;
    TIFFClose(reading->file);
    return error_set(why, ERR_IMAGE,
                     "the TIFF's only page is a small copy of another picture, as in the raw files "
                     "of cameras: convert the picture itself to JPEG or PNG");
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
    unsigned bits = read_short(reading->file, TIFFTAG_BITSPERSAMPLE, 1);
    unsigned compression = read_short(reading->file, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    unsigned colours = read_short(reading->file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    if (!TIFFIsCODECConfigured((uint16_t)compression))
        return error_set(
            why, ERR_IMAGE,
            "the TIFF is compressed by method %u, which is not read: convert it to PNG",
            compression);
    if (colours == PHOTOMETRIC_SEPARATED && bits != 8)
        return error_set(why, ERR_IMAGE,
                         "the TIFF has %u bits an ink; only 8 are read: convert it to PNG", bits);
    if (TIFFRGBAImageOK(reading->file, problem))
        return true;
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
    return rows == 0 || rows > reading->put.image.height ? reading->put.image.height : rows;
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
        reading->put.image.row_offset = (int)top;
        if (!TIFFRGBAImageGet(&reading->put.image, raster, picture->width, count) ||
            reading->message[0] != '\0') {
            picture_blank_rows(picture, top);
            error_set(why, ERR_IMAGE, "the TIFF is damaged: %s; %u of %u rows can be read",
                      message_of(reading), top, picture->height);
            done = top > 0 && read_take_damaged(wish, why);
            break;
        }
        tiff_put_finish(&reading->put, raster, (size_t)count * picture->width);
        // libtiff's pixels are numbers with R lowest; their colours are multiplied with alpha.
        for (uint32_t y = 0; y < count; y++)
            picture_put_row_multiplied(
                picture, top + y, (const unsigned char *)(raster + (size_t)y * picture->width));
    }
    free(raster);
    return done;
}

static bool read_pixels(struct reading *reading, const struct read_wish *wish,
                        struct picture *picture, struct error *why)
{
    char problem[1024] = "";
    if (!TIFFRGBAImageBegin(&reading->put.image, reading->file, 1, problem))
        return error_set(why, ERR_IMAGE, "the TIFF cannot be read: %s", problem);
    // As stored: it is turned later, like all others.
    reading->put.image.req_orientation = reading->put.image.orientation;
    picture->colour = is_grey(reading->file) ? PICTURE_GREY : PICTURE_RGB;
    uint32_t length = 0;
    const void *profile = NULL;
    if (!TIFFGetField(reading->file, TIFFTAG_ICCPROFILE, &length, &profile))
        profile = NULL;
    tiff_put_choose(&reading->put, reading->file, profile, length);
    bool done = picture_allocate(picture, why) && read_bands(reading, wish, picture, why);
    bool inks = reading->put.image.photometric == PHOTOMETRIC_SEPARATED;
    if (done && profile != NULL && !inks)
        picture->colours = colours_from_profile(
            profile, length, picture->colour == PICTURE_GREY ? COLOURS_GREY : COLOURS_RGB);
    tiff_put_clear(&reading->put);
    return done;
}
