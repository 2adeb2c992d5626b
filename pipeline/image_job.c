#include "image_job.h"

#include "base64.h"
#include "client.h"
#include "file.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

// A picture file larger than this is a mistake, not a picture.
enum { MAX_FILE = 1 << 30 };

char *image_kept_name(const struct digest *digest, enum picture_format format)
{
    static const char *const suffixes[] = {
        [PICTURE_JPEG] = "jpg",  [PICTURE_PNG] = "png",   [PICTURE_GIF] = "gif",
        [PICTURE_BMP] = "bmp",   [PICTURE_PNM] = "pnm",   [PICTURE_TGA] = "tga",
        [PICTURE_PSD] = "psd",   [PICTURE_WEBP] = "webp", [PICTURE_HEIC] = "heic",
        [PICTURE_AVIF] = "avif", [PICTURE_TIFF] = "tiff"};
    const char *suffix = NULL;
    if ((size_t)format < sizeof suffixes / sizeof *suffixes)
        suffix = suffixes[format];
    char hex[DIGEST_HEX + 1];
    digest_hex(digest, hex);
    char *name = malloc(sizeof "images/" + DIGEST_HEX + sizeof ".webp");
    if (name != NULL)
        sprintf(name, "images/%s.%s", hex, suffix != NULL ? suffix : "bin");
    return name;
}

static bool read_file(struct image_job *job, struct buffer *bytes)
{
    struct stat facts;
    if (stat(job->source, &facts) == 0) {
        job->size = facts.st_size;
        job->changed_ns = file_changed_ns(&facts);
    }
    if (file_read(job->source, bytes, &job->why))
        return true;
    if (job->why.kind == ERR_INPUT)
        job->why.kind = ERR_IMAGE; // one image, not the whole input
    return false;
}

static bool fetch(struct image_job *job, struct buffer *bytes)
{
    for (unsigned attempt = 0;; attempt++) {
        buffer_empty(bytes);
        error_clear(&job->why);
        if (client_fetch(job->source, job->timeout_ms, bytes, &job->why))
            return true;
        if (attempt >= job->retries || job->why.kind == ERR_TOO_LARGE)
            return false;
        struct timespec wait = {.tv_sec = 1 << (attempt < 5 ? attempt : 5)};
        nanosleep(&wait, NULL);
    }
}

static bool get_bytes(struct image_job *job, struct buffer *bytes)
{
    switch (job->origin) {
    case IMAGE_FILE:
        return read_file(job, bytes);
    case IMAGE_BASE64:
        if (base64_decode(job->source, strlen(job->source), bytes, &job->why))
            return true;
        job->why.kind = ERR_IMAGE;
        return false;
    case IMAGE_URL:
        return fetch(job, bytes);
    case IMAGE_NONE:
        break;
    }
    return error_set(&job->why, ERR_IMAGE, "the record has no image");
}

static bool keep(struct image_job *job, const struct buffer *bytes)
{
    job->kept = image_kept_name(&job->digest, job->format);
    char *path = job->kept != NULL ? file_join(job->folder, job->kept) : NULL;
    bool good = path != NULL ? file_keep(path, bytes->data, bytes->length, &job->why)
                             : error_set(&job->why, ERR_MEMORY, "no memory to keep an image");
    free(path);
    return good;
}

static void prepare(struct image_job *job, const struct buffer *bytes)
{
    struct prepared_image image;
    if (!image_prepare(bytes->data, bytes->length, job->limits, &image, &job->why))
        return;
    job->payload =
        payload_new(image.jpeg.data, image.jpeg.length, image.width, image.height, &job->why);
    job->figures = image.figures;
    prepared_image_clear(&image);
}

// A large picture waits until the other workers' leave it enough memory.
static bool make_payload(struct image_job *job, const struct buffer *bytes)
{
    enum { MIB = 1 << 20 };
    uint64_t needed = bytes->length + image_memory(bytes->data, bytes->length, job->limits);
    if (!allowance_take(job->memory, needed))
        return error_set(&job->why, ERR_TOO_LARGE,
                         "it needs about %llu MiB of memory at once, and --image-memory is %llu "
                         "MiB: raise that",
                         (unsigned long long)(needed / MIB + 1),
                         (unsigned long long)(allowance_total(job->memory) / MIB));
    prepare(job, bytes);
    allowance_return(job->memory, needed);
    return job->payload != NULL;
}

void image_job_run(struct work *work)
{
    struct image_job *job = (struct image_job *)work;
    struct buffer bytes;
    buffer_init(&bytes, MAX_FILE);
    job->good = get_bytes(job, &bytes);
    job->have_bytes = job->good;
    if (job->good) {
        job->digest = digest_of(buffer_text(&bytes), bytes.length);
        job->format = sniff_format(buffer_text(&bytes), bytes.length);
        if (job->origin != IMAGE_FILE && sniff_readable(job->format))
            job->good = keep(job, &bytes);
    }
    if (job->good)
        job->good = make_payload(job, &bytes);
    buffer_clear(&bytes);
    job->good = memory_settle(job->good, &job->why);
}

void image_job_free(struct image_job *job)
{
    free(job->kept);
    payload_drop(job->payload);
    free(job);
}
