#include "make_modern.h"

enum { W = 96, H = 64 };

// The encoder of HEIC, which only the test uses, leaks.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libx265";
}

static struct file make(bool avif, bool alpha, int orientation, const struct file *profile)
{
    unsigned char *pixels = make_quarters(W, H);
    struct file file = encode_heif(pixels, W, H, avif, alpha, orientation, profile);
    free(pixels);
    return file;
}

static void reads_both(void **state)
{
    (void)state;
    for (int avif = 0; avif < 2; avif++) {
        struct file file = make(avif, false, 1, NULL);
        struct prepared_image image = prepare_file(&file, NULL);
        assert_int_equal(image.format, avif ? PICTURE_AVIF : PICTURE_HEIC);
        assert_int_equal(image.width, W);
        assert_int_equal(image.height, H);
        assert_int_equal(image.orientation, 1);
        expect_quarters(&image, (int[4]){0, 1, 2, 3}, 10, avif ? "AVIF" : "HEIC");
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void turns_once(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct file file = make(orientation % 2 == 0, false, orientation, NULL);
        unsigned width, height;
        struct error why = {0};
        struct image_limits limits = image_limits_default();
        assert_true(image_measure(file.bytes, file.length, &limits, &width, &height, &why));
        struct prepared_image image = prepare_file(&file, NULL);
        assert_int_equal(image.width, width);
        assert_int_equal(image.height, height);
        assert_int_equal(image.width, orientation >= 5 ? H : W);
        assert_int_equal(image.orientation, 1);
        expect_quarters(&image, shown_corners[orientation], 10, "turned");
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void makes_transparent_white(void **state)
{
    (void)state;
    for (int avif = 0; avif < 2; avif++) {
        struct file file = make(avif, true, 1, NULL);
        struct prepared_image image = prepare_file(&file, NULL);
        unsigned char *pixels = decode_prepared(&image);
        static const unsigned char white[3] = {255, 255, 255};
        expect_pixel(pixels, W, W / 4, H / 4, white, 6, "transparent");
        expect_pixel(pixels, W, W * 3 / 4, H / 4, quarters[1], 10, "opaque");
        free(pixels);
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void converts_its_profile(void **state)
{
    (void)state;
    struct file profile = make_p3_profile();
    for (int avif = 0; avif < 2; avif++) {
        struct file file = make(avif, false, 1, &profile);
        struct prepared_image image = prepare_file(&file, NULL);
        unsigned char *pixels = decode_prepared(&image);
        for (unsigned i = 0; i < 4; i++)
            expect_pixel(pixels, W, i % 2 ? W * 3 / 4 : W / 4, i / 2 ? H * 3 / 4 : H / 4,
                         quarters_of_p3[i], 10, "P3");
        free(pixels);
        prepared_image_clear(&image);
        file_free(&file);
    }
    file_free(&profile);
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    for (int avif = 0; avif < 2; avif++) {
        struct file file = make(avif, false, 1, NULL);
        for (size_t part = 0; part < 20; part++)
            expect_refused(file.bytes, file.length * part / 20, ERR_IMAGE, "");
        file_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both),
        cmocka_unit_test(turns_once),
        cmocka_unit_test(makes_transparent_white),
        cmocka_unit_test(converts_its_profile),
        cmocka_unit_test(refuses_what_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
