#include "make_files.h"

#include "orient.h"

// Every sample of both planes lands where EXIF says, over blocks and their remainders.
static void moves_every_sample(void **state)
{
    (void)state;
    static const unsigned sides[][2] = {{1, 1}, {2, 1}, {1, 3}, {33, 31}, {32, 64}, {70, 45}};
    for (size_t s = 0; s < sizeof sides / sizeof sides[0]; s++) {
        for (int orientation = 1; orientation <= 8; orientation++) {
            unsigned width = sides[s][0], height = sides[s][1];
            struct picture stored = {.colour = PICTURE_GREY,
                                     .width = width,
                                     .height = height,
                                     .shrink = 1,
                                     .chroma_across = 1,
                                     .chroma_down = 1};
            struct picture upright;
            struct error why = {0};
            assert_true(picture_allocate(&stored, &why));
            struct plane *from = &stored.planes[0], *to = &upright.planes[0];
            for (unsigned y = 0; y < height; y++)
                for (unsigned x = 0; x < width; x++)
                    from->samples[y * from->stride + x] = (unsigned char)(x * 3 + y * 71);
            assert_true(picture_orient(&stored, orient_turn(orientation), &upright, &why));
            assert_int_equal(upright.width, orientation >= 5 ? height : width);
            assert_int_equal(to->height, orientation >= 5 ? width : height);
            for (unsigned y = 0; y < to->height; y++) {
                for (unsigned x = 0; x < to->width; x++) {
                    unsigned right = width - 1, low = height - 1;
                    const unsigned places[9][2] = {
                        {0, 0},        {x, y}, {right - x, y}, {right - x, low - y},
                        {x, low - y},  {y, x}, {y, low - x},   {right - y, low - x},
                        {right - y, x}};
                    const unsigned *place = places[orientation];
                    assert_int_equal(to->samples[y * to->stride + x],
                                     from->samples[place[1] * from->stride + place[0]]);
                }
            }
            picture_clear(&stored);
            picture_clear(&upright);
        }
    }
}

static void takes_unknown_orientations_as_upright(void **state)
{
    (void)state;
    for (int orientation = -1; orientation <= 9; orientation += 10) {
        struct turn turn = orient_turn(orientation);
        assert_false(turn.reverse_columns || turn.reverse_rows || turn.swap_axes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_every_sample),
        cmocka_unit_test(takes_unknown_orientations_as_upright),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
