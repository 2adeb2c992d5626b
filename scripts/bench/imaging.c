// Works on pictures and says what CPU time that took, for imaging.py, which makes the pictures,
// takes turns with other programs and prints the table.
//
// Each line of its input is an order, "WORK SIDE PATH"; it answers with the CPU seconds and the
// bytes worked on. The works:
//   prepare  image_prepare to at most SIDE pixels
//   bare     the same by a loop over the libraries that checks nothing: the floor
//   keep     image_prepare to PATH.SIDE.jpg, not timed
//   pass     image_prepare of a JPEG that is passed on
//   digest   its SHA-256
//   base64   its base64
#include "base64.h"
#include "digest.h"
#include "memory.h"
#include "prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <turbojpeg.h>
#include <zimg.h>

struct file {
    unsigned char *bytes;
    unsigned long length;
};

static struct file load(const char *path);
static bool work(const char *name, const struct file *file, int side, const char *path);

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
    memory_keep_pages(); // as in vqagen
    char line[5000], name[20], path[4900];
    int side;
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "%19s %d %4899[^\n]", name, &side, path) != 3) {
            fprintf(stderr, "not an order: %s", line);
            return 2;
        }
        struct file file = load(path);
        double start = cpu_seconds();
        bool good = work(name, &file, side, path);
        double seconds = cpu_seconds() - start;
        free(file.bytes);
        if (!good)
            return 1;
        printf("%.9f %lu\n", seconds, file.length);
        fflush(stdout);
    }
    return 0;
}

static bool prepare(const struct file *file, int side, bool pass, const char *keep)
{
    static struct scale_plans *plans; // as a run keeps them
    static struct plane_pool *planes;
    struct image_limits limits = image_limits_default();
    if (plans == NULL)
        plans = scale_plans_new(NULL);
    if (planes == NULL)
        planes = plane_pool_new(1, NULL);
    limits.plans = plans;
    limits.planes = planes;
    limits.max_side_px = (unsigned)side;
    limits.encode_all = !pass;
    struct prepared_image image;
    struct error why = {0};
    if (!image_prepare(file->bytes, file->length, &limits, &image, &why)) {
        fprintf(stderr, "%s\n", why.message);
        return false;
    }
    bool good = image.passed == pass;
    if (!good)
        fprintf(stderr, "a picture that should have been passed on was not\n");
    FILE *stream = keep != NULL ? fopen(keep, "wb") : NULL;
    if (keep != NULL) {
        good = good && stream != NULL &&
               fwrite(image.jpeg.data, 1, image.jpeg.length, stream) == image.jpeg.length;
        good = stream != NULL && fclose(stream) == 0 && good;
    }
    prepared_image_clear(&image);
    return good;
}

static bool encode_base64(const struct file *file)
{
    struct buffer text;
    buffer_init(&text, base64_length(file->length));
    bool good = base64_encode(file->bytes, file->length, &text);
    buffer_clear(&text);
    return good;
}

struct planes {
    unsigned char *at[3];
    int strides[3];
    int width, height;
};

static struct planes *planes_for(struct planes *planes, int width, int height)
{
    if (planes->width == width && planes->height == height)
        return planes;
    planes->width = width;
    planes->height = height;
    for (int i = 0; i < 3; i++) {
        planes->strides[i] = (tjPlaneWidth(i, width, TJSAMP_420) + 63) / 64 * 64;
        free(planes->at[i]);
        planes->at[i] = aligned_alloc(64, (size_t)planes->strides[i] *
                                              (size_t)tjPlaneHeight(i, height, TJSAMP_420));
    }
    return planes;
}

static zimg_image_format format_of(int width, int height)
{
    zimg_image_format format;
    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = (unsigned)width;
    format.height = (unsigned)height;
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.pixel_range = ZIMG_RANGE_FULL;
    return format;
}

struct bare_plan {
    zimg_filter_graph *graph;
    void *memory;
    zimg_image_format from, to;
};

static bool is_same(const zimg_image_format *one, const zimg_image_format *other)
{
    return one->width == other->width && one->height == other->height;
}

