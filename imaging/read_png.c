#include "read.h"

#include "exif.h"
#include "png_colours.h"

#include <spng.h>
#include <stdlib.h>
#include <string.h>

// A PNG being read, and how its pixels are asked for.
struct reading {
    spng_ctx *decoder;
    struct spng_ihdr header;
    int format; // SPNG_FMT_*
    unsigned channels;
    unsigned bytes_per_sample;
    size_t row_bytes;
    const struct read_wish *wish;
    const unsigned char *rest; // of the file
    size_t left;
    unsigned char *pixels; // one row, or the whole picture when it is interlaced
};

static bool read_pixels(struct reading *reading, const unsigned char *bytes, size_t length,
                        struct picture *picture, struct error *why);

enum {
    SIGNATURE_BYTES = 8,
    CHUNK_BYTES = 12,              // length, type and checksum around a chunk's data
    MAX_CHUNK = 16 * 1024 * 1024,  // of text, profiles and the like
    MAX_CHUNKS = 64 * 1024 * 1024, // all of them together
};

static uint32_t read_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

bool png_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why)
{
    if (length >= SIGNATURE_BYTES + CHUNK_BYTES &&
        memcmp(bytes + SIGNATURE_BYTES + 4, "CgBI", 4) == 0)
        return error_set(why, ERR_IMAGE,
                         "this is a PNG as Apple packs it into programs (CgBI), which is not read: "
                         "convert it to an ordinary PNG");
    if (length < SIGNATURE_BYTES + CHUNK_BYTES + 13 ||
        memcmp(bytes + SIGNATURE_BYTES + 4, "IHDR", 4) != 0)
        return error_set(why, ERR_IMAGE, "the PNG is damaged: it has no header");
    *facts = (struct picture_facts){read_number(bytes + 16), read_number(bytes + 20), 1};
    if (facts->width == 0 || facts->height == 0 || facts->width > INT32_MAX ||
        facts->height > INT32_MAX)
        return error_set(why, ERR_IMAGE, "the PNG declares %u x %u pixels", facts->width,
                         facts->height);
    // It may stand before or behind the pixels; spng would read, and unpack, every other chunk on
    // the way.
    size_t size;
    const unsigned char *exif = png_find_chunk(bytes, length, "eXIf", &size);
    if (exif != NULL)
        facts->orientation = exif_orientation(exif, size);
    return true;
}

