// BMP of the kinds that stb_image does not read: in runs (RLE4 and RLE8), and with a palette of
// OS/2 1, of which it drops the last four colours.
#include "read.h"

#include "other_colours.h"

#include <stdlib.h>
#include <string.h>

enum {
    FILE_HEADER = 14,
    CORE_HEADER = 12, // of OS/2 1
    INFO_HEADER = 40,
    RLE8 = 1,
    RLE4 = 2,
};

struct reading {
    const unsigned char *bytes;
    size_t length, at;
    unsigned bits; // 4 or 8 a pixel; 1 as well when it is not in runs
    bool in_runs;
    unsigned width, height;
    unsigned char palette[256][3];
    unsigned x, y; // the next pixel; y counts from the bottom
    unsigned char *indices;
};

static bool read_header(struct reading *reading, struct error *why);
static bool read_runs(struct reading *reading);
static bool read_rows(struct reading *reading);

static uint32_t number_at(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static unsigned short_at(const unsigned char *bytes)
{
    return bytes[0] | (unsigned)bytes[1] << 8;
}

static bool is_core(const unsigned char *bytes, size_t length)
{
    return length >= FILE_HEADER + CORE_HEADER && number_at(bytes + 14) == CORE_HEADER &&
           (bytes[24] == 1 || bytes[24] == 4 || bytes[24] == 8);
}

bool bmp_is_special(const unsigned char *bytes, size_t length)
{
    if (length < 2 || memcmp(bytes, "BM", 2) != 0)
        return false;
    if (is_core(bytes, length))
        return true;
    if (length < FILE_HEADER + INFO_HEADER || number_at(bytes + 14) < INFO_HEADER)
        return false;
    uint32_t coding = number_at(bytes + 30);
    return (coding == RLE8 && bytes[28] == 8) || (coding == RLE4 && bytes[28] == 4);
}

bool bmp_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why)
{
    struct reading reading = {.bytes = bytes, .length = length};
    if (!read_header(&reading, why))
        return false;
    *facts = (struct picture_facts){reading.width, reading.height, 1};
    return true;
}

bool bmp_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
              struct picture *picture, struct error *why)
{
    struct reading reading = {.bytes = bytes, .length = length};
    if (!read_header(&reading, why))
        return false;
    // A run is at most 255 pixels in two bytes, and skipping takes more.
    if ((uint64_t)reading.width * reading.height / 65536 > length)
        return error_set(why, ERR_IMAGE, "it is damaged: %zu bytes are far too few for %u x %u",
                         length, reading.width, reading.height);
    *picture = (struct picture){.pool = wish->pool,
                                .colour = PICTURE_RGB,
                                .width = reading.width,
                                .height = reading.height,
                                .shrink = 1,
                                .chroma_across = 1,
                                .chroma_down = 1};
    // What no run covers has the first colour of the palette, as on Windows.
    reading.indices = calloc(reading.height, reading.width);
    unsigned char *row = malloc((size_t)reading.width * 3);
    bool done = reading.indices != NULL && row != NULL
                    ? picture_allocate(picture, why)
                    : error_set(why, ERR_MEMORY, "no memory for a BMP of %u x %u", reading.width,
                                reading.height);
    if (done && !(reading.in_runs ? read_runs(&reading) : read_rows(&reading))) {
        error_set(why, ERR_IMAGE, "it is damaged: %u of its %u rows can be read", reading.y,
                  reading.height);
        done = reading.y > 0 && read_take_damaged(wish, why);
    }
    for (unsigned y = 0; done && y < reading.height; y++) {
        const unsigned char *from =
            reading.indices + (size_t)(reading.height - 1 - y) * reading.width;
        for (unsigned x = 0; x < reading.width; x++)
            memcpy(row + 3 * (size_t)x, reading.palette[from[x]], 3);
        picture_put_row(picture, y, row, 3);
    }
    free(row);
    free(reading.indices);
    if (done)
        picture->colours = other_colours(bytes, length, false);
    else
        picture_clear(picture);
    return done;
}

