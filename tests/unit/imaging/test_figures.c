#include "figures.h"
#include "make_luma.h"

static double blur_of(unsigned width, unsigned height, double sigma)
{
    struct picture picture = new_picture(PICTURE_GREY, width, height);
    draw_discs(&picture.planes[0], 3, sigma);
    struct luma luma = luma_of(&picture);
    double blur = figures_blur(&luma);
    luma_clear(&luma);
    picture_clear(&picture);
    return blur;
}

static void assert_between(double value, double low, double high)
{
    if (value < low || value > high)
        fail_msg("%.3f is not in %.3f ... %.3f", value, low, high);
}

// The figure is about the sigma that the edges were drawn with, beside the sampling's own.
static void blur_is_the_sigma_of_edges(void **state)
{
    (void)state;
    assert_between(blur_of(500, 400, 0), 0.4, 1.05);
    assert_between(blur_of(500, 400, 2), 1.7, 2.5);
    assert_between(blur_of(500, 400, 4), 2.9, 4.6);
    assert_between(blur_of(400, 500, 3), 2.5, 3.6);
}

// Twice as large and two times as blurred looks the same.
static void blur_goes_with_the_size(void **state)
{
    (void)state;
    assert_between(blur_of(1024, 768, 4), 1.7, 2.6);
    assert_between(blur_of(1024, 768, 1), 0.4, 1.05);
}

static void a_sharp_part_makes_it_sharp(void **state)
{
    (void)state;
    struct picture soft = new_picture(PICTURE_GREY, 512, 512);
    struct picture sharp = new_picture(PICTURE_GREY, 512, 512);
    draw_discs(&soft.planes[0], 3, 6);
    draw_discs(&sharp.planes[0], 3, 0);
    for (unsigned y = 100; y < 356; y++)
        memcpy(soft.planes[0].samples + y * soft.planes[0].stride + 100,
               sharp.planes[0].samples + y * sharp.planes[0].stride + 100, 256);
    struct luma luma = luma_of(&soft);
    assert_between(figures_blur(&luma), 0.4, 1.2);
    luma_clear(&luma);
    picture_clear(&soft);
    picture_clear(&sharp);
}

static void without_edges_nothing_is_said(void **state)
{
    (void)state;
    struct picture picture = new_picture(PICTURE_GREY, 300, 300);
    struct plane *plane = &picture.planes[0];
    for (unsigned y = 0; y < 300; y++)
        memset(plane->samples + y * plane->stride, (int)(y * 255 / 300), 300);
    struct luma luma = luma_of(&picture);
    assert_between(figures_blur(&luma), 0, 0);
    luma_clear(&luma);
    picture_clear(&picture);
}

static void contrast_sees_colours_as_bright_as_each_other(void **state)
{
    (void)state;
    struct picture picture = new_picture(PICTURE_YCBCR, 200, 100);
    struct picture_figures figures;
    struct error why = {0};
    for (int i = 0; i < 3; i++)
        memset(picture.planes[i].samples, 120, picture.planes[i].stride * 100);
    assert_true(figures_measure(&picture, 1, &figures, &why));
    assert_int_equal(figures.contrast, 0);
    assert_int_equal(figures.shorter_px, 100);
    assert_int_equal(figures.detail, 0);
    for (unsigned y = 0; y < 50; y++)
        memset(picture.planes[2].samples + y * picture.planes[2].stride, 200, 200);
    assert_true(figures_measure(&picture, 1, &figures, &why));
    assert_int_equal(figures.contrast, 80);
    memset(picture.planes[0].samples, 20, picture.planes[0].stride * 10);
    assert_true(figures_measure(&picture, 1, &figures, &why));
    assert_int_equal(figures.contrast, 100); // of luma, which is enough
    picture_clear(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blur_is_the_sigma_of_edges), cmocka_unit_test(blur_goes_with_the_size),
        cmocka_unit_test(a_sharp_part_makes_it_sharp),
        cmocka_unit_test(without_edges_nothing_is_said),
        cmocka_unit_test(contrast_sees_colours_as_bright_as_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
