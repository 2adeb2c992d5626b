// Geometry: where luma and chroma lie after reading, scaling and turning, against ramps whose value
// at every place is known. A chroma plane off by half a pixel changes its mean by about 0.5.
#include "make_files.h"

#include "scale.h"

struct chroma {
    int subsampling;
    unsigned across, down;
};

static const struct chroma chromas[] = {{TJSAMP_444, 1, 1},
                                        {TJSAMP_422, 2, 1},
                                        {TJSAMP_420, 2, 2},
                                        {TJSAMP_440, 1, 2},
                                        {TJSAMP_411, 4, 1}};

// The ramps, at u and v of 0 to 1 across the stored picture. Steep, so that a small shift shows;
// gentle where every value must be a colour that RGB has. No slope is a multiple of another's step,
// which would make rounding lean to one side.
struct ramps {
    double bases[3], slopes[3][2];
};

static const struct ramps steep = {{41.3, 40.2, 110.1},
                                   {{97.7, 61.3}, {111.1, 71.7}, {-83.3, 97.9}}};
static const struct ramps gentle = {{90.3, 100.2, 150.1},
                                    {{43.7, 31.3}, {33.1, 21.7}, {-37.3, 19.1}}};

static double ramp(const struct ramps *ramps, unsigned plane, double u, double v)
{
    return ramps->bases[plane] + ramps->slopes[plane][0] * u + ramps->slopes[plane][1] * v;
}

static struct file make_ramps(unsigned width, unsigned height, struct chroma chroma)
{
    unsigned char *planes[3];
    int strides[3];
    for (unsigned i = 0; i < 3; i++) {
        int across = i ? (int)chroma.across : 1, down = i ? (int)chroma.down : 1;
        strides[i] = tjPlaneWidth((int)i, (int)width, chroma.subsampling);
        int rows = tjPlaneHeight((int)i, (int)height, chroma.subsampling);
        planes[i] = malloc((size_t)strides[i] * (size_t)rows);
        assert_non_null(planes[i]);
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < strides[i]; x++)
                planes[i][y * strides[i] + x] =
                    (unsigned char)(ramp(&steep, i, (x + 0.5) * across / width,
                                         (y + 0.5) * down / height) +
                                    0.5);
    }
    tjhandle encoder = tjInitCompress();
    unsigned char *bytes = NULL;
    unsigned long length = 0;
    assert_int_equal(
        tjCompressFromYUVPlanes(encoder, (const unsigned char *[]){planes[0], planes[1], planes[2]},
                                (int)width, strides, (int)height, chroma.subsampling, &bytes,
                                &length, 100, TJFLAG_ACCURATEDCT),
        0);
    struct file file = {0};
    file_add(&file, bytes, length);
    tjFree(bytes);
    tjDestroy(encoder);
    for (unsigned i = 0; i < 3; i++)
        free(planes[i]);
    return file;
}

// The stored place of a shown one, by EXIF's own definition of each orientation.
static void stored_place(int orientation, double x, double y, double *u, double *v)
{
    const double places[9][2] = {{x, y}, {x, y},     {1 - x, y},     {1 - x, 1 - y}, {x, 1 - y},
                                 {y, x}, {y, 1 - x}, {1 - y, 1 - x}, {1 - y, x}};
    *u = places[orientation][0];
    *v = places[orientation][1];
}

static void check_plane(const unsigned char *samples, int stride, unsigned i,
                        const struct prepared_image *image, const struct ramps *ramps,
                        const char *where)
{
    unsigned step = i ? 2 : 1;
    unsigned width = (image->width + step - 1) / step, height = (image->height + step - 1) / step;
    double sum = 0, worst = 0;
    unsigned count = 0;
    // Near the edges Lanczos repeats the last sample, which bends a ramp.
    for (unsigned y = 4; y + 4 < height; y++) {
        for (unsigned x = 4; x + 4 < width; x++, count++) {
            double u, v;
            stored_place(image->orientation, (x + 0.5) * step / image->width,
                         (y + 0.5) * step / image->height, &u, &v);
            double error = samples[y * (unsigned)stride + x] - ramp(ramps, i, u, v);
            sum += error;
            worst = fabs(error) > worst ? fabs(error) : worst;
        }
    }
    assert_true(count > 0);
    if (fabs(sum / count) > 0.2 || worst > 3)
        fail_msg("%s: plane %u is off by %.3f in the mean, %.2f at worst", where, i, sum / count,
                 worst);
}

