#include "make_files.h"

#include <jpeglib.h>

static const int subsamplings[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420,
                                   TJSAMP_440, TJSAMP_411, TJSAMP_GRAY};
static const int in_order[4] = {0, 1, 2, 3};

static struct file make_jpeg(unsigned width, unsigned height, int subsampling, int flags)
{
    unsigned char *pixels = make_quarters(width, height);
    struct file file = encode_jpeg(pixels, width, height, TJPF_RGB, subsampling, flags);
    free(pixels);
    return file;
}

static void reads_every_subsampling(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (int flags = 0; flags <= TJFLAG_PROGRESSIVE; flags += TJFLAG_PROGRESSIVE) {
            for (unsigned side = 8; side <= 64; side *= 2) {
                struct file file = make_jpeg(257, 191, subsamplings[i], flags);
                struct image_limits limits = encode_limits();
                limits.max_side_px = side;
                struct prepared_image image = prepare_file(&file, &limits);
                assert_int_equal(image.width, side);
                assert_int_equal(image.height, (side * 191 * 2 + 257) / (2 * 257));
                if (side >= 32)
                    expect_quarters(&image, in_order, 12, "subsampling");
                prepared_image_clear(&image);
                file_free(&file);
            }
        }
    }
}

static void reads_the_smallest_sides(void **state)
{
    (void)state;
    static const unsigned sides[][2] = {{1, 1}, {1, 2}, {2, 1},  {3, 3},  {1, 900}, {900, 1},
                                        {7, 9}, {8, 8}, {9, 17}, {16, 1}, {5, 2000}};
    for (size_t s = 0; s < sizeof sides / sizeof sides[0]; s++) {
        for (size_t i = 0; i < sizeof subsamplings / sizeof subsamplings[0]; i++) {
            for (int orientation = 1; orientation <= 8; orientation++) {
                for (unsigned limit = 1; limit <= 3000; limit = limit * 7 + 1) {
                    struct file file = make_jpeg(sides[s][0], sides[s][1], subsamplings[i], 0);
                    jpeg_add_exif(&file, orientation);
                    struct image_limits limits = encode_limits();
                    limits.max_side_px = limit;
                    struct prepared_image image = prepare_file(&file, &limits);
                    unsigned longer = sides[s][0] > sides[s][1] ? sides[s][0] : sides[s][1];
                    unsigned shown = image.width > image.height ? image.width : image.height;
                    assert_int_equal(shown, longer < limit ? longer : limit);
                    free(decode_prepared(&image));
                    prepared_image_clear(&image);
                    file_free(&file);
                }
            }
        }
    }
}

// Grey stays grey: one component in the result.
static void keeps_grey_grey(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(100, 60);
    struct file file = encode_jpeg(pixels, 100, 60, TJPF_RGB, TJSAMP_GRAY, 0);
    struct prepared_image image = prepare_file(&file, NULL);
    tjhandle decoder = tjInitDecompress();
    int width, height, subsampling, colour;
    tjDecompressHeader3(decoder, (unsigned char *)image.jpeg.data, image.jpeg.length, &width,
                        &height, &subsampling, &colour);
    assert_int_equal(subsampling, TJSAMP_GRAY);
    tjDestroy(decoder);
    prepared_image_clear(&image);
    file_free(&file);
    free(pixels);
}

static size_t find_marker(const struct file *file, unsigned char marker)
{
    for (size_t at = 0; at + 1 < file->length; at++)
        if (file->bytes[at] == 0xff && file->bytes[at + 1] == marker)
            return at;
    fail_msg("no marker %02x", marker);
    return 0;
}

