#include "make_luma.h"

// Sides come out between LUMA_SIDE and twice that, and never larger than they were.
static void reduces_by_whole_boxes(void **state)
{
    (void)state;
    static const unsigned cases[][4] = {
        {1, 1, 1, 1},       {511, 300, 511, 300},   {1023, 2, 1023, 2}, {1024, 768, 512, 384},
        {1537, 11, 512, 3}, {4000, 3000, 571, 428}, {2, 5000, 1, 555},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct picture picture = new_picture(PICTURE_GREY, cases[i][0], cases[i][1]);
        memset(picture.planes[0].samples, 77, picture.planes[0].stride * cases[i][1]);
        struct luma luma = luma_of(&picture);
        assert_int_equal(luma.width, cases[i][2]);
        assert_int_equal(luma.height, cases[i][3]);
        for (unsigned j = 0; j < luma.width * luma.height; j++)
            assert_int_equal(luma.samples[j], 77);
        luma_clear(&luma);
        picture_clear(&picture);
    }
}

static void averages_a_box(void **state)
{
    (void)state;
    struct picture picture = new_picture(PICTURE_GREY, 1600, 3);
    struct plane *plane = &picture.planes[0];
    for (unsigned y = 0; y < 3; y++)
        for (unsigned x = 0; x < 1600; x++)
            plane->samples[y * plane->stride + x] = (unsigned char)(x % 3 * 90 + y * 10);
    struct luma luma = luma_of(&picture);
    assert_int_equal(luma.width, 533);
    assert_int_equal(luma.height, 1);
    for (unsigned i = 0; i < luma.width; i++)
        assert_int_equal(luma.samples[i], 100);
    luma_clear(&luma);
    picture_clear(&picture);
}

// White stays white though a box has more rows than add up to 16 bits.
static void very_large_boxes_do_not_overflow(void **state)
{
    (void)state;
    struct picture picture = new_picture(PICTURE_GREY, 64, 400000);
    memset(picture.planes[0].samples, 255, picture.planes[0].stride * 400000);
    struct luma luma = luma_of(&picture);
    assert_int_equal(luma.width, 1);
    for (unsigned i = 0; i < luma.height; i++)
        assert_int_equal(luma.samples[i], 255);
    luma_clear(&luma);
    picture_clear(&picture);
}

static void weighs_colours(void **state)
{
    (void)state;
    struct picture picture = new_picture(PICTURE_RGB, 2, 2);
    static const unsigned char levels[3] = {200, 100, 50};
    for (int i = 0; i < 3; i++)
        memset(picture.planes[i].samples, levels[i], picture.planes[i].stride * 2);
    struct luma luma = luma_of(&picture);
    assert_int_equal(luma.samples[3], 124); // 0.299 200 + 0.587 100 + 0.114 50 = 124.2
    luma_clear(&luma);
    picture_clear(&picture);
}

static void the_range_leaves_out_specks(void **state)
{
    (void)state;
    unsigned char samples[4000];
    unsigned darkest, brightest;
    struct luma luma = {.width = 80, .height = 50, .samples = samples};
    memset(samples, 90, sizeof samples);
    memset(samples, 0, 4);
    memset(samples + 100, 255, 4);
    luma_range(&luma, &darkest, &brightest);
    assert_int_equal(darkest, 90);
    assert_int_equal(brightest, 90);
    memset(samples, 3, 5);
    memset(samples + 100, 250, 5);
    luma_range(&luma, &darkest, &brightest);
    assert_int_equal(darkest, 3);
    assert_int_equal(brightest, 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduces_by_whole_boxes), cmocka_unit_test(averages_a_box),
        cmocka_unit_test(very_large_boxes_do_not_overflow), cmocka_unit_test(weighs_colours),
        cmocka_unit_test(the_range_leaves_out_specks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