static void check(const struct file *file, unsigned side, const struct ramps *ramps,
                  const char *where)
{
    struct image_limits limits = encode_limits();
    limits.max_side_px = side;
    limits.quality = limits.min_quality = 100;
    struct prepared_image image = prepare_file(file, &limits);
    tjhandle decoder = tjInitDecompress();
    unsigned char *planes[3];
    int strides[3];
    for (int i = 0; i < 3; i++) {
        strides[i] = tjPlaneWidth(i, (int)image.width, TJSAMP_420);
        planes[i] =
            malloc((size_t)strides[i] * (size_t)tjPlaneHeight(i, (int)image.height, TJSAMP_420));
    }
    assert_int_equal(tjDecompressToYUVPlanes(decoder, (unsigned char *)image.jpeg.data,
                                             image.jpeg.length, planes, (int)image.width, strides,
                                             (int)image.height, 0),
                     0);
    for (unsigned i = 0; i < 3; i++) {
        check_plane(planes[i], strides[i], i, &image, ramps, where);
        free(planes[i]);
    }
    tjDestroy(decoder);
    prepared_image_clear(&image);
}

static void luma_and_chroma_stay_in_place(void **state)
{
    (void)state;
    static const unsigned sides[][2] = {{200, 120}, {201, 121}, {123, 200}, {198, 131}};
    static const unsigned targets[] = {500, 149, 99, 90, 50, 49};
    for (size_t c = 0; c < sizeof chromas / sizeof chromas[0]; c++) {
        for (size_t s = 0; s < sizeof sides / sizeof sides[0]; s++) {
            for (int orientation = 1; orientation <= 8; orientation++) {
                struct file file = make_ramps(sides[s][0], sides[s][1], chromas[c]);
                jpeg_add_exif(&file, orientation);
                for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++) {
                    char where[100];
                    snprintf(where, sizeof where, "%u x %u, chroma %u x %u, orientation %d, to %u",
                             sides[s][0], sides[s][1], chromas[c].across, chromas[c].down,
                             orientation, targets[t]);
                    check(&file, targets[t], &steep, where);
                }
                file_free(&file);
            }
        }
    }
}

// 1/2, 1/4 and 1/8 decoding, whose last samples are only partly of the picture.
static void shrunk_decoding_stays_in_place(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof chromas / sizeof chromas[0]; c++) {
        for (unsigned target = 40; target <= 160; target *= 2) {
            for (int orientation = 1; orientation <= 8; orientation++) {
                struct file file = make_ramps(667, 401, chromas[c]);
                jpeg_add_exif(&file, orientation);
                check(&file, target, &steep, "667 x 401 shrunk");
                file_free(&file);
            }
        }
    }
}

static void rgb_pictures_stay_in_place(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        for (unsigned width = 200; width <= 201; width++) {
            unsigned height = 131;
            unsigned char *pixels = malloc((size_t)width * height * 3);
            for (unsigned y = 0; y < height; y++) {
                for (unsigned x = 0; x < width; x++) {
                    double u = (x + 0.5) / width, v = (y + 0.5) / height;
                    double luma = ramp(&gentle, 0, u, v), cb = ramp(&gentle, 1, u, v) - 128,
                           cr = ramp(&gentle, 2, u, v) - 128;
                    double rgb[3] = {luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr,
                                     luma + 1.772 * cb};
                    for (int i = 0; i < 3; i++)
                        pixels[((size_t)y * width + x) * 3 + (size_t)i] =
                            (unsigned char)(fmin(fmax(rgb[i], 0), 255) + 0.5);
                }
            }
            struct file exif = make_exif(orientation, true);
            struct spng_ihdr header = {width, height, 8, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 0};
            struct file file =
                encode_png(pixels, (size_t)width * height * 3, header, NULL, NULL, &exif);
            check(&file, 500, &gentle, "PNG");
            check(&file, 149, &gentle, "PNG to 149");
            check(&file, 50, &gentle, "PNG to 50");
            file_free(&file);
            file_free(&exif);
            free(pixels);
        }
    }
}