// A JPEG whose components are R, G, B: coded as if they were Y, Cb, Cr, without JFIF, and marked
// either by Adobe's segment or by the component ids.
static struct file make_rgb_jpeg(bool adobe, int subsampling)
{
    unsigned char *pixels = make_quarters(120, 80), *planes[3];
    int strides[3];
    for (int p = 0; p < 3; p++) {
        int across = 120 / tjPlaneWidth(p, 120, subsampling);
        int down = 80 / tjPlaneHeight(p, 80, subsampling);
        strides[p] = 120 / across;
        planes[p] = malloc(120 * 80);
        for (int y = 0; y < 80 / down; y++)
            for (int x = 0; x < strides[p]; x++)
                planes[p][y * strides[p] + x] = pixels[(y * down * 120 + x * across) * 3 + p];
    }
    tjhandle encoder = tjInitCompress();
    unsigned char *bytes = NULL;
    unsigned long length = 0;
    tjCompressFromYUVPlanes(encoder, (const unsigned char *[]){planes[0], planes[1], planes[2]},
                            120, strides, 80, subsampling, &bytes, &length, 95, 0);
    struct file file = {0};
    file_add(&file, bytes, 2);
    if (adobe)
        file_add(&file,
                 "\xff\xee\0\x0e"
                 "Adobe\0\x64\0\0\0\0\0",
                 16);
    file_add(&file, bytes + 20, length - 20); // behind JFIF's 18 bytes
    size_t frame = find_marker(&file, 0xc0), scan = find_marker(&file, 0xda);
    for (size_t i = 0; i < 3 && !adobe; i++) {
        file.bytes[frame + 10 + 3 * i] = (unsigned char)"RGB"[i];
        file.bytes[scan + 5 + 2 * i] = (unsigned char)"RGB"[i];
    }
    tjFree(bytes);
    tjDestroy(encoder);
    for (int p = 0; p < 3; p++)
        free(planes[p]);
    free(pixels);
    return file;
}

static void reads_rgb_coded(void **state)
{
    (void)state;
    static const int codings[] = {TJSAMP_444, TJSAMP_420, TJSAMP_422};
    for (int adobe = 0; adobe <= 1; adobe++) {
        for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
            struct file file = make_rgb_jpeg(adobe, codings[i]);
            struct prepared_image image = prepare_file(&file, NULL);
            expect_quarters(&image, in_order, 12, adobe ? "RGB by Adobe" : "RGB by ids");
            prepared_image_clear(&image);
            file_free(&file);
        }
    }
}

static void reads_cmyk(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(120, 80), *inks = malloc(120 * 80 * 4);
    for (size_t i = 0; i < 120 * 80; i++) {
        for (size_t c = 0; c < 3; c++)
            inks[i * 4 + c] = pixels[i * 3 + c];
        inks[i * 4 + 3] = 255; // Adobe's way: 255 is no ink
    }
    // TurboJPEG codes CMYK as YCCK, with an Adobe segment.
    static const int codings[] = {TJSAMP_444, TJSAMP_420};
    for (size_t i = 0; i < 2; i++) {
        struct file file = encode_jpeg(inks, 120, 80, TJPF_CMYK, codings[i], 0);
        struct prepared_image image = prepare_file(&file, NULL);
        expect_quarters(&image, in_order, 12, "YCCK");
        prepared_image_clear(&image);
        file_free(&file);
    }
    free(inks);
    free(pixels);
}