bool png_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
              struct picture *picture, struct error *why)
{
    struct reading reading = {.decoder = spng_ctx_new(0), .wish = wish};
    if (reading.decoder == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a PNG decoder");
    bool done = read_pixels(&reading, bytes, length, picture, why);
    spng_ctx_free(reading.decoder);
    free(reading.pixels);
    if (!done)
        picture_clear(picture);
    return done;
}

static bool fail(int code, uint32_t row, const struct reading *reading, struct error *why)
{
    // zlib cannot begin for want of memory only, or because of a wrong version.
    if (code == SPNG_EMEM || code == SPNG_EZLIB_INIT)
        return error_set(why, ERR_MEMORY, "no memory for a PNG of %u x %u", reading->header.width,
                         reading->header.height);
    if (row > 0)
        return error_set(why, ERR_IMAGE, "the PNG is damaged: %s; %u of %u rows can be read",
                         spng_strerror(code), row, reading->header.height);
    return error_set(why, ERR_IMAGE, "the PNG is damaged: %s", spng_strerror(code));
}

// The plainest form that loses nothing: spng makes grey without alpha, RGB, and RGBA for the rest.
// Sixteen bits come as RGBA only, and are rounded to eight here, where spng would cut them off.
static void choose_format(struct reading *reading, bool transparent)
{
    bool grey = reading->header.color_type == SPNG_COLOR_TYPE_GRAYSCALE;
    bool alpha = transparent || (reading->header.color_type & 4) != 0;
    bool deep = reading->header.bit_depth == 16;
    reading->format = deep    ? SPNG_FMT_RGBA16
                      : alpha ? SPNG_FMT_RGBA8
                      : grey  ? SPNG_FMT_G8
                              : SPNG_FMT_RGB8;
    reading->channels = deep || alpha ? 4 : grey ? 1 : 3;
    reading->bytes_per_sample = deep ? 2 : 1;
    reading->row_bytes =
        (size_t)reading->header.width * reading->channels * reading->bytes_per_sample;
}

static void put_row(struct reading *reading, unsigned char *row, unsigned y,
                    struct picture *picture)
{
    if (reading->bytes_per_sample == 2) {
        for (size_t i = 0; i < (size_t)reading->header.width * reading->channels; i++) {
            uint16_t sample;
            memcpy(&sample, row + 2 * i, sizeof sample);
            row[i] = (unsigned char)((sample * UINT32_C(255) + 32767) / 65535);
        }
    }
    picture_put_row(picture, y, row, reading->channels);
}

static bool read_rows(struct reading *reading, struct picture *picture, struct error *why)
{
    for (uint32_t y = 0; y < reading->header.height; y++) {
        int code = spng_decode_row(reading->decoder, reading->pixels, reading->row_bytes);
        // spng says SPNG_EOI with the last row.
        if (code != SPNG_OK && !(code == SPNG_EOI && y + 1 == reading->header.height)) {
            picture_blank_rows(picture, y);
            fail(code, y, reading, why);
            return y > 0 && read_take_damaged(reading->wish, why);
        }
        put_row(reading, reading->pixels, y, picture);
    }
    return true;
}

// An interlaced picture comes in seven passes, each of which puts its pixels between those there.
static bool read_interlaced(struct reading *reading, struct picture *picture, struct error *why)
{
    int code = SPNG_OK;
    struct spng_row_info row = {0};
    while (code == SPNG_OK) {
        code = spng_get_row_info(reading->decoder, &row);
        if (code == SPNG_OK)
            code = spng_decode_row(reading->decoder,
                                   reading->pixels + row.row_num * reading->row_bytes,
                                   reading->row_bytes);
    }
    if (code != SPNG_EOI) {
        fail(code, 0, reading, why);
        error_note(why, "in pass %d of 7", row.pass + 1);
        if (row.pass == 0 || !read_take_damaged(reading->wish, why))
            return false;
    }
    for (uint32_t y = 0; y < reading->header.height; y++)
        put_row(reading, reading->pixels + y * reading->row_bytes, y, picture);
    return true;
}

// From a buffer spng takes a chunk whole or not at all, and many files have one chunk of pixels;
// from a stream it takes what is there.
static int give_bytes(spng_ctx *decoder, void *user, void *to, size_t length)
{
    (void)decoder;
    struct reading *reading = user;
    if (length > reading->left)
        return SPNG_IO_EOF;
    memcpy(to, reading->rest, length);
    reading->rest += length;
    reading->left -= length;
    return 0;
}

static bool read_pixels(struct reading *reading, const unsigned char *bytes, size_t length,
                        struct picture *picture, struct error *why)
{
    spng_set_chunk_limits(reading->decoder, MAX_CHUNK, MAX_CHUNKS);
    reading->rest = bytes;
    reading->left = length;
    int code = spng_set_png_stream(reading->decoder, give_bytes, reading);
    if (code == SPNG_OK)
        code = spng_get_ihdr(reading->decoder, &reading->header);
    if (code != SPNG_OK)
        return fail(code, 0, reading, why);
    struct spng_trns transparency;
    choose_format(reading, spng_get_trns(reading->decoder, &transparency) == SPNG_OK);
    bool grey = (reading->header.color_type & 3) == 0;
    *picture = (struct picture){.pool = reading->wish->pool,
                                .colour = grey ? PICTURE_GREY : PICTURE_RGB,
                                .width = reading->header.width,
                                .height = reading->header.height,
                                .shrink = 1,
                                .chroma_across = 1,
                                .chroma_down = 1};
    bool interlaced = reading->header.interlace_method != SPNG_INTERLACE_NONE;
    reading->pixels = calloc(interlaced ? reading->header.height : 1, reading->row_bytes);
    if (reading->pixels == NULL)
        return fail(SPNG_EMEM, 0, reading, why);
    if (!picture_allocate(picture, why))
        return false;
    code = spng_decode_image(reading->decoder, NULL, 0, reading->format,
                             SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE);
    if (code != SPNG_OK)
        return fail(code, 0, reading, why);
    picture->colours = png_colours(bytes, length, reading->decoder, grey);
    return interlaced ? read_interlaced(reading, picture, why) : read_rows(reading, picture, why);
}
