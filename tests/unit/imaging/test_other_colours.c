// Profiles within PSD and BMP.
#include "make_modern.h"
#include "make_other.h"

enum { W = 48, H = 32 };

static void expect_colours(const struct file *file, const unsigned char expected[4][3],
                           const char *where)
{
    struct prepared_image image = prepare_file(file, NULL);
    unsigned char *pixels = decode_prepared(&image);
    for (unsigned i = 0; i < 4; i++)
        expect_pixel(pixels, W, i % 2 ? W * 3 / 4 : W / 4, i / 2 ? H * 3 / 4 : H / 4, expected[i],
                     6, where);
    free(pixels);
    prepared_image_clear(&image);
}

// Behind a resource with a name of odd length and odd bytes.
static struct file make_resources(const struct file *profile)
{
    struct file all = {0};
    file_add(&all, "8BIM\x03\xed\3abc\0\0\0\3xyz\0", 18);
    file_add(&all, "8BIM\x04\x0f\0\0", 8);
    file_add_number(&all, (uint32_t)profile->length, 4, true);
    file_add(&all, profile->bytes, profile->length);
    file_add(&all, "", profile->length % 2);
    return all;
}

static struct file make_psd_with(const struct file *profile, int depth)
{
    struct file file = make_psd(W, H, depth), resources = make_resources(profile), length = {0};
    file_add_number(&length, (uint32_t)resources.length, 4, true);
    memcpy(file.bytes + 30, length.bytes, 4);
    file_insert(&file, 34, resources.bytes, resources.length);
    file_free(&length);
    file_free(&resources);
    return file;
}

// A header of version 5, with the profile behind the pixels.
static struct file make_bmp_with(const struct file *profile, unsigned bits)
{
    struct file file = bits == 24 ? make_bmp(W, H, false) : make_bmp_runs(W, H, bits);
    unsigned char more[84] = {0};
    memcpy(more + 56 - 40, "DEBM", 4);
    file_insert(&file, 54, more, sizeof more);
    uint32_t place = (uint32_t)file.length - 14, size = (uint32_t)profile->length;
    file.bytes[14] = 124;
    file.bytes[10] += 84;
    for (int i = 0; i < 4; i++) {
        file.bytes[14 + 112 + i] = (unsigned char)(place >> 8 * i);
        file.bytes[14 + 116 + i] = (unsigned char)(size >> 8 * i);
    }
    file_add(&file, profile->bytes, profile->length);
    return file;
}

static void converts_psd(void **state)
{
    (void)state;
    struct file profile = make_p3_profile();
    for (int depth = 8; depth <= 16; depth += 8) {
        struct file file = make_psd_with(&profile, depth);
        expect_colours(&file, quarters_of_p3, "PSD");
        file_free(&file);
    }
    file_free(&profile);
}

static void converts_bmp(void **state)
{
    (void)state;
    struct file profile = make_p3_profile();
    for (unsigned bits = 4; bits <= 24; bits += bits == 8 ? 16 : 4) {
        struct file file = make_bmp_with(&profile, bits);
        expect_colours(&file, quarters_of_p3, "BMP");
        // A profile elsewhere on the writer's disk ("LINK") cannot be followed.
        memcpy(file.bytes + 14 + 56, "KNIL", 4);
        expect_colours(&file, quarters, "linked");
        file_free(&file);
    }
    file_free(&profile);
}

// Whatever the numbers in the headers say, nothing beyond the file is looked at (ASan).
static void survives_any_number(void **state)
{
    (void)state;
    struct file profile = make_p3_profile();
    struct file files[] = {make_psd_with(&profile, 8), make_bmp_with(&profile, 24)};
    static const size_t places[2][6] = {{26, 30, 40, 44, 52, 60}, {14, 126, 127, 129, 130, 132}};
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t p = 0; p < 6; p++)
            for (unsigned value = 0; value < 256; value += 51) {
                struct file file = file_copy(&files[kind]);
                file.bytes[places[kind][p]] = (unsigned char)value;
                struct image_limits limits = encode_limits();
                struct prepared_image image;
                struct error why = {0};
                if (image_prepare(file.bytes, file.length, &limits, &image, &why))
                    prepared_image_clear(&image);
                else
                    assert_int_equal(why.kind, ERR_IMAGE);
                file_free(&file);
            }
        file_free(&files[kind]);
    }
    file_free(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_psd),
        cmocka_unit_test(converts_bmp),
        cmocka_unit_test(survives_any_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