// Lanczos with three lobes, in double precision, as the reference.
static double lanczos(double x)
{
    const double pi = 3.14159265358979323846;
    if (fabs(x) < 1e-9)
        return 1;
    return fabs(x) >= 3 ? 0 : 3 * sin(pi * x) * sin(pi * x / 3) / (pi * pi * x * x);
}

static void reduce_row(const double *from, unsigned count, size_t step, double *to, unsigned wanted)
{
    double scale = (double)count / wanted;
    for (unsigned i = 0; i < wanted; i++) {
        double centre = (i + 0.5) * scale, sum = 0, weights = 0;
        for (int j = (int)(centre - 3 * scale) - 1; j <= (int)(centre + 3 * scale) + 1; j++) {
            double weight = lanczos((j + 0.5 - centre) / scale);
            int inside = j < 0 ? 0 : j >= (int)count ? (int)count - 1 : j;
            sum += weight * from[(size_t)inside * step];
            weights += weight;
        }
        to[i * step] = sum / weights;
    }
}

// Grey, so that only the reduction and the coding at quality 95 differ from the reference.
static double fidelity(unsigned side, unsigned wanted)
{
    size_t area = (size_t)side * side;
    unsigned char *pixels = malloc(area), *expected = malloc(area);
    double *values = malloc(area * sizeof *values), *rows = calloc(area, sizeof *rows);
    double *both = calloc(area, sizeof *both);
    for (unsigned y = 0; y < side; y++)
        for (unsigned x = 0; x < side; x++)
            pixels[y * side + x] =
                (unsigned char)(128 + 50 * sin(x * 0.9 + y * 0.2) + 40 * sin(x * y / 900.0) +
                                30 * ((x / 23 + y / 17) % 2));
    struct file file = encode_jpeg(pixels, side, side, TJPF_GRAY, TJSAMP_GRAY, 0);
    tjhandle decoder = tjInitDecompress();
    tjDecompress2(decoder, file.bytes, file.length, pixels, (int)side, 0, (int)side, TJPF_GRAY, 0);
    for (size_t i = 0; i < area; i++)
        values[i] = pixels[i];
    for (unsigned y = 0; y < side; y++)
        reduce_row(values + (size_t)y * side, side, 1, rows + (size_t)y * side, wanted);
    for (unsigned x = 0; x < wanted; x++)
        reduce_row(rows + x, side, side, both + x, wanted);
    for (unsigned y = 0; y < wanted; y++)
        for (unsigned x = 0; x < wanted; x++)
            expected[y * wanted + x] =
                (unsigned char)(fmin(fmax(both[(size_t)y * side + x], 0), 255) + 0.5);
    struct image_limits limits = encode_limits();
    limits.max_side_px = wanted;
    limits.quality = 95;
    struct prepared_image image = prepare_file(&file, &limits);
    tjDecompress2(decoder, (unsigned char *)image.jpeg.data, image.jpeg.length, pixels, (int)wanted,
                  0, (int)wanted, TJPF_GRAY, 0);
    double ratio = psnr(pixels, expected, (size_t)wanted * wanted);
    tjDestroy(decoder);
    prepared_image_clear(&image);
    file_free(&file);
    free(pixels);
    free(expected);
    free(values);
    free(rows);
    free(both);
    return ratio;
}

static void reduces_like_the_reference(void **state)
{
    (void)state;
    // 512 to 300 is decoded in full, 512 to 136 at a half (1.88 times the target).
    static const unsigned targets[] = {400, 300, 200, 136, 100, 68};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        double ratio = fidelity(512, targets[i]);
        print_message("512 to %u: %.1f dB\n", targets[i], ratio);
        if (ratio < 38)
            fail_msg("512 to %u: %.2f dB from the reference, expected 38", targets[i], ratio);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(luma_and_chroma_stay_in_place),
        cmocka_unit_test(shrunk_decoding_stays_in_place),
        cmocka_unit_test(rgb_pictures_stay_in_place),
        cmocka_unit_test(reduces_like_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
