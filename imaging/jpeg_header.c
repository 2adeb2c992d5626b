#include "jpeg_header.h"

#include "sniff.h"

#include <string.h>

enum {
    MARKER_SOF0 = 0xc0,
    MARKER_SOF15 = 0xcf,
    MARKER_DHT = 0xc4,
    MARKER_JPG = 0xc8,
    MARKER_DAC = 0xcc,
    MARKER_RST0 = 0xd0,
    MARKER_SOI = 0xd8,
    MARKER_EOI = 0xd9,
    MARKER_SOS = 0xda,
    MARKER_APP1 = 0xe1,
    MARKER_APP2 = 0xe2,
    MARKER_APP14 = 0xee,
    MARKER_SOF55 = 0xf7, // of JPEG-LS
    MARKER_TEM = 0x01,
};

static size_t find_start(const unsigned char *bytes, size_t length);
static bool take_segment(struct jpeg_header *header, unsigned marker, const unsigned char *body,
                         size_t length, struct error *why);

static bool has_length(unsigned marker)
{
    return marker != MARKER_TEM && (marker < MARKER_RST0 || marker > MARKER_EOI);
}

bool jpeg_header_read(const unsigned char *bytes, size_t length, struct jpeg_header *header,
                      struct error *why)
{
    *header = (struct jpeg_header){.start = find_start(bytes, length)};
    size_t at = header->start + 2;
    while (at < length) {
        // Like libjpeg, look over stray bytes between segments for the next marker.
        const unsigned char *next = memchr(bytes + at, 0xff, length - at);
        if (next == NULL)
            break;
        at = (size_t)(next - bytes) + 1;
        if (at >= length || bytes[at] == 0xff || bytes[at] == 0)
            continue;
        unsigned marker = bytes[at++];
        if (marker == MARKER_SOS || marker == MARKER_EOI)
            break;
        if (!has_length(marker))
            continue;
        if (length - at < 2)
            break;
        size_t size = (size_t)bytes[at] << 8 | bytes[at + 1];
        if (size < 2 || size > length - at)
            break;
        if (!take_segment(header, marker, bytes + at + 2, size - 2, why))
            return false;
        at += size;
    }
    if (header->components == 0)
        return error_set(why, ERR_IMAGE,
                         "the JPEG is damaged: it ends before the sides of the picture are given");
    return true;
}

static size_t find_start(const unsigned char *bytes, size_t length)
{
    size_t end = length < SNIFF_BYTES ? length : SNIFF_BYTES;
    for (size_t at = 0; at + 3 <= end; at++)
        if (memcmp(bytes + at, "\xff\xd8\xff", 3) == 0)
            return at;
    return 0;
}

static bool take_frame(struct jpeg_header *header, unsigned marker, const unsigned char *body,
                       size_t length, struct error *why)
{
    if (length < 6 || header->components > 0)
        return true; // libjpeg says what is wrong with it
    header->coding = marker - MARKER_SOF0;
    header->height = (unsigned)body[1] << 8 | body[2];
    header->width = (unsigned)body[3] << 8 | body[4];
    header->components = body[5];
    if (body[0] != 8)
        return error_set(why, ERR_IMAGE,
                         "the JPEG has %u bits a sample; only 8 can be read: convert it", body[0]);
    if (header->coding == 3 || (header->coding >= 5 && header->coding != 9 && header->coding != 10))
        return error_set(why, ERR_IMAGE,
                         "the JPEG is lossless or hierarchical (SOF%u), which is not read: convert "
                         "it to an ordinary JPEG or PNG",
                         header->coding);
    if (header->width == 0 || header->height == 0 || header->components == 0)
        return error_set(why, ERR_IMAGE, "the JPEG declares %u x %u pixels of %u components",
                         header->width, header->height, header->components);
    return true;
}

// A part of a colour profile: its number, how many there are, then its bytes.
static void take_profile(struct jpeg_header *header, const unsigned char *body, size_t length)
{
    unsigned number = body[0];
    if (number == 0 || number > body[1] || header->profile[number - 1].bytes != NULL)
        return;
    header->profile_parts = body[1];
    header->profile[number - 1].bytes = body + 2;
    header->profile[number - 1].length = length - 2;
}

bool jpeg_header_profile(const struct jpeg_header *header, struct buffer *out)
{
    for (unsigned i = 0; i < header->profile_parts; i++)
        if (header->profile[i].bytes == NULL ||
            !buffer_append(out, header->profile[i].bytes, header->profile[i].length))
            return false;
    return header->profile_parts > 0;
}

static bool take_segment(struct jpeg_header *header, unsigned marker, const unsigned char *body,
                         size_t length, struct error *why)
{
    if (marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_DHT &&
        marker != MARKER_JPG && marker != MARKER_DAC)
        return take_frame(header, marker, body, length, why);
    if (marker == MARKER_SOF55)
        return error_set(
            why, ERR_IMAGE,
            "this is JPEG-LS, which is not read: convert it to an ordinary JPEG or PNG");
    if (marker == MARKER_APP1 && header->exif == NULL && length > 6 &&
        memcmp(body, "Exif\0", 6) == 0) {
        header->exif = body;
        header->exif_length = length;
    }
    if (marker == MARKER_APP2 && length >= 14 && memcmp(body, "ICC_PROFILE", 12) == 0)
        take_profile(header, body + 12, length - 12);
    if (marker == MARKER_APP14 && length >= 12 && memcmp(body, "Adobe", 5) == 0)
        header->adobe = true;
    return true;
}
