// GIF (first frame), BMP, TGA and PSD by stb_image.
#include "read.h"

#include "other_colours.h"

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

static int source_read(void *user, char *data, int size);
static void source_skip(void *user, int count);
static int source_ended(void *user);

bool other_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                   struct error *why)
{
    if (bmp_is_runs(bytes, length))
        return bmp_measure_runs(bytes, length, facts, why);
    int width = 0, height = 0, channels = 0;
    int head = length < INT32_MAX ? (int)length : INT32_MAX;
    bool known = stbi_info_from_memory(bytes, head, &width, &height, &channels) != 0;
    // A BMP stored from the top downwards has a negative height.
    if (height < 0 && height > -INT32_MAX)
        height = -height;
    if (!known || width <= 0 || height <= 0)
        return error_set(why, ERR_IMAGE, "its header cannot be read: %s",
                         stbi_failure_reason() != NULL ? stbi_failure_reason() : "damaged");
    *facts = (struct picture_facts){(unsigned)width, (unsigned)height, 1};
    return true;
}

bool other_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
                struct picture *picture, struct error *why)
{
    if (bmp_is_runs(bytes, length))
        return bmp_read_runs(bytes, length, wish, picture, why);
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
