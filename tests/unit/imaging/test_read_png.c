#include "make_files.h"

static const int in_order[4] = {0, 1, 2, 3};
enum { W = 61, H = 43 };

static struct spng_ihdr header_of(int type, int depth, int interlace)
{
    return (struct spng_ihdr){W, H, (uint8_t)depth, (uint8_t)type, 0, 0, (uint8_t)interlace};
}

static void expect_file(struct file *file, int tolerance, const char *where)
{
    struct prepared_image image = prepare_file(file, NULL);
    assert_int_equal(image.format, PICTURE_PNG);
    expect_quarters(&image, in_order, tolerance, where);
    prepared_image_clear(&image);
    file_free(file);
}

static unsigned quarter_at(unsigned x, unsigned y)
{
    return (y >= H / 2) * 2 + (x >= W / 2);
}

static void reads_truecolour(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(W, H);
    for (int interlace = 0; interlace <= 1; interlace++) {
        struct file file =
            encode_png(pixels, W * H * 3, header_of(2, 8, interlace), NULL, NULL, NULL);
        expect_file(&file, 6, interlace ? "interlaced" : "plain");
    }
    free(pixels);
}

static void reads_sixteen_bits(void **state)
{
    (void)state;
    uint16_t *pixels = malloc(W * H * 4 * sizeof *pixels);
    for (int type = 2; type <= 6; type += 4) {
        size_t channels = type == 2 ? 3 : 4;
        for (unsigned y = 0; y < H; y++)
            for (unsigned x = 0; x < W; x++)
                for (size_t c = 0; c < channels; c++)
                    pixels[(y * W + x) * channels + c] =
                        c == 3 ? 65535 : (uint16_t)(quarters[quarter_at(x, y)][c] * 257);
        for (int interlace = 0; interlace <= 1; interlace++) {
            struct file file = encode_png(pixels, W * H * channels * 2,
                                          header_of(type, 16, interlace), NULL, NULL, NULL);
            expect_file(&file, 6, "16 bits");
        }
    }
    free(pixels);
}

static int middle_grey(struct file *file)
{
    struct prepared_image image = prepare_file(file, NULL);
    unsigned char *pixels = decode_prepared(&image);
    int grey = pixels[((size_t)image.height / 2 * image.width + image.width / 2) * 3];
    free(pixels);
    prepared_image_clear(&image);
    file_free(file);
    return grey;
}

// One sample value everywhere, in each grey depth; with alpha it lies over white.
static void reads_grey(void **state)
{
    (void)state;
    static const int depths[] = {1, 2, 4, 8, 16};
    unsigned char pixels[W * H * 4];
    for (size_t i = 0; i < 5; i++) {
        memset(pixels, depths[i] == 16 ? 0x60 : 0x66, sizeof pixels);
        if (depths[i] == 2)
            memset(pixels, 0xaa, sizeof pixels); // 2 of 3
        if (depths[i] == 1)
            memset(pixels, 0xff, sizeof pixels);
        int expected[] = {255, 170, 102, 102, 96};
        size_t size = (size_t)((W * depths[i] + 7) / 8) * H;
        struct file file = encode_png(pixels, size, header_of(0, depths[i], 0), NULL, NULL, NULL);
        assert_in_range(middle_grey(&file), expected[i] - (expected[i] > 0), expected[i] + 1);
    }
    // Half transparent black is middle grey over white.
    for (size_t i = 0; i < W * H * 2; i += 2) {
        pixels[i] = 0;
        pixels[i + 1] = 128;
    }
    struct file file = encode_png(pixels, W * H * 2, header_of(4, 8, 0), NULL, NULL, NULL);
    assert_in_range(middle_grey(&file), 126, 128);
    for (size_t i = 0; i < W * H * 4; i += 4) {
        memset(pixels + i, 0, 2);
        memset(pixels + i + 2, 128, 2);
    }
    file = encode_png(pixels, W * H * 4, header_of(4, 16, 0), NULL, NULL, NULL);
    assert_in_range(middle_grey(&file), 126, 128);
}

