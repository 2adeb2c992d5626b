// HEIC and AVIF by libheif.
#include "read.h"

#include "colours.h"
#include "memory.h"

#include <errno.h>
#include <libheif/heif.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    struct plane_pool *pool;
};

static bool open_file(struct reading *reading, const unsigned char *bytes, size_t length,
                      struct error *why);
static void close_file(struct reading *reading);
static bool read_pixels(struct reading *reading, struct picture *picture, struct error *why);
static struct colours *find_colours(const struct heif_image_handle *handle);

bool heif_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why)
{
    struct reading reading = {0};
    bool done = open_file(&reading, bytes, length, why);
    if (done) {
        int width = heif_image_handle_get_width(reading.handle);
        int height = heif_image_handle_get_height(reading.handle);
        *facts = (struct picture_facts){(unsigned)width, (unsigned)height, 1};
        done = (width > 0 && height > 0) ||
               error_set(why, ERR_IMAGE, "it declares %d x %d pixels", width, height);
    }
    close_file(&reading);
    return done;
}

bool heif_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why)
{
    // libheif gives the whole picture or nothing.
    struct reading reading = {.pool = wish->pool};
    bool done = open_file(&reading, bytes, length, why) && read_pixels(&reading, picture, why);
    close_file(&reading);
    if (!done)
        picture_clear(picture);
    return done;
}

// Some of libheif's messages end in a line break.
static int message_length(const char *message)
{
    size_t length = strlen(message);
    while (length > 0 && message[length - 1] == '\n')
        length--;
    return (int)length;
}

static bool fail(struct heif_error error, struct error *why)
{
    if (error.code == heif_error_Memory_allocation_error &&
        error.subcode != heif_suberror_Security_limit_exceeded)
        return error_set(why, ERR_MEMORY, "no memory for decoding");
    if (error.code == heif_error_Unsupported_feature ||
        error.code == heif_error_Unsupported_filetype)
        return error_set(why, ERR_IMAGE, "it is coded in a way that is not read: %.*s",
                         message_length(error.message), error.message);
    return error_set(why, ERR_IMAGE, "it is damaged: %.*s", message_length(error.message),
                     error.message);
}

// The file's structure only; the coded pixels stay where they are.
static bool open_file(struct reading *reading, const unsigned char *bytes, size_t length,
                      struct error *why)
{
    reading->context = heif_context_alloc();
    if (reading->context == NULL)
        return error_set(why, ERR_MEMORY, "no memory for decoding");
    // Threads are the workers' business: tiles are decoded one after another.
    heif_context_set_max_decoding_threads(reading->context, 0);
    struct heif_error error =
        heif_context_read_from_memory_without_copy(reading->context, bytes, length, NULL);
    if (error.code == heif_error_Ok)
        error = heif_context_get_primary_image_handle(reading->context, &reading->handle);
    return error.code == heif_error_Ok || fail(error, why);
}

static void close_file(struct reading *reading)
{
    heif_image_release(reading->image);
    heif_image_handle_release(reading->handle);
    heif_context_free(reading->context);
}

static void *end_at_once(void *nothing)
{
    return nothing;
}

// libde265 (1.0.11), which decodes HEVC, waits for ever for a thread that it could not start.
static bool can_start_thread(struct error *why)
{
    pthread_t thread;
    errno = pthread_create(&thread, NULL, end_at_once, NULL);
    return errno == 0 ? pthread_join(thread, NULL) == 0
                      : error_set_errno(why, ERR_MEMORY, "no thread can be started for decoding");
}

static bool decode(struct reading *reading, enum heif_chroma chroma, struct error *why)
{
    if (!can_start_thread(why))
        return false;
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (options == NULL)
        return error_set(why, ERR_MEMORY, "no memory for decoding");
    options->convert_hdr_to_8bit = 1;
    struct heif_error error =
        heif_decode_image(reading->handle, &reading->image, heif_colorspace_RGB, chroma, options);
    // The decoders' threads do not tell what they lack, and libheif not what they tell. Damage
    // shows again; too little memory may be over, and is told otherwise if not (see prepare.c).
    if (error.code == heif_error_Decoder_plugin_error && can_start_thread(why))
        error = heif_decode_image(reading->handle, &reading->image, heif_colorspace_RGB, chroma,
                                  options);
    heif_decoding_options_free(options);
    return error.code == heif_error_Ok || fail(error, why);
}

static bool read_pixels(struct reading *reading, struct picture *picture, struct error *why)
{
    bool alpha = heif_image_handle_has_alpha_channel(reading->handle) != 0;
    bool multiplied = alpha && heif_image_handle_is_premultiplied_alpha(reading->handle) != 0;
    if (!decode(reading, alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, why))
        return false;
    // What was coded may differ from what was declared, and was checked.
    int width = heif_image_get_width(reading->image, heif_channel_interleaved);
    int height = heif_image_get_height(reading->image, heif_channel_interleaved);
    int stride = 0;
    const unsigned char *pixels =
        heif_image_get_plane_readonly(reading->image, heif_channel_interleaved, &stride);
    if (pixels == NULL || width != heif_image_handle_get_width(reading->handle) ||
        height != heif_image_handle_get_height(reading->handle))
        return error_set(why, ERR_IMAGE,
                         "it is damaged: it declares %d x %d pixels and has %d x %d",
                         heif_image_handle_get_width(reading->handle),
                         heif_image_handle_get_height(reading->handle), width, height);
    *picture = (struct picture){.pool = reading->pool,
                                .colour = PICTURE_RGB,
                                .width = (unsigned)width,
                                .height = (unsigned)height,
                                .shrink = 1,
                                .chroma_across = 1,
                                .chroma_down = 1};
    if (!picture_allocate(picture, why))
        return false;
    for (unsigned y = 0; y < picture->height; y++) {
        const unsigned char *row = pixels + (size_t)y * (size_t)stride;
        if (multiplied)
            picture_put_row_multiplied(picture, y, row);
        else
            picture_put_row(picture, y, row, alpha ? 4 : 3);
    }
    picture->colours = find_colours(reading->handle);
    return true;
}

// An ICC profile goes before the numbers of H.273.
static struct colours *find_colours(const struct heif_image_handle *handle)
{
    struct colours *colours = NULL;
    size_t length = heif_image_handle_get_raw_color_profile_size(handle);
    unsigned char *profile = length > 0 ? memory_noted(malloc(length)) : NULL;
    struct heif_color_profile_nclx *numbers = NULL;
    if (profile != NULL &&
        heif_image_handle_get_raw_color_profile(handle, profile).code == heif_error_Ok)
        colours = colours_from_profile(profile, length, COLOURS_RGB);
    else if (heif_image_handle_get_nclx_color_profile(handle, &numbers).code == heif_error_Ok)
        colours = colours_from_codes(numbers->color_primaries, numbers->transfer_characteristics);
    heif_nclx_color_profile_free(numbers);
    free(profile);
    return colours;
}