// Four inks as they are, by libjpeg itself: with Adobe's segment 255 is no ink, without it all.
static struct file make_plain_inks(bool adobe, bool ycck)
{
    unsigned char *pixels = make_quarters(120, 80), row[120 * 4], *bytes = NULL;
    unsigned long length = 0;
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &bytes, &length);
    encoder.image_width = 120;
    encoder.image_height = 80;
    encoder.input_components = 4;
    encoder.in_color_space = JCS_CMYK;
    jpeg_set_defaults(&encoder);
    jpeg_set_colorspace(&encoder, ycck ? JCS_YCCK : JCS_CMYK);
    encoder.write_Adobe_marker = adobe;
    jpeg_set_quality(&encoder, 95, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    for (int y = 0; y < 80; y++) {
        for (size_t x = 0; x < 120; x++)
            for (size_t c = 0; c < 4; c++) {
                unsigned char light = c == 3 ? 255 : pixels[((size_t)y * 120 + x) * 3 + c];
                row[4 * x + c] = adobe ? light : (unsigned char)~light;
            }
        jpeg_write_scanlines(&encoder, &(JSAMPROW){row}, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    struct file file = {0};
    file_add(&file, bytes, length);
    free(bytes);
    free(pixels);
    return file;
}

static void reads_plain_inks(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct file file = make_plain_inks(kind > 0, kind > 1);
        struct prepared_image image = prepare_file(&file, NULL);
        expect_quarters(&image, in_order, 12,
                        kind == 0   ? "CMYK"
                        : kind == 1 ? "CMYK by Adobe"
                                    : "YCCK");
        prepared_image_clear(&image);
        file_free(&file);
    }
}

// By libjpeg itself, which writes any sampling factors.
static struct file make_sampled(const int factors[3][2], int width, int height)
{
    unsigned char *pixels = make_quarters((unsigned)width, (unsigned)height), *bytes = NULL;
    unsigned long length = 0;
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &bytes, &length);
    encoder.image_width = (JDIMENSION)width;
    encoder.image_height = (JDIMENSION)height;
    encoder.input_components = 3;
    encoder.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, 95, TRUE);
    for (int i = 0; i < 3; i++) {
        encoder.comp_info[i].h_samp_factor = factors[i][0];
        encoder.comp_info[i].v_samp_factor = factors[i][1];
    }
    jpeg_start_compress(&encoder, TRUE);
    for (int y = 0; y < height; y++)
        jpeg_write_scanlines(&encoder, &(JSAMPROW){pixels + (size_t)y * (size_t)width * 3}, 1);
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    struct file file = {0};
    file_add(&file, bytes, length);
    free(bytes);
    free(pixels);
    return file;
}

// Subsamplings that TurboJPEG has no name for, and known ones in unusual factors.
static void reads_odd_subsamplings(void **state)
{
    (void)state;
    static const int factors[][3][2] = {
        {{3, 1}, {1, 1}, {1, 1}}, {{4, 2}, {1, 1}, {1, 1}}, {{2, 2}, {2, 1}, {1, 2}},
        {{2, 2}, {1, 2}, {1, 2}}, {{2, 2}, {2, 1}, {2, 1}}, {{1, 2}, {1, 1}, {1, 2}},
        {{1, 4}, {1, 1}, {1, 1}}, {{1, 2}, {1, 2}, {1, 2}}, {{1, 1}, {2, 2}, {2, 2}},
        {{2, 1}, {2, 1}, {2, 1}}, {{2, 1}, {1, 1}, {2, 1}}, {{4, 1}, {2, 1}, {2, 1}},
    };
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        for (int side = 20; side <= 320; side *= 2) {
            struct file file = make_sampled(factors[i], 253, 187);
            struct image_limits limits = encode_limits();
            limits.max_side_px = (unsigned)side;
            struct prepared_image image;
            struct error why = {0};
            if (!image_prepare(file.bytes, file.length, &limits, &image, &why))
                fail_msg("factors %zu to %d: %s", i, side, why.message);
            char where[40];
            snprintf(where, sizeof where, "factors %zu to %d", i, side);
            if (side >= 40)
                expect_quarters(&image, in_order, 12, where);
            prepared_image_clear(&image);
            file_free(&file);
        }
    }
}

