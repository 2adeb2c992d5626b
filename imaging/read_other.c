// GIF (first frame), BMP, TGA and PSD by stb_image.
#include "read.h"

#include "other_colours.h"
#include "sniff.h"

#include <stdlib.h>
#include <string.h>

// The implementation is compiled in here rather than linked, so that it holds these four decoders
// only, and memory begins as zeros: some of them leave pixels unset in files that are cut off.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_GIF
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
#define STBI_ONLY_PSD
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ASSERT(condition) ((void)0)
#define STBI_MALLOC(size) calloc(1, size)
#define STBI_REALLOC(memory, size) realloc(memory, size)
#define STBI_FREE(memory) free(memory)
#include <stb_image.h>

// The file as stb_image sees it: read forwards, with a note of reads beyond its end, which
// stb_image itself takes for zeros.
struct source {
    const unsigned char *bytes;
    size_t length, at;
    bool overrun;
};

static bool is_tga(const unsigned char *bytes, size_t length);
static bool explain_header(const unsigned char *bytes, size_t length, struct error *why);
static void ignore_empty_alpha(unsigned char *pixels, size_t count, unsigned channels);
static int source_read(void *user, char *data, int size);
static void source_skip(void *user, int count);
static int source_ended(void *user);

bool other_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                   struct error *why)
{
    if (bmp_is_special(bytes, length))
        return bmp_measure(bytes, length, facts, why);
    int width = 0, height = 0, channels = 0;
    int head = length < INT32_MAX ? (int)length : INT32_MAX;
    bool known = stbi_info_from_memory(bytes, head, &width, &height, &channels) != 0;
    // A BMP stored from the top downwards has a negative height.
    if (height < 0 && height > -INT32_MAX)
        height = -height;
    if (!known || width <= 0 || height <= 0)
        return explain_header(bytes, length, why);
    *facts = (struct picture_facts){(unsigned)width, (unsigned)height, 1};
    // stb_image heeds whether rows go upwards, and not whether they go from right to left.
    enum { DESCRIPTOR = 17, LEFTWARDS = 0x10, MIRRORED = 2 };
    if (is_tga(bytes, length) && (bytes[DESCRIPTOR] & LEFTWARDS) != 0)
        facts->orientation = MIRRORED;
    return true;
}

bool other_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
                struct picture *picture, struct error *why)
{
    if (bmp_is_special(bytes, length))
        return bmp_read(bytes, length, wish, picture, why);
    static const stbi_io_callbacks callbacks = {source_read, source_skip, source_ended};
    struct source source = {.bytes = bytes, .length = length};
    int width = 0, height = 0, channels = 0;
    unsigned char *pixels =
        stbi_load_from_callbacks(&callbacks, &source, &width, &height, &channels, 0);
    if (pixels == NULL && strcmp(stbi_failure_reason(), "outofmem") == 0)
        return error_set(why, ERR_MEMORY, "no memory for its pixels");
    if (pixels == NULL)
        return error_set(why, ERR_IMAGE, "its pixels cannot be read: %s", stbi_failure_reason());
    *picture = (struct picture){.pool = wish->pool,
                                .colour = channels <= 2 ? PICTURE_GREY : PICTURE_RGB,
                                .width = (unsigned)width,
                                .height = (unsigned)height,
                                .shrink = 1,
                                .chroma_across = 1,
                                .chroma_down = 1};
    if (is_tga(bytes, length))
        ignore_empty_alpha(pixels, (size_t)width * (size_t)height, (unsigned)channels);
    if (source.overrun)
        error_set(why, ERR_IMAGE, "it is damaged: it is cut off after %zu bytes", length);
    bool done = (!source.overrun || read_take_damaged(wish, why)) && picture_allocate(picture, why);
    size_t row = (size_t)width * (size_t)channels;
    for (unsigned y = 0; done && y < picture->height; y++)
        picture_put_row(picture, y, pixels + y * row, (unsigned)channels);
    stbi_image_free(pixels);
    if (done)
        picture->colours = other_colours(bytes, length, picture->colour == PICTURE_GREY);
    else
        picture_clear(picture);
    return done;
}

// The only one of the four without a magic.
static bool is_tga(const unsigned char *bytes, size_t length)
{
    return sniff_format(bytes, length) == PICTURE_TGA;
}

// stb_image itself knows only of an "unknown image type".
static bool explain_header(const unsigned char *bytes, size_t length, struct error *why)
{
    static const char *const modes[] = {
        "black and white", "grey",     "a palette", "RGB", "CMYK", NULL, NULL,
        "channels",        "two inks", "Lab"};
    enum { HEADER = 26, RGB = 3 };
    if (length < HEADER || memcmp(bytes, "8BPS", 4) != 0)
        return error_set(why, ERR_IMAGE,
                         "its header cannot be read: it is damaged, or of a rare "
                         "kind: convert it to PNG");
    unsigned depth = (unsigned)bytes[22] << 8 | bytes[23],
             mode = (unsigned)bytes[24] << 8 | bytes[25];
    const char *name = mode < sizeof modes / sizeof modes[0] ? modes[mode] : NULL;
    return error_set(why, ERR_IMAGE,
                     "it is in %s with %u bits a sample; only RGB with 8 or 16 is read: convert it "
                     "to PNG",
                     name != NULL ? name : "an unknown mode", depth);
}

// Many writers of 32 bits a pixel leave the last eight at 0 and mean no alpha, which would make the
// whole picture invisible. stb_image sees to it in BMP.
static void ignore_empty_alpha(unsigned char *pixels, size_t count, unsigned channels)
{
    if (channels != 4)
        return;
    for (size_t i = 0; i < count; i++)
        if (pixels[4 * i + 3] != 0)
            return;
    for (size_t i = 0; i < count; i++)
        pixels[4 * i + 3] = 255;
}

// A frame of GIF may leave some of the canvas free. That is transparent wherever pictures are
// shown, but stb_image would fill it with the background colour, unless its number is 0.
static void hide_background(const struct source *source, char *data, size_t count)
{
    enum { BACKGROUND = 11 };
    if (source->at <= BACKGROUND && BACKGROUND - source->at < count &&
        memcmp(source->bytes, "GIF8", 4) == 0)
        data[BACKGROUND - source->at] = 0;
}

// stb_image fills its buffer of 128 bytes, where less is usual at the end of a file, or asks for
// exactly what it needs, where less is not.
static int source_read(void *user, char *data, int size)
{
    struct source *source = user;
    enum { STB_BUFFER = 128 };
    size_t left = source->length - source->at;
    size_t count = (size_t)size < left ? (size_t)size : left;
    if (count > 0)
        memcpy(data, source->bytes + source->at, count);
    hide_background(source, data, count);
    source->at += count;
    if (count == 0 || (count < (size_t)size && size != STB_BUFFER))
        source->overrun = true;
    return (int)count;
}

static void source_skip(void *user, int count)
{
    struct source *source = user;
    size_t left = source->length - source->at;
    if (count > 0)
        source->at += (size_t)count < left ? (size_t)count : left;
}

static int source_ended(void *user)
{
    const struct source *source = user;
    return source->at >= source->length;
}
