#include "make_files.h"

#include "exif.h"

static void reads_every_orientation(void **state)
{
    (void)state;
    for (int big = 0; big <= 1; big++) {
        for (int orientation = 0; orientation <= 9; orientation++) {
            struct file exif = make_exif(orientation, big);
            int expected = orientation >= 1 && orientation <= 8 ? orientation : 1;
            assert_int_equal(exif_orientation(exif.bytes, exif.length), expected);
            file_insert(&exif, 0, "Exif\0", 6);
            assert_int_equal(exif_orientation(exif.bytes, exif.length), expected);
            file_free(&exif);
        }
    }
}

// Some writers store it as a byte or a long.
static void reads_other_types(void **state)
{
    (void)state;
    struct file exif = make_exif(6, false);
    exif.bytes[12] = 4; // LONG
    assert_int_equal(exif_orientation(exif.bytes, exif.length), 6);
    exif.bytes[12] = 1; // BYTE
    assert_int_equal(exif_orientation(exif.bytes, exif.length), 6);
    exif.bytes[12] = 2; // ASCII
    assert_int_equal(exif_orientation(exif.bytes, exif.length), 1);
    file_free(&exif);
}

static void survives_damage(void **state)
{
    (void)state;
    struct file exif = make_exif(6, true);
    for (size_t length = 0; length < exif.length; length++) {
        unsigned char *cut = malloc(length + 1);
        memcpy(cut, exif.bytes, length);
        assert_in_range(exif_orientation(cut, length), 1, 8);
        free(cut);
    }
    for (size_t at = 0; at < exif.length; at++) {
        for (int value = 0; value <= 255; value += 5) {
            struct file changed = file_copy(&exif);
            changed.bytes[at] = (unsigned char)value;
            assert_in_range(exif_orientation(changed.bytes, changed.length), 1, 8);
            file_free(&changed);
        }
    }
    assert_int_equal(exif_orientation((const unsigned char *)"not an EXIF block", 17), 1);
    file_free(&exif);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_orientation),
        cmocka_unit_test(reads_other_types),
        cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
