// Axes: round ticks that cover what is shown and do not crowd.
#include "unit.h"

#include "plot.h"

#include <math.h>
#include <string.h>

static void linear_axes_end_at_round_numbers(void **state)
{
    (void)state;
    static const struct {
        double high, end, step;
    } cases[] = {{19.4, 20, 5},     {20, 20, 5},       {0.37, 0.4, 0.1},   {100, 100, 20},
                 {1167, 1500, 500}, {7.1e6, 8e6, 2e6}, {1e-3, 1e-3, 2e-4}, {3, 3, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct plot_axis axis;
        plot_axis_linear(&axis, cases[i].high, 5);
        print_message("%g: %zu ticks to %g\n", cases[i].high, axis.tick_count, axis.high);
        assert_true(fabs(axis.high / cases[i].end - 1) < 1e-9);
        assert_true(axis.ticks[0] == 0);
        assert_true(fabs(axis.ticks[1] / cases[i].step - 1) < 1e-9);
    }
}

static void any_number_makes_an_axis(void **state)
{
    (void)state;
    static const double odd[] = {0, -5, 1e-300, 1e300, INFINITY, NAN, 4294967295.0, 1};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
            struct plot_axis axis;
            plot_axis_linear(&axis, odd[i], 5);
            assert_true(axis.high > 0 && isfinite(axis.high) && axis.tick_count >= 2);
            for (int base = 2; base <= 10; base += 8) {
                plot_axis_log(&axis, odd[i], odd[k], base, 8);
                assert_true(axis.low > 0 && axis.high > axis.low && isfinite(axis.high));
                assert_true(axis.tick_count <= 8);
            }
        }
}

static void logarithmic_axes_tick_at_powers(void **state)
{
    (void)state;
    struct plot_axis axis;
    plot_axis_log(&axis, 1, 128, 2, 13);
    assert_int_equal(axis.tick_count, 8);
    for (int i = 0; i < 8; i++)
        assert_true(axis.ticks[i] == 1 << i);
    assert_true(axis.low < 1 && axis.high > 128);
    plot_axis_log(&axis, 1, 4096, 2, 8); // thirteen do not fit: every second
    assert_true(axis.tick_count <= 8 && axis.ticks[1] == 4 * axis.ticks[0]);
    plot_axis_log(&axis, 0.3, 14, 10, 9);
    static const double expected[] = {0.5, 1, 2, 5, 10};
    assert_int_equal(axis.tick_count, 5);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(axis.ticks[i] / expected[i] - 1) < 1e-9);
    plot_axis_log(&axis, 16, 16, 2, 8); // a single level stands in the middle
    assert_true(axis.low < 16 && axis.high > 16 && axis.tick_count == 3);
}

static void numbers_are_short(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},        {0.5, "0.5"},    {20, "20"},
                 {1500, "1,500"}, {9000, "9,000"}, {20000, "20k"},
                 {1.5e6, "1.5M"}, {2e9, "2G"},     {0.30000000000000004, "0.3"},
                 {1e15, "1000T"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PLOT_TEXT];
        assert_string_equal(plot_number(cases[i].value, text), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(linear_axes_end_at_round_numbers),
                                       cmocka_unit_test(any_number_makes_an_axis),
                                       cmocka_unit_test(logarithmic_axes_tick_at_powers),
                                       cmocka_unit_test(numbers_are_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