static void bare_scale(struct bare_plan *plan, const struct planes *from, const struct planes *to,
                       int i)
{
    zimg_image_format input = format_of(tjPlaneWidth(i, from->width, TJSAMP_420),
                                        tjPlaneHeight(i, from->height, TJSAMP_420));
    zimg_image_format output =
        format_of(tjPlaneWidth(i, to->width, TJSAMP_420), tjPlaneHeight(i, to->height, TJSAMP_420));
    if (!is_same(&plan->from, &input) || !is_same(&plan->to, &output)) {
        zimg_graph_builder_params settings;
        zimg_graph_builder_params_default(&settings, ZIMG_API_VERSION);
        settings.resample_filter = ZIMG_RESIZE_LANCZOS;
        zimg_filter_graph_free(plan->graph);
        free(plan->memory);
        size_t room;
        *plan = (struct bare_plan){zimg_filter_graph_build(&input, &output, &settings), NULL, input,
                                   output};
        zimg_filter_graph_get_tmp_size(plan->graph, &room);
        plan->memory = aligned_alloc(64, (room + 64) / 64 * 64);
    }
    zimg_image_buffer_const source = {.version = ZIMG_API_VERSION};
    zimg_image_buffer target = {.version = ZIMG_API_VERSION};
    source.plane[0].data = from->at[i];
    source.plane[0].stride = from->strides[i];
    source.plane[0].mask = ZIMG_BUFFER_MAX;
    target.plane[0].data = to->at[i];
    target.plane[0].stride = to->strides[i];
    target.plane[0].mask = ZIMG_BUFFER_MAX;
    zimg_filter_graph_process(plan->graph, &source, &target, plan->memory, NULL, NULL, NULL, NULL);
}

// The floor: what the libraries alone take, for a 4:2:0 JPEG, with all memory and zimg's graphs
// kept from round to round and no check of anything.
static bool bare_loop(const struct file *file, int side)
{
    static struct planes decoded[9], scaled[9]; // by how much smaller the JPEG is decoded
    static struct bare_plan plans[9][3];
    static unsigned char *jpeg[9];
    static unsigned long room[9];
    tjhandle decoder = tjInitDecompress(), encoder = tjInitCompress();
    int width, height, subsampling, colour;
    tjDecompressHeader3(decoder, file->bytes, file->length, &width, &height, &subsampling, &colour);
    if (subsampling != TJSAMP_420) {
        fprintf(stderr, "the bare loop takes a 4:2:0 JPEG only\n");
        return false;
    }
    int longest = width > height ? width : height, shrink = 1;
    while (shrink < 8 && longest * 8 >= side * shrink * 2 * 15)
        shrink *= 2;
    struct planes *from =
        planes_for(&decoded[shrink], (width + shrink - 1) / shrink, (height + shrink - 1) / shrink);
    tjDecompressToYUVPlanes(decoder, file->bytes, file->length, from->at, from->width,
                            from->strides, from->height, 0);
    struct planes *to =
        planes_for(&scaled[shrink], width * side / longest, height * side / longest);
    for (int i = 0; i < 3; i++)
        bare_scale(&plans[shrink][i], from, to, i);
    if (room[shrink] < tjBufSize(to->width, to->height, TJSAMP_420)) {
        room[shrink] = tjBufSize(to->width, to->height, TJSAMP_420);
        jpeg[shrink] = realloc(jpeg[shrink], room[shrink]);
    }
    unsigned long length = room[shrink];
    const unsigned char *planes[3] = {to->at[0], to->at[1], to->at[2]};
    tjCompressFromYUVPlanes(encoder, planes, to->width, to->strides, to->height, TJSAMP_420,
                            &jpeg[shrink], &length, 85, TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
    tjDestroy(decoder);
    tjDestroy(encoder);
    return true;
}

static bool work(const char *name, const struct file *file, int side, const char *path)
{
    if (strcmp(name, "bare") == 0)
        return bare_loop(file, side);
    if (strcmp(name, "prepare") == 0 || strcmp(name, "pass") == 0)
        return prepare(file, side, name[1] == 'a', NULL);
    if (strcmp(name, "digest") == 0)
        return digest_of(file->bytes, file->length).bytes[0] != 0 || true;
    if (strcmp(name, "base64") == 0)
        return encode_base64(file);
    char kept[5000];
    snprintf(kept, sizeof kept, "%s.%d.jpg", path, side);
    return strcmp(name, "keep") == 0 && prepare(file, side, false, kept);
}

static struct file load(const char *path)
{
    struct file file = {0};
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        perror(path);
        exit(2);
    }
    fseek(stream, 0, SEEK_END);
    file.length = (unsigned long)ftell(stream);
    rewind(stream);
    file.bytes = malloc(file.length + 1);
    if (fread(file.bytes, 1, file.length, stream) != file.length) {
        perror(path);
        exit(2);
    }
    fclose(stream);
    return file;
}
