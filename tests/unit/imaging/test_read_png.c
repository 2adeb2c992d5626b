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

// What a sample of so many bits is in 8.
static unsigned widen(unsigned sample, int depth)
{
    unsigned most = (1u << depth) - 1;
    return (sample * 255 + most / 2) / most;
}

// Puts a sample of any depth into a row, the first pixel in the highest bits.
static void put_sample(unsigned char *row, size_t index, int depth, unsigned sample)
{
    if (depth == 16) {
        row[2 * index] = row[2 * index + 1] = 0;
        memcpy(row + 2 * index, &(uint16_t){(uint16_t)sample}, 2);
    } else {
        size_t bit = index * (size_t)depth;
        row[bit / 8] |= (unsigned char)(sample << (8 - (unsigned)depth - bit % 8));
    }
}

// Like PngSuite: every colour type in every depth that it has, plain and interlaced, with another
// value at every pixel. The JPEG at quality 100 shows each within a few levels.
static void reads_every_type_and_depth(void **state)
{
    (void)state;
    static const struct {
        int type, channels, depths[5];
    } types[] = {{0, 1, {1, 2, 4, 8, 16}},
                 {2, 3, {8, 16}},
                 {3, 1, {1, 2, 4, 8}},
                 {4, 2, {8, 16}},
                 {6, 4, {8, 16}}};
    for (size_t t = 0; t < 5; t++)
        for (size_t d = 0; d < 5 && types[t].depths[d] > 0; d++)
            for (int interlace = 0; interlace <= 1; interlace++) {
                int depth = types[t].depths[d], channels = types[t].channels;
                size_t row_bytes = ((size_t)W * (size_t)(channels * depth) + 7) / 8;
                unsigned char *pixels = calloc(H, row_bytes), expected[W * H];
                unsigned most = (1u << depth) - 1;
                struct spng_plte palette = {.n_entries = 1u << (depth < 8 ? depth : 8)};
                for (unsigned i = 0; i < palette.n_entries; i++) {
                    uint8_t grey = (uint8_t)(255 - i * 255 / (palette.n_entries - 1));
                    palette.entries[i] = (struct spng_plte_entry){grey, grey, grey, 255};
                }
                for (unsigned y = 0; y < H; y++)
                    for (unsigned x = 0; x < W; x++) {
                        // Blocks of 4 pixels, so that neighbours do not blur in the JPEG.
                        unsigned sample = (x / 4 * 7 + y / 4 * 3) * most / 150 % (most + 1);
                        for (int c = 0; c < channels; c++) {
                            bool alpha = (types[t].type & 4) != 0 && c == channels - 1;
                            put_sample(pixels + y * row_bytes, x * (size_t)channels + (size_t)c,
                                       depth, alpha ? most : sample);
                        }
                        expected[y * W + x] = types[t].type == 3
                                                  ? palette.entries[sample].red
                                                  : (unsigned char)widen(sample, depth);
                    }
                struct file file =
                    encode_png(pixels, H * row_bytes, header_of(types[t].type, depth, interlace),
                               types[t].type == 3 ? &palette : NULL, NULL, NULL);
                struct image_limits limits = encode_limits();
                limits.quality = 100;
                struct prepared_image image = prepare_file(&file, &limits);
                unsigned char *shown = decode_prepared(&image);
                char where[60];
                snprintf(where, sizeof where, "type %d, %d bits, interlace %d", types[t].type,
                         depth, interlace);
                for (unsigned y = 0; y < H; y++)
                    for (unsigned x = 0; x < W; x++) {
                        unsigned char grey = expected[y * W + x];
                        expect_pixel(shown, W, x, y, (unsigned char[3]){grey, grey, grey}, 3,
                                     where);
                    }
                free(shown);
                prepared_image_clear(&image);
                file_free(&file);
                free(pixels);
            }
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
        cmocka_unit_test(reads_every_type_and_depth),
        cmocka_unit_test(reads_grey),
        cmocka_unit_test(reads_palette_with_transparency),
        cmocka_unit_test(makes_a_transparent_colour_white),
        cmocka_unit_test(turns_as_exif_says),
        cmocka_unit_test(refuses_what_is_cut_off),
        cmocka_unit_test(refuses_bombs_before_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