static void forgives_harmless_flaws(void **state)
{
    (void)state;
    struct file whole = make_jpeg(200, 100, TJSAMP_420, 0), file = file_copy(&whole);
    struct prepared_image expected = prepare_file(&whole, NULL);
    file_insert(&file, 0, "\r\n\r\n", 4);                      // bytes before the first marker
    file_insert(&file, find_marker(&file, 0xdb), "\1\2\3", 3); // and before another
    file_insert(&file, file.length - 2, "\0\0\0\0\0", 5);      // before the last
    file_add(&file, "trailing rubbish", 16);                   // and behind it
    struct prepared_image image = prepare_file(&file, NULL);
    assert_int_equal(image.jpeg.length, expected.jpeg.length);
    assert_memory_equal(image.jpeg.data, expected.jpeg.data, image.jpeg.length);
    prepared_image_clear(&image);
    file_free(&file);
    // Only the end marker is missing: every pixel is there.
    struct file endless = file_copy(&whole);
    endless.length -= 2;
    image = prepare_file(&endless, NULL);
    assert_int_equal(image.jpeg.length, expected.jpeg.length);
    prepared_image_clear(&image);
    prepared_image_clear(&expected);
    file_free(&endless);
    file_free(&whole);
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    unsigned char *pixels = make_noise(300, 200);
    for (int flags = 0; flags <= TJFLAG_PROGRESSIVE; flags += TJFLAG_PROGRESSIVE) {
        struct file file = encode_jpeg(pixels, 300, 200, TJPF_RGB, TJSAMP_420, flags);
        for (size_t percent = 5; percent < 100; percent += 5) {
            size_t length = file.length * percent / 100;
            unsigned char *cut = malloc(length); // exact, for ASan
            memcpy(cut, file.bytes, length);
            expect_refused(cut, length, ERR_IMAGE, "damaged");
            if (percent == 50 && flags == 0)
                expect_refused(cut, length, ERR_IMAGE, "of 200 rows can be read");
            free(cut);
        }
        file_free(&file);
    }
    free(pixels);
}

// A harmless flaw comes first, and TurboJPEG keeps only the first warning's text.
static void sees_damage_behind_a_harmless_flaw(void **state)
{
    (void)state;
    unsigned char *pixels = make_noise(300, 200);
    struct file file = encode_jpeg(pixels, 300, 200, TJPF_RGB, TJSAMP_420, 0);
    file_insert(&file, find_marker(&file, 0xdb), "\1\2\3", 3);
    struct prepared_image image = prepare_file(&file, NULL);
    prepared_image_clear(&image);
    expect_refused(file.bytes, file.length * 3 / 4, ERR_IMAGE, "rows can be read");
    file_free(&file);
    free(pixels);
}

static void refuses_what_it_cannot_read(void **state)
{
    (void)state;
    struct file file = make_jpeg(200, 100, TJSAMP_420, 0);
    size_t frame = find_marker(&file, 0xc0);
    file.bytes[frame + 4] = 12;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "12 bits a sample");
    file.bytes[frame + 4] = 8;
    file.bytes[frame + 1] = 0xc3;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "lossless");
    file.bytes[frame + 1] = 0xc0;
    file.bytes[frame + 5] = file.bytes[frame + 6] = 0;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "200 x 0");
    expect_refused(file.bytes, frame, ERR_IMAGE, "before the sides");
    file_free(&file);
}

static void refuses_bombs_before_memory(void **state)
{
    (void)state;
    struct file file = make_jpeg(200, 100, TJSAMP_420, 0);
    size_t frame = find_marker(&file, 0xc0);
    memcpy(file.bytes + frame + 5, "\xff\xdc\xff\xdc", 4);
    expect_refused(file.bytes, file.length, ERR_TOO_LARGE, "65500 x 65500");
    memcpy(file.bytes + frame + 5, "\x36\xb0\x36\xb0", 4);
    expect_refused(file.bytes, file.length, ERR_IMAGE, "far too few");
    file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_subsampling),
        cmocka_unit_test(reads_the_smallest_sides),
        cmocka_unit_test(keeps_grey_grey),
        cmocka_unit_test(reads_rgb_coded),
        cmocka_unit_test(reads_cmyk),
        cmocka_unit_test(reads_plain_inks),
        cmocka_unit_test(reads_odd_subsamplings),
        cmocka_unit_test(forgives_harmless_flaws),
        cmocka_unit_test(refuses_what_is_cut_off),
        cmocka_unit_test(sees_damage_behind_a_harmless_flaw),
        cmocka_unit_test(refuses_what_it_cannot_read),
        cmocka_unit_test(refuses_bombs_before_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
