#include "png_colours.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
    SIGNATURE_BYTES = 8,
    CHUNK_BYTES = 12, // length, type and checksum around a chunk's data
};

static uint32_t read_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

const unsigned char *png_find_chunk(const unsigned char *bytes, size_t length, const char *type,
                                    size_t *size)
{
    size_t at = SIGNATURE_BYTES;
    while (at <= length && length - at >= CHUNK_BYTES) {
        *size = read_number(bytes + at);
        if (*size > length - at - CHUNK_BYTES)
            break;
        if (memcmp(bytes + at + 4, type, 4) == 0)
            return bytes + at + 8;
        at += CHUNK_BYTES + *size;
    }
    *size = 0;
    return NULL;
}

// An exponent this near to that of sRGB is a rough name for it.
static bool is_usual(double exponent)
{
    return fabs(exponent - 2.2) < 0.1;
}

static struct colours *from_exponent(spng_ctx *decoder, bool grey)
{
    static const double srgb[8] = {0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
    double gamma = 0;
    struct spng_chrm c;
    if (spng_get_gama(decoder, &gamma) != SPNG_OK || gamma < 0.1 || gamma > 5)
        return NULL;
    double exponent = is_usual(1 / gamma) ? 0 : 1 / gamma;
    if (grey)
        return exponent > 0 ? colours_from_exponent(exponent) : NULL;
    if (spng_get_chrm(decoder, &c) != SPNG_OK)
        return exponent > 0 ? colours_from_primaries(srgb, exponent) : NULL;
    double own[8] = {c.white_point_x, c.white_point_y, c.red_x,  c.red_y,
                     c.green_x,       c.green_y,       c.blue_x, c.blue_y};
    return colours_from_primaries(own, exponent);
}

struct colours *png_colours(const unsigned char *bytes, size_t length, spng_ctx *decoder, bool grey)
{
    size_t size;
    const unsigned char *codes = png_find_chunk(bytes, length, "cICP", &size);
    if (codes != NULL && size == 4)
        return grey ? NULL : colours_from_codes(codes[0], codes[1]);
    struct spng_iccp profile;
    if (spng_get_iccp(decoder, &profile) == SPNG_OK)
        return colours_from_profile(profile.profile, profile.profile_len,
                                    grey ? COLOURS_GREY : COLOURS_RGB);
    uint8_t intent;
    if (spng_get_srgb(decoder, &intent) == SPNG_OK)
        return NULL;
    return from_exponent(decoder, grey);
}
