// Numbers of a tuning run as short texts.
#include "unit.h"

#include "tune_sample.h"
#include "tune_text.h"

typedef char *make_text(double value, char text[TUNE_TEXT]);

static void check(make_text *make, double value, const char *expected)
{
    char text[TUNE_TEXT] = "?";
    assert_string_equal(make(value, text), expected);
}

static void numbers_are_short(void **state)
{
    (void)state;
    check(tune_text_ms, 0.42, "0.4 ms");
    check(tune_text_ms, 9.96, "10 ms");
    check(tune_text_ms, 840, "840 ms");
    check(tune_text_ms, 999.6, "1.00 s");
    check(tune_text_ms, 1240, "1.24 s");
    check(tune_text_ms, 9996, "10.0 s");
    check(tune_text_ms, 271400, "271.4 s");
    check(tune_text_real, 0, "0");
    check(tune_text_real, 0.0421, "0.042");
    check(tune_text_real, 0.42, "0.42");
    check(tune_text_real, 9.996, "10.0");
    check(tune_text_real, 12.34, "12.3");
    check(tune_text_real, 99.96, "100");
    check(tune_text_real, 1240.2, "1,240");
    check(tune_text_count, 0, "0");
    check(tune_text_count, 999, "999");
    check(tune_text_count, 1000, "1,000");
    check(tune_text_count, 1234567, "1,234,567");
    check(tune_text_share, 0.982, "98.2 %");
    check(tune_text_share, 1, "100 %");
    check(tune_text_share, 0, "0 %");
    check(tune_text_cost, 1.25, "$1.25");
}

static void what_does_not_exist_is_blank(void **state)
{
    (void)state;
    make_text *const all[] = {tune_text_ms, tune_text_real, tune_text_count, tune_text_share,
                              tune_text_cost};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        check(all[i], -1, "");
        check(all[i], NAN, "");
        check(all[i], INFINITY, "");
        check(all[i], 1e300, "");
    }
}

static void the_recommended_level_is_found(void **state)
{
    (void)state;
    static struct tune_result result;
    assert_null(tune_recommended_level(&result));
    sample_result(&result, 37, 840);
    assert_int_equal(tune_recommended_level(&result)->concurrency, 33);
    result.concurrency = 40; // between two: the one below was measured
    assert_int_equal(tune_recommended_level(&result)->concurrency, 33);
    result.concurrency = 0;
    assert_null(tune_recommended_level(&result));
}

static void sides_tell_their_quality_when_it_differs(void **state)
{
    (void)state;
    static struct tune_result result;
    char text[TUNE_TEXT];
    sample_result(&result, 37, 840);
    assert_false(tune_qualities_differ(&result));
    assert_string_equal(tune_text_side(&result.sides[2], false, text), "1024 px");
    result.sides[2].quality = 60;
    assert_true(tune_qualities_differ(&result));
    assert_string_equal(tune_text_side(&result.sides[2], true, text), "1024 px q60");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_short),
                                       cmocka_unit_test(what_does_not_exist_is_blank),
                                       cmocka_unit_test(the_recommended_level_is_found),
                                       cmocka_unit_test(sides_tell_their_quality_when_it_differs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
