#include "make_other.h"

static const int in_order[4] = {0, 1, 2, 3};
enum { W = 61, H = 43 };

static struct file make(int kind)
{
    switch (kind) {
    case 0:
        return make_gif(W, H, false);
    case 1:
        return make_bmp(W, H, false);
    case 2:
        return make_bmp(W, H, true);
    case 3:
        return make_tga(W, H, false);
    case 4:
        return make_tga(W, H, true);
    case 5:
        return make_psd(W, H, 8);
    case 6:
        return make_psd(W, H, 16);
    case 7:
        return make_bmp_runs(W, H, 8);
    case 8:
        return make_bmp_runs(W, H, 4);
    default:
        return make_bmp_core(W, H, kind == 9 ? 4 : 8);
    }
}

static const enum picture_format formats[] = {PICTURE_GIF, PICTURE_BMP, PICTURE_BMP, PICTURE_TGA,
                                              PICTURE_TGA, PICTURE_PSD, PICTURE_PSD, PICTURE_BMP,
                                              PICTURE_BMP, PICTURE_BMP, PICTURE_BMP};
enum { KINDS = sizeof formats / sizeof formats[0] };

static void reads_every_kind(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct file file = make(kind);
        struct image_limits limits = image_limits_default();
        unsigned width, height;
        struct error why = {0};
        assert_true(image_measure(file.bytes, file.length, &limits, &width, &height, &why));
        assert_int_equal(width, W);
        assert_int_equal(height, H);
        struct prepared_image image = prepare_file(&file, NULL);
        assert_int_equal(image.format, formats[kind]);
        expect_quarters(&image, in_order, 6, sniff_name(formats[kind]));
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void makes_transparent_gif_white(void **state)
{
    (void)state;
    struct file file = make_gif(W, H, true);
    struct prepared_image image = prepare_file(&file, NULL);
    unsigned char *pixels = decode_prepared(&image);
    static const unsigned char white[3] = {255, 255, 255};
    expect_pixel(pixels, W, W / 4, H / 4, white, 3, "transparent");
    expect_pixel(pixels, W, W * 3 / 4, H / 4, quarters[1], 6, "opaque");
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
}

// A second frame that puts green where the first has red.
static void takes_the_first_frame_of_gif(void **state)
{
    (void)state;
    struct file file = make_gif(W, H, false), other = make_gif(12, 12, false);
    unsigned char *frame = other.bytes + 13 + 128 * 3; // behind header and palette
    assert_int_equal(frame[0], 0x2c);
    frame[1] = frame[3] = 5;
    file.length--;
    file_add(&file, frame, other.length - (size_t)(frame - other.bytes));
    struct prepared_image image = prepare_file(&file, NULL);
    expect_quarters(&image, in_order, 6, "first frame");
    prepared_image_clear(&image);
    file_free(&other);
    file_free(&file);
}

// A frame that leaves the canvas free above itself, and names a background colour.
static void leaves_the_free_canvas_of_gif_white(void **state)
{
    (void)state;
    struct file file = make_gif(W, H, false);
    enum { TALLER = H + 20, PLACE_OF_FRAME = 13 + 128 * 3 };
    file.bytes[8] = TALLER;
    file.bytes[11] = 2;
    file.bytes[PLACE_OF_FRAME + 3] = 20;
    struct prepared_image image = prepare_file(&file, NULL);
    assert_int_equal(image.height, TALLER);
    unsigned char *pixels = decode_prepared(&image);
    static const unsigned char white[3] = {255, 255, 255};
    expect_pixel(pixels, W, W / 4, 8, white, 3, "canvas");
    expect_pixel(pixels, W, W / 4, 20 + H / 4, quarters[0], 6, "frame");
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
}

static void turns_tga_from_any_corner(void **state)
{
    (void)state;
    static const struct {
        unsigned char descriptor;
        int corners[4];
    } cases[] = {
        {0x20, {0, 1, 2, 3}}, {0, {2, 3, 0, 1}}, {0x30, {1, 0, 3, 2}}, {0x10, {3, 2, 1, 0}}};
    for (int i = 0; i < 4; i++) {
        struct file file = make_tga(W - 1, H - 1, false); // sides that halves fill
        file.bytes[17] = cases[i].descriptor;
        struct prepared_image image = prepare_file(&file, NULL);
        expect_quarters(&image, cases[i].corners, 6, "descriptor");
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static struct file make_tga_with_alpha(unsigned char first, unsigned char others)
{
    struct file file = {0};
    file_add(&file, "\0\0\2\0\0\0\0\0\0\0\0\0\x10\0\x10\0\x20\x28", 18);
    for (int i = 0; i < 16 * 16; i++)
        file_add(&file, (unsigned char[4]){100, 100, 100, i == 0 ? first : others}, 4);
    return file;
}

static void an_alpha_of_zeros_is_none_in_tga(void **state)
{
    (void)state;
    static const unsigned char grey[3] = {100, 100, 100}, white[3] = {255, 255, 255};
    for (int some = 0; some < 2; some++) {
        struct file file = make_tga_with_alpha(some ? 255 : 0, 0);
        struct prepared_image image = prepare_file(&file, NULL);
        unsigned char *pixels = decode_prepared(&image);
        expect_pixel(pixels, 16, 12, 12, some ? white : grey, 3, some ? "some" : "none");
        free(pixels);
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void names_the_mode_of_psd(void **state)
{
    (void)state;
    struct file file = make_psd(W, H, 8);
    file.bytes[25] = 4;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "it is in CMYK with 8 bits a sample");
    file.bytes[25] = 1;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "it is in grey");
    file.bytes[25] = 77;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "an unknown mode");
    file_free(&file);
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct file file = make(kind);
        for (size_t percent = 5; percent < 100; percent += 5) {
            size_t length = file.length * percent / 100;
            unsigned char *cut = malloc(length);
            memcpy(cut, file.bytes, length);
            expect_refused(cut, length, ERR_IMAGE, "");
            if (percent == 50)
                expect_refused(cut, length, ERR_IMAGE, sniff_name(formats[kind]));
            free(cut);
        }
        file_free(&file);
    }
}

static void refuses_bombs_before_memory(void **state)
{
    (void)state;
    struct file gif = make_gif(W, H, false);
    memcpy(gif.bytes + 6, "\xff\xff\xff\xff", 4);
    expect_refused(gif.bytes, gif.length, ERR_TOO_LARGE, "65535 x 65535");
    file_free(&gif);
    struct file bmp = make_bmp(W, H, true);
    memcpy(bmp.bytes + 18, "\xa0\x86\1\0\x60\x79\xfe\xff", 8); // 100000, -100000
    expect_refused(bmp.bytes, bmp.length, ERR_TOO_LARGE, "100000 x 100000");
    memcpy(bmp.bytes + 22, "\0\0\0\x80", 4);
    expect_refused(bmp.bytes, bmp.length, ERR_IMAGE, "BMP");
    file_free(&bmp);
    struct file tga = make_tga(W, H, false);
    memcpy(tga.bytes + 12, "\xff\xff\xff\xff", 4);
    expect_refused(tga.bytes, tga.length, ERR_TOO_LARGE, "65535 x 65535");
    file_free(&tga);
    struct file psd = make_psd(W, H, 8);
    memcpy(psd.bytes + 14, "\0\0\xff\xff\0\0\xff\xff", 8);
    expect_refused(psd.bytes, psd.length, ERR_TOO_LARGE, "65535 x 65535");
    file_free(&psd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(makes_transparent_gif_white),
        cmocka_unit_test(takes_the_first_frame_of_gif),
        cmocka_unit_test(leaves_the_free_canvas_of_gif_white),
        cmocka_unit_test(turns_tga_from_any_corner),
        cmocka_unit_test(an_alpha_of_zeros_is_none_in_tga),
        cmocka_unit_test(names_the_mode_of_psd),
        cmocka_unit_test(refuses_what_is_cut_off),
        cmocka_unit_test(refuses_bombs_before_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
