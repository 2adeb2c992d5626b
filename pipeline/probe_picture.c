#include "probe_picture.h"

#include "file.h"
#include "random.h"

// Grain of about +-38 and blocks of shade: a JPEG of it is as large as that of a detailed
// photograph, about 2.5 bits a pixel at quality 85.
static int shade(uint64_t *state, unsigned x, unsigned y)
{
    int block = (int)((x / 37 * 7 + y / 29 * 11) % 5) * 6 - 12;
    return block + (int)(random_next(state) % 77) - 38;
}

static unsigned char bounded(int value)
{
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// As a PNM file: the readers then take the same way as for any picture of the user's.
bool probe_picture_make(struct probe_picture *picture, unsigned side, struct error *why)
{
    static const unsigned char green[3] = {35, 150, 50};
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
            int change = shade(&state, x, y);
            for (int c = 0; c < 3; c++)
                *at++ = bounded(green[c] + change);
        }
    picture->bytes.length += length;
    picture->bytes.data[picture->bytes.length] = '\0';
    return true;
}

bool probe_picture_read(struct probe_picture *picture, const char *path, struct error *why)
{
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
