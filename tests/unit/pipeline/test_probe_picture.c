#include "probe_picture.h"

#include "unit.h"

static void any_size_and_quality(void **state)
{
    (void)state;
    struct probe_picture picture;
    struct error why = {0};
    struct image_limits limits = image_limits_default();
    assert_true(probe_picture_make(&picture, 600, &why));
    size_t before = 0;
    static const struct {
        unsigned side;
        int quality;
    } sizes[] = {{64, 85}, {300, 12}, {300, 85}, {600, 85}, {600, 97}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct payload *payload =
            probe_picture_at(&picture, &limits, sizes[i].side, sizes[i].quality, &why);
        assert_non_null(payload);
        assert_int_equal(payload->width, sizes[i].side);
        assert_int_equal(payload->height, sizes[i].side);
        assert_true(payload->length > before);
        before = payload->length;
        payload_drop(payload);
    }
    // Detailed like a photograph: more than two bits a pixel at the usual quality.
    struct payload *payload = probe_picture_payload(&picture, &limits, &why);
    assert_true(payload->length * 6 > 600u * 600 * 2);
    payload_drop(payload);
    probe_picture_clear(&picture);
}

static void a_missing_file_is_refused(void **state)
{
    (void)state;
    struct probe_picture picture;
    struct error why = {0};
    assert_false(probe_picture_read(&picture, "/no/such/picture.jpg", &why));
    assert_int_equal(why.kind, ERR_INPUT);
    probe_picture_clear(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_size_and_quality),
        cmocka_unit_test(a_missing_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
