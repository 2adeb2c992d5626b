// Times image_prepare beside a bare loop over the same libraries, and, through pillow.py, Pillow.
//
//     build/release/scripts/bench/bench_imaging [ROUNDS [PHOTOGRAPH.jpg]]
//
// Without a photograph it makes a picture of 4000 x 3000 pixels with detail at every scale. Rounds
// take turns, so that a busy machine slows all alike; the middle CPU time of each counts.
#include "prepare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <turbojpeg.h>
#include <zimg.h>

enum { MAX_ROUNDS = 200, WIDTH = 4000, HEIGHT = 3000 };

struct file {
    unsigned char *bytes;
    unsigned long length;
};

static struct file make_photograph(void);
static struct file load(const char *path);
static void bare_loop(const struct file *file, int side);
static void prepare(const struct file *file, int side);
static double pillow_seconds(const struct file *file, int side, int rounds);

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double time_one(void (*work)(const struct file *, int), const struct file *file, int side)
{
    double start = cpu_seconds();
    work(file, side);
    return cpu_seconds() - start;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, by_value);
    return times[count / 2];
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 15;
    if (rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: %s [ROUNDS [PHOTOGRAPH.jpg]], 1 to %d rounds\n", argv[0],
                MAX_ROUNDS);
        return 2;
    }
    struct file file = argc > 2 ? load(argv[2]) : make_photograph();
    static const int sides[] = {2048, 1024};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        double ours[MAX_ROUNDS], bare[MAX_ROUNDS];
        prepare(&file, sides[i]);
        bare_loop(&file, sides[i]);
        for (int round = 0; round < rounds; round++) {
            bare[round] = time_one(bare_loop, &file, sides[i]);
            ours[round] = time_one(prepare, &file, sides[i]);
        }
        double floor = middle(bare, rounds), mine = middle(ours, rounds);
        printf("to %d px: image_prepare %.1f ms, bare loop %.1f ms, ratio %.3f", sides[i],
               mine * 1e3, floor * 1e3, mine / floor);
        double pillow = pillow_seconds(&file, sides[i], rounds < 5 ? rounds : 5);
        if (pillow > 0)
            printf("; Pillow %.1f ms, %.1f times as much", pillow * 1e3, pillow / mine);
        printf("\n");
    }
    free(file.bytes);
    return 0;
}

static void prepare(const struct file *file, int side)
{
    struct image_limits limits = image_limits_default();
    limits.max_side_px = (unsigned)side;
    struct prepared_image image;
    struct error why = {0};
    if (!image_prepare(file->bytes, file->length, &limits, &image, &why)) {
        fprintf(stderr, "%s\n", why.message);
        exit(1);
    }
    prepared_image_clear(&image);
}

struct planes {
    unsigned char *at[3];
    int strides[3];
    int width, height;
};

