// What a window of calls tells, and what it must not be led astray by.
#include "unit.h"

#include "pace_window.h"

#include <math.h>

static void take_all(struct pace_window *window, unsigned calls)
{
    pace_window_begin(window, calls);
    for (unsigned i = 0; i < calls; i++)
        assert_int_equal(pace_window_take(window), window->number);
    assert_int_equal(pace_window_take(window), 0);
}

static void the_middle_counts(void **state)
{
    (void)state;
    struct pace_window window = {0};
    take_all(&window, 20);
    for (int i = 0; i < 13; i++)
        pace_window_end(&window, window.number, i < 6 ? 1 : 2);
    assert_false(pace_window_is_full(&window));
    pace_window_end(&window, window.number, 1000); // one that took for ever
    assert_true(pace_window_is_full(&window));
    double level = pace_window_level(&window);
    print_message("level %f\n", level);
    assert_true(level > 1.0 && level < 200);
    // Those still out are the slow ones: the 1000 lies just outside the middle when two more end.
    take_all(&window, 20);
    for (int i = 0; i < 19; i++)
        pace_window_end(&window, window.number, 2);
    pace_window_end(&window, window.number, 1000);
    assert_true(fabs(pace_window_level(&window) - 2) < 1e-6);
}

static void earlier_calls_are_not_of_it(void **state)
{
    (void)state;
    struct pace_window window = {0};
    take_all(&window, 10);
    unsigned before = window.number;
    take_all(&window, 10);
    for (int i = 0; i < 10; i++) {
        pace_window_end(&window, before, 5);
        pace_window_end(&window, 0, 5);
    }
    assert_int_equal(window.ended, 0);
    // A call without a latency makes room for another.
    pace_window_lose(&window, before);
    assert_int_equal(pace_window_take(&window), 0);
    pace_window_lose(&window, window.number);
    assert_int_equal(pace_window_take(&window), window.number);
}

static void kinds_are_levelled_and_load_is_not(void **state)
{
    (void)state;
    struct pace_offsets offsets = {0};
    double short_one = 0, long_one = 0;
    for (int i = 0; i < 400; i++) {
        long_one = pace_offsets_apply(&offsets, 1, 4000);
        for (int j = 0; j < 3; j++)
            short_one = pace_offsets_apply(&offsets, 0, 1000);
    }
    print_message("after learning: %f and %f\n", short_one, long_one);
    assert_true(fabs(short_one - long_one) < 0.05);
    // Twice as slow, all of them: that is load.
    double slow = pace_offsets_apply(&offsets, 0, 2000);
    assert_true(fabs(slow - short_one - log(2)) < 0.05);
    // One kind alone is never levelled.
    struct pace_offsets alone = {0};
    for (int i = 0; i < 400; i++)
        assert_true(fabs(pace_offsets_apply(&alone, 0, i < 200 ? 100 : 300) -
                         log(i < 200 ? 100 : 300)) < 1e-9);
}

static void the_recent_ones_have_a_median(void **state)
{
    (void)state;
    struct pace_recent recent = {0};
    assert_true(isnan(pace_recent_median(&recent, 3)));
    for (int i = 0; i < 100; i++)
        pace_recent_add(&recent, i);
    assert_true(fabs(pace_recent_median(&recent, 3) - 98) < 1e-6);
    assert_true(isnan(pace_recent_median(&recent, PACE_RECENT + 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_middle_counts),
                                       cmocka_unit_test(earlier_calls_are_not_of_it),
                                       cmocka_unit_test(kinds_are_levelled_and_load_is_not),
                                       cmocka_unit_test(the_recent_ones_have_a_median)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
