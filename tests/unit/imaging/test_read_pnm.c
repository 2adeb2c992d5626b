#include "make_files.h"

static int value_at(const char *bytes, size_t length, unsigned channel, unsigned x)
{
    struct file file = {0};
    file_add(&file, bytes, length);
    struct prepared_image image = prepare_file(&file, NULL);
    assert_int_equal(image.format, PICTURE_PNM);
    unsigned char *pixels = decode_prepared(&image);
    int value = pixels[x * 3 + channel];
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
    return value;
}

static const struct {
    const char *bytes;
    size_t length;
    unsigned channel, x;
    int value;
} files[] = {
#define PNM(text, channel, x, value)                                                               \
    {                                                                                              \
        text, sizeof(text) - 1, channel, x, value                                                  \
    }
    PNM("P1\n2 1\n0 1\n", 0, 0, 255),
    PNM("P1\n2 1\n01", 0, 1, 0),
    PNM("P1 # two\n2 # wide\n1 0#x\n1", 0, 1, 0),
    PNM("P2\n1 1\n100\n50\n", 0, 0, 128),
    PNM("P2\n1 1\n65535\n32768\n", 0, 0, 128),
    PNM("P2\n1 1\n10\n99\n", 0, 0, 255), // above the maximum
    PNM("P3\n1 1\n255\n200 100 50\n", 0, 0, 200),
    PNM("P3\n1 1\n255\n200 100 50\n", 2, 0, 50),
    PNM("P4\n9 1\n\x80\x80", 0, 0, 0),
    PNM("P4\n9 1\n\x80\x80", 0, 8, 0),
    PNM("P4\n9 1\n\x80\x80", 0, 4, 255),
    PNM("P5\n1 1\n255\n\x80", 0, 0, 128),
    PNM("P5\n1 1\n15\n\x05", 0, 0, 85),
    PNM("P5\n1 1\n65535\n\x80\x01", 0, 0, 128),
    PNM("P5\n#c\n1 1 #d\n255\n\x0a", 0, 0, 10), // a pixel that looks like a blank
    PNM("P6\n1 1\n255\n\xc8\x64\x32", 1, 0, 100),
    PNM("P6\n1 1\n65535\n\xc8\0\x64\0\x32\0", 2, 0, 50),
};

static void reads_every_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int value = value_at(files[i].bytes, files[i].length, files[i].channel, files[i].x);
        // P4's nine pixels hold sharp edges, which JPEG rounds a little.
        if (abs(value - files[i].value) > (files[i].bytes[1] == '4' ? 12 : 3))
            fail_msg("file %zu: %d, expected %d", i, value, files[i].value);
    }
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        for (size_t length = 3; length < files[i].length; length++) {
            unsigned char *cut = malloc(length);
            memcpy(cut, files[i].bytes, length);
            struct image_limits limits = image_limits_default();
            struct prepared_image image;
            struct error why = {0};
            // Digits that end early are other digits; no cut may do more harm than that.
            if (image_prepare(cut, length, &limits, &image, &why))
                prepared_image_clear(&image);
            else
                assert_int_equal(why.kind, ERR_IMAGE);
            if (files[i].bytes[1] >= '4')
                assert_int_equal(why.kind, ERR_IMAGE);
            free(cut);
        }
    }
    expect_refused("P5\n4 4\n255\n12345678", 19, ERR_IMAGE, "2 of 4 rows");
}

static void refuses_bad_headers(void **state)
{
    (void)state;
    expect_refused("P7\nWIDTH 1\n", 11, ERR_IMAGE, "PAM");
    expect_refused("P5\n0 4\n255\n", 11, ERR_IMAGE, "header");
    expect_refused("P5\n1 1\n0\n1", 10, ERR_IMAGE, "header");
    expect_refused("P5\n1 1\n70000\n1", 14, ERR_IMAGE, "header");
    expect_refused("P5\n-1 1\n255\n1", 13, ERR_IMAGE, "header");
    expect_refused("P5\n99999999999999999999 1\n255\n1", 31, ERR_IMAGE, "header");
    expect_refused("P6\n100000 100000\n255\n1", 22, ERR_TOO_LARGE, "100000 x 100000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(refuses_what_is_cut_off),
        cmocka_unit_test(refuses_bad_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