static bool read_header(struct reading *reading, struct error *why)
{
    const unsigned char *bytes = reading->bytes;
    uint32_t header = number_at(bytes + 14), colours = 0;
    bool core = is_core(bytes, reading->length);
    reading->in_runs = !core;
    reading->width = core ? short_at(bytes + 18) : number_at(bytes + 18);
    reading->height = core ? short_at(bytes + 20) : number_at(bytes + 22);
    reading->bits = core ? bytes[24] : bytes[28];
    reading->at = number_at(bytes + 10);
    if (!core)
        colours = number_at(bytes + 46);
    if (colours == 0 || colours > 1u << reading->bits)
        colours = 1u << reading->bits;
    // Runs are stored from the bottom upwards only, and so are all of OS/2 1.
    if (reading->width == 0 || reading->height == 0 || reading->width > INT32_MAX ||
        reading->height > INT32_MAX || reading->at > reading->length ||
        header > reading->length - FILE_HEADER)
        return error_set(why, ERR_IMAGE, "its header cannot be read: damaged");
    size_t start = FILE_HEADER + (size_t)header, size = core ? 3 : 4;
    for (uint32_t i = 0; i < colours && start + size * (i + 1) <= reading->length; i++)
        for (int c = 0; c < 3; c++)
            reading->palette[i][c] = bytes[start + size * i + 2 - (size_t)c];
    return true;
}

// Rows that are not in runs fill whole 32-bit words. False: they end in the middle.
static bool read_rows(struct reading *reading)
{
    size_t size = ((size_t)reading->width * reading->bits + 31) / 32 * 4;
    unsigned mask = (1u << reading->bits) - 1;
    for (; reading->y < reading->height; reading->y++) {
        if (size > reading->length - reading->at)
            return false;
        const unsigned char *from = reading->bytes + reading->at;
        unsigned char *to = reading->indices + (size_t)reading->y * reading->width;
        for (size_t x = 0; x < reading->width; x++) {
            size_t bit = x * reading->bits;
            to[x] = (unsigned char)(from[bit / 8] >> (8 - reading->bits - bit % 8) & mask);
        }
        reading->at += size;
    }
    return true;
}

static void put(struct reading *reading, unsigned index)
{
    if (reading->x < reading->width && reading->y < reading->height)
        reading->indices[(size_t)reading->y * reading->width + reading->x++] = (unsigned char)index;
}

static unsigned index_of(const struct reading *reading, const unsigned char *codes, unsigned i)
{
    if (reading->bits == 8)
        return codes[i];
    return i % 2 == 0 ? codes[i / 2] >> 4 : codes[i / 2] & 15;
}

static bool read_plain(struct reading *reading, unsigned count)
{
    size_t size = reading->bits == 8 ? count : (count + 1) / 2;
    if (size > reading->length - reading->at)
        return false;
    for (unsigned i = 0; i < count; i++)
        put(reading, index_of(reading, reading->bytes + reading->at, i));
    reading->at += size;
    // Each such piece fills whole 16-bit words.
    if (size % 2 == 1 && reading->at < reading->length)
        reading->at++;
    return true;
}

static void move(struct reading *reading, unsigned right, unsigned up)
{
    unsigned x = reading->x + right, y = reading->y + up;
    reading->x = x < reading->width ? x : reading->width;
    reading->y = y < reading->height ? y : reading->height;
}

// False: it ends in the middle. The end of the last row may be missing.
static bool read_runs(struct reading *reading)
{
    while (reading->y < reading->height) {
        if (reading->length - reading->at < 2)
            return reading->y + 1 == reading->height && reading->x == reading->width;
        unsigned count = reading->bytes[reading->at], code = reading->bytes[reading->at + 1];
        reading->at += 2;
        unsigned char both[1] = {(unsigned char)code};
        if (count > 0) {
            for (unsigned i = 0; i < count; i++)
                put(reading, reading->bits == 8 ? code : index_of(reading, both, i % 2));
        } else if (code == 0) {
            reading->x = 0;
            reading->y++;
        } else if (code == 1) {
            return true;
        } else if (code == 2) {
            if (reading->length - reading->at < 2)
                return false;
            move(reading, reading->bytes[reading->at], reading->bytes[reading->at + 1]);
            reading->at += 2;
        } else if (!read_plain(reading, code)) {
            return false;
        }
    }
    return true;
}
