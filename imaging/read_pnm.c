// The netpbm formats: P1-P3 in digits, P4-P6 in bytes. Read here because stb_image takes only P5
// and P6, does not stretch a maximum other than 255, and reads 16-bit samples in the wrong byte
// order.
#include "read.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    const unsigned char *bytes;
    size_t length, at;
    unsigned kind; // the digit behind the P
    unsigned channels;
    unsigned width, height, maximum;
};

static bool read_header(struct reading *reading, struct error *why);
static bool read_rows(struct reading *reading, unsigned char *row, const struct read_wish *wish,
                      struct picture *picture, struct error *why);
static bool read_row(struct reading *reading, unsigned char *row);

bool pnm_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why)
{
    struct reading reading = {.bytes = bytes, .length = length};
    if (!read_header(&reading, why))
        return false;
    *facts = (struct picture_facts){reading.width, reading.height, 1};
    return true;
}

bool pnm_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
              struct picture *picture, struct error *why)
{
    struct reading reading = {.bytes = bytes, .length = length};
    if (!read_header(&reading, why))
        return false;
    *picture = (struct picture){.pool = wish->pool,
                                .colour = reading.channels == 1 ? PICTURE_GREY : PICTURE_RGB,
                                .width = reading.width,
                                .height = reading.height,
                                .shrink = 1,
                                .chroma_across = 1,
                                .chroma_down = 1};
    unsigned char *row = malloc((size_t)reading.width * reading.channels);
    bool done = row != NULL ? picture_allocate(picture, why)
                            : error_set(why, ERR_MEMORY, "no memory for a PNM row of %u pixels",
                                        reading.width);
    done = done && read_rows(&reading, row, wish, picture, why);
    free(row);
    if (!done)
        picture_clear(picture);
    return done;
}

static bool read_rows(struct reading *reading, unsigned char *row, const struct read_wish *wish,
                      struct picture *picture, struct error *why)
{
    for (unsigned y = 0; y < reading->height; y++) {
        if (!read_row(reading, row)) {
            picture_blank_rows(picture, y);
            error_set(why, ERR_IMAGE,
                      "the PNM is damaged: it is cut off; %u of %u rows can be read", y,
                      reading->height);
            return y > 0 && read_take_damaged(wish, why);
        }
        picture_put_row(picture, y, row, reading->channels);
    }
    return true;
}

static bool is_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct reading *reading)
{
    while (reading->at < reading->length) {
        unsigned char c = reading->bytes[reading->at];
        if (c == '#') {
            const void *end =
                memchr(reading->bytes + reading->at, '\n', reading->length - reading->at);
            reading->at = end != NULL ? (size_t)((const unsigned char *)end - reading->bytes)
                                      : reading->length;
        } else if (!is_blank(c)) {
            return;
        } else {
            reading->at++;
        }
    }
}

// A number in digits, at most limit. A P1 bitmap needs no blanks between its digits.
static bool read_number(struct reading *reading, unsigned limit, bool one_digit, unsigned *value)
{
    skip_blanks(reading);
    size_t start = reading->at;
    uint64_t number = 0;
    while (reading->at < reading->length && reading->bytes[reading->at] >= '0' &&
           reading->bytes[reading->at] <= '9' && number <= limit) {
        number = number * 10 + (unsigned)(reading->bytes[reading->at++] - '0');
        if (one_digit)
            break;
    }
    *value = (unsigned)number;
    return reading->at > start && number <= limit;
}

static bool read_header(struct reading *reading, struct error *why)
{
    reading->kind = reading->length > 2 ? (unsigned)(reading->bytes[1] - '0') : 0;
    if (reading->kind == 7)
        return error_set(why, ERR_IMAGE, "PAM pictures (P7) are not read: convert to PNG");
    reading->channels = reading->kind % 3 == 0 ? 3 : 1;
    reading->maximum = 1;
    reading->at = 2;
    bool bitmap = reading->kind % 3 == 1;
    if (!read_number(reading, INT32_MAX, false, &reading->width) ||
        !read_number(reading, INT32_MAX, false, &reading->height) ||
        (!bitmap && !read_number(reading, 65535, false, &reading->maximum)) ||
        reading->width == 0 || reading->height == 0 || reading->maximum == 0)
        return error_set(why, ERR_IMAGE, "the PNM is damaged: its header cannot be read");
    reading->at++; // exactly one blank before the pixels
    return true;
}

static unsigned char stretch(unsigned sample, unsigned maximum)
{
    return (unsigned char)(((sample < maximum ? sample : maximum) * 255 + maximum / 2) / maximum);
}

static bool read_digits(struct reading *reading, unsigned char *row, size_t samples)
{
    bool bitmap = reading->kind == 1;
    for (size_t i = 0; i < samples; i++) {
        unsigned sample;
        if (!read_number(reading, 65535, bitmap, &sample))
            return false;
        if (bitmap)
            sample = sample == 0; // 1 is ink
        row[i] = stretch(sample, reading->maximum);
    }
    return true;
}

static bool read_row(struct reading *reading, unsigned char *row)
{
    size_t samples = (size_t)reading->width * reading->channels;
    if (reading->kind <= 3)
        return read_digits(reading, row, samples);
    size_t wide = reading->maximum > 255 ? 2 : 1;
    size_t size = reading->kind == 4 ? ((size_t)reading->width + 7) / 8 : samples * wide;
    if (reading->at > reading->length || size > reading->length - reading->at)
        return false;
    const unsigned char *from = reading->bytes + reading->at;
    reading->at += size;
    for (size_t i = 0; i < samples; i++) {
        if (reading->kind == 4)
            row[i] = from[i / 8] & (0x80 >> i % 8) ? 0 : 255;
        else
            row[i] = stretch(wide == 2 ? (unsigned)from[2 * i] << 8 | from[2 * i + 1] : from[i],
                             reading->maximum);
    }
    return true;
}