static void reads_palette_with_transparency(void **state)
{
    (void)state;
    struct spng_plte palette = {.n_entries = 5};
    for (size_t i = 0; i < 4; i++)
        palette.entries[i] =
            (struct spng_plte_entry){quarters[i][0], quarters[i][1], quarters[i][2], 0};
    struct spng_trns transparency = {.n_type3_entries = 5};
    memset(transparency.type3_alpha, 255, 5);
    unsigned char pixels[W * H];
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++)
            pixels[y * W + x] = (unsigned char)quarter_at(x, y);
    struct file file = encode_png(pixels, sizeof pixels, header_of(3, 8, 0), &palette, NULL, NULL);
    expect_file(&file, 6, "palette");
    file = encode_png(pixels, sizeof pixels, header_of(3, 8, 1), &palette, &transparency, NULL);
    expect_file(&file, 6, "palette, opaque tRNS, interlaced");
    // Entry 4 is black and wholly transparent: white.
    transparency.type3_alpha[4] = 0;
    memset(pixels, 4, sizeof pixels);
    file = encode_png(pixels, sizeof pixels, header_of(3, 8, 0), &palette, &transparency, NULL);
    assert_in_range(middle_grey(&file), 254, 255);
}

static void makes_a_transparent_colour_white(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(W, H);
    struct spng_trns transparency = {
        .red = quarters[0][0], .green = quarters[0][1], .blue = quarters[0][2]};
    struct file file = encode_png(pixels, W * H * 3, header_of(2, 8, 0), NULL, &transparency, NULL);
    struct prepared_image image = prepare_file(&file, NULL);
    unsigned char *shown = decode_prepared(&image);
    static const unsigned char white[3] = {255, 255, 255};
    expect_pixel(shown, W, W / 4, H / 4, white, 3, "transparent colour");
    expect_pixel(shown, W, W * 3 / 4, H / 4, quarters[1], 6, "another colour");
    free(shown);
    prepared_image_clear(&image);
    file_free(&file);
    free(pixels);
}

static void turns_as_exif_says(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(W, H);
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct file exif = make_exif(orientation, orientation % 2);
        struct file file = encode_png(pixels, W * H * 3, header_of(2, 8, 0), NULL, NULL, &exif);
        struct prepared_image image = prepare_file(&file, NULL);
        assert_int_equal(image.orientation, orientation);
        assert_int_equal(image.width, orientation >= 5 ? H : W);
        expect_quarters(&image, shown_corners[orientation], 8, "eXIf");
        prepared_image_clear(&image);
        file_free(&exif);
        file_free(&file);
    }
    free(pixels);
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    unsigned char *pixels = make_noise(W, H);
    for (int interlace = 0; interlace <= 1; interlace++) {
        struct file file =
            encode_png(pixels, W * H * 3, header_of(2, 8, interlace), NULL, NULL, NULL);
        for (size_t percent = 5; percent < 100; percent += 5) {
            size_t length = file.length * percent / 100;
            unsigned char *cut = malloc(length);
            memcpy(cut, file.bytes, length);
            expect_refused(cut, length, ERR_IMAGE, "damaged");
            free(cut);
        }
        // A flipped bit in the pixels breaks a checksum.
        file.bytes[file.length / 2] ^= 16;
        expect_refused(file.bytes, file.length, ERR_IMAGE, "damaged");
        file_free(&file);
    }
    free(pixels);
}

static void refuses_bombs_before_memory(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(W, H);
    struct file file = encode_png_rgb(pixels, W, H);
    memcpy(file.bytes + 16, "\0\1\x86\xa0\0\1\x86\xa0", 8);
    expect_refused(file.bytes, file.length, ERR_TOO_LARGE, "100000 x 100000");
    memcpy(file.bytes + 16, "\xff\xff\xff\xff\0\0\0\1", 8);
    expect_refused(file.bytes, file.length, ERR_IMAGE, "4294967295 x 1");
    memcpy(file.bytes + 16, "\0\0\0\0\0\0\0\1", 8);
    expect_refused(file.bytes, file.length, ERR_IMAGE, "0 x 1");
    file_free(&file);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_truecolour),
        cmocka_unit_test(reads_sixteen_bits),
        cmocka_unit_test(reads_grey),
        cmocka_unit_test(reads_palette_with_transparency),
        cmocka_unit_test(makes_a_transparent_colour_white),
        cmocka_unit_test(turns_as_exif_says),
        cmocka_unit_test(refuses_what_is_cut_off),
        cmocka_unit_test(refuses_bombs_before_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