static struct planes *planes_for(struct planes *planes, int width, int height)
{
    planes->width = width;
    planes->height = height;
    for (int i = 0; i < 3; i++) {
        planes->strides[i] = (tjPlaneWidth(i, width, TJSAMP_420) + 63) / 64 * 64;
        if (planes->at[i] == NULL)
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

static void bare_scale(const struct planes *from, const struct planes *to, int i)
{
    zimg_image_format input = format_of(tjPlaneWidth(i, from->width, TJSAMP_420),
                                        tjPlaneHeight(i, from->height, TJSAMP_420));
    zimg_image_format output =
        format_of(tjPlaneWidth(i, to->width, TJSAMP_420), tjPlaneHeight(i, to->height, TJSAMP_420));
    zimg_graph_builder_params settings;
    zimg_graph_builder_params_default(&settings, ZIMG_API_VERSION);
    settings.resample_filter = ZIMG_RESIZE_LANCZOS;
    zimg_filter_graph *graph = zimg_filter_graph_build(&input, &output, &settings);
    size_t room;
    zimg_filter_graph_get_tmp_size(graph, &room);
    void *memory = aligned_alloc(64, (room + 64) / 64 * 64);
    zimg_image_buffer_const source = {.version = ZIMG_API_VERSION};
    zimg_image_buffer target = {.version = ZIMG_API_VERSION};
    source.plane[0].data = from->at[i];
    source.plane[0].stride = from->strides[i];
    source.plane[0].mask = ZIMG_BUFFER_MAX;
    target.plane[0].data = to->at[i];
    target.plane[0].stride = to->strides[i];
    target.plane[0].mask = ZIMG_BUFFER_MAX;
    zimg_filter_graph_process(graph, &source, &target, memory, NULL, NULL, NULL, NULL);
    free(memory);
    zimg_filter_graph_free(graph);
}

// The floor: what the libraries alone take, for a 4:2:0 JPEG, with all memory kept from round to
// round and no check of anything.
static void bare_loop(const struct file *file, int side)
{
    static struct planes decoded[9], scaled[9]; // by how much smaller the JPEG is decoded
    static unsigned char *jpeg[9];
    static unsigned long room[9];
    tjhandle decoder = tjInitDecompress(), encoder = tjInitCompress();
    int width, height, subsampling, colour;
    tjDecompressHeader3(decoder, file->bytes, file->length, &width, &height, &subsampling, &colour);
    if (subsampling != TJSAMP_420) {
        fprintf(stderr, "the bare loop takes a 4:2:0 JPEG only\n");
        exit(2);
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
        bare_scale(from, to, i);
    if (jpeg[shrink] == NULL) {
        room[shrink] = tjBufSize(to->width, to->height, TJSAMP_420);
        jpeg[shrink] = malloc(room[shrink]);
    }
    unsigned long length = room[shrink];
    const unsigned char *planes[3] = {to->at[0], to->at[1], to->at[2]};
    tjCompressFromYUVPlanes(encoder, planes, to->width, to->strides, to->height, TJSAMP_420,
                            &jpeg[shrink], &length, 85, TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
    tjDestroy(decoder);
    tjDestroy(encoder);
}

// Waves of many lengths and a little noise: about 4 MB at quality 90, as a camera makes.
static struct file make_photograph(void)
{
    unsigned char *pixels = malloc((size_t)WIDTH * HEIGHT * 3);
    unsigned noise = 1;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            double wave = sin(x / 301.0 + y / 173.0) + sin(x / 37.0 - y / 53.0) / 2 +
                          sin(x / 7.0 + sin(y / 41.0) * 5) / 4 + sin(y / 3.1) / 8;
            noise = noise * 1664525 + 1013904223;
            double value = 128 + 55 * wave + (double)(noise >> 24) / 16;
            for (int c = 0; c < 3; c++) {
                double shade = value + 30 * sin(x / 211.0 + c * 2.0);
                pixels[((size_t)y * WIDTH + (size_t)x) * 3 + (size_t)c] =
                    (unsigned char)(shade < 0     ? 0
                                    : shade > 255 ? 255
                                                  : shade);
            }
        }
    }
    struct file file = {0};
    tjhandle encoder = tjInitCompress();
    tjCompress2(encoder, pixels, WIDTH, 0, HEIGHT, TJPF_RGB, &file.bytes, &file.length, TJSAMP_420,
                90, 0);
    tjDestroy(encoder);
    free(pixels);
    return file;
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
    file.bytes = malloc(file.length);
    if (fread(file.bytes, 1, file.length, stream) != file.length) {
        perror(path);
        exit(2);
    }
    fclose(stream);
    return file;
}

// The middle CPU time by imaging_pillow.py beside this source; 0 when there is no Pillow.
static double pillow_seconds(const struct file *file, int side, int rounds)
{
    char path[] = "/tmp/bench_imaging_XXXXXX", command[600];
    int handle = mkstemp(path);
    FILE *stream = handle >= 0 ? fdopen(handle, "wb") : NULL;
    if (stream == NULL)
        return 0;
    fwrite(file->bytes, 1, file->length, stream);
    fclose(stream);
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/imaging_pillow.py' '%s' %d %d",
             BENCH_SCRIPTS, path, side, rounds);
    double seconds = 0;
    FILE *answer = popen(command, "r");
    if (answer != NULL) {
        if (fscanf(answer, "%lf", &seconds) != 1)
            seconds = 0;
        pclose(answer);
    }
    remove(path);
    return seconds;
}
