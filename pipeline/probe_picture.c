#include "probe_picture.h"

#include "file.h"
#include "random.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *chinese;
    unsigned char rgb[3];
} colours[PROBE_COLOURS] = {
    [PROBE_RED] = {"red", "红", {205, 30, 35}},
    [PROBE_GREEN] = {"green", "绿", {35, 150, 50}},
    [PROBE_BLUE] = {"blue", "蓝", {30, 60, 200}},
    [PROBE_YELLOW] = {"yellow", "黄", {245, 220, 40}},
};

const char *probe_colour_name(enum probe_colour colour)
{
    return colours[colour].name;
}

static bool names(const char *text, enum probe_colour colour)
{
    size_t length = strlen(colours[colour].name);
    if (strstr(text, colours[colour].chinese) != NULL)
        return true;
    for (const char *at = text; *at != '\0'; at++) {
        bool begins = at == text || !((at[-1] | 32) >= 'a' && (at[-1] | 32) <= 'z');
        if (begins && strncasecmp(at, colours[colour].name, length) == 0)
            return true;
    }
    return false;
}

bool probe_colour_named(enum probe_colour colour, const char *text)
{
    for (int i = 0; text != NULL && i < PROBE_COLOURS; i++)
        if (i != (int)colour && names(text, (enum probe_colour)i))
            return false;
    return text != NULL && names(text, colour);
}

// Grain of about +-38 and blocks of shade: a JPEG of it is as large as that of a detailed
// photograph, about 2.5 bits a pixel at quality 85.
static int shade(uint64_t *state, unsigned x, unsigned y, bool detailed)
{
    if (!detailed)
        return 0;
    int block = (int)((x / 37 * 7 + y / 29 * 11) % 5) * 6 - 12;
    return block + (int)(random_next(state) % 77) - 38;
}

static unsigned char bounded(int value)
{
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// As a PNM file: the readers then take the same way as for any picture of the user's.
bool probe_picture_make(struct probe_picture *picture, unsigned side, enum probe_colour colour,
                        bool detailed, struct error *why)
{
    *picture = (struct probe_picture){.colour = colour};
    size_t length = (size_t)side * side * 3;
    buffer_init(&picture->bytes, length + 64);
    buffer_append_format(&picture->bytes, "P6\n%u %u\n255\n", side, side);
    char *pixels = buffer_reserve(&picture->bytes, length);
    if (pixels == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a picture of %u pixels a side", side);
    uint64_t state = random_from(side, "", "probe");
    unsigned char *at = (unsigned char *)pixels;
    for (unsigned y = 0; y < side; y++)
        for (unsigned x = 0; x < side; x++) {
            int change = shade(&state, x, y, detailed);
            for (int c = 0; c < 3; c++)
                *at++ = bounded(colours[colour].rgb[c] + change);
        }
    picture->bytes.length += length;
    picture->bytes.data[picture->bytes.length] = '\0';
    return true;
}

bool probe_picture_read(struct probe_picture *picture, const char *path, struct error *why)
{
    *picture = (struct probe_picture){.own = true};
    buffer_init(&picture->bytes, (size_t)1 << 30);
    return file_read(path, &picture->bytes, why);
}

void probe_picture_clear(struct probe_picture *picture)
{
    buffer_clear(&picture->bytes);
}

struct payload *probe_picture_payload(const struct probe_picture *picture,
                                      const struct image_limits *limits, struct error *why)
{
    struct prepared_image image;
    if (!image_prepare(picture->bytes.data, picture->bytes.length, limits, &image, why))
        return NULL;
    struct payload *payload =
        payload_new(image.jpeg.data, image.jpeg.length, image.width, image.height, why);
    prepared_image_clear(&image);
    return payload;
}

struct payload *probe_picture_at(const struct probe_picture *picture,
                                 const struct image_limits *limits, unsigned side, int quality,
                                 struct error *why)
{
    struct image_limits own = *limits;
    own.max_side_px = side;
    own.quality = own.min_quality = quality;
    own.max_base64_bytes = own.refuse_base64_bytes;
    own.encode_all = true;
    return probe_picture_payload(picture, &own, why);
}
