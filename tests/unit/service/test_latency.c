#include "latency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void reads_what_help_says(void **state)
{
    static const struct {
        const char *text;
        enum latency_kind kind;
        double a, b;
    } cases[] = {
        {NULL, LATENCY_FIXED, 0, 0},
        {"0", LATENCY_FIXED, 0, 0},
        {"0.5s", LATENCY_FIXED, 0.5, 0},
        {"fixed:250ms", LATENCY_FIXED, 0.25, 0},
        {"lognormal:2,0.5", LATENCY_LOGNORMAL, 2, 0.5},
        {"uniform:1s,3s", LATENCY_UNIFORM, 1, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct latency latency;
        struct error why = {0};
        if (!latency_parse(cases[i].text, &latency, &why))
            fail_msg("%s", why.message);
        assert_int_equal(latency.kind, cases[i].kind);
        assert_float_equal(latency.a, cases[i].a, 1e-9);
        assert_float_equal(latency.b, cases[i].b, 1e-9);
    }
}

static void refuses_what_is_no_latency(void **state)
{
    static const char *const cases[] = {"",
                                        "soon",
                                        "-1",
                                        "1x",
                                        "fixed:",
                                        "fixed:nan",
                                        "uniform:1",
                                        "uniform:3,1",
                                        "lognormal:0,1",
                                        "lognormal:1,9",
                                        "fixed:1,2",
                                        "fixed:1e9"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct latency latency;
        struct error why = {0};
        if (latency_parse(cases[i], &latency, &why))
            fail_msg("taken: %s", cases[i]);
        assert_int_equal(why.kind, ERR_SETTINGS);
    }
}

// The mean of many draws, in seconds.
static double mean_of(const char *text, double *lowest, double *highest)
{
    struct latency latency;
    struct error why = {0};
    double sum = 0;
    assert_true(latency_parse(text, &latency, &why));
    *lowest = 1e9;
    *highest = 0;
    for (uint64_t i = 0; i < 40000; i++) {
        double seconds = (double)latency_draw(&latency, i * 0x9e3779b97f4a7c15u) / 1e9;
        sum += seconds;
        *lowest = seconds < *lowest ? seconds : *lowest;
        *highest = seconds > *highest ? seconds : *highest;
    }
    return sum / 40000;
}

static void draws_have_the_mean_that_is_told(void **state)
{
    double lowest, highest;
    (void)state;
    assert_float_equal(mean_of("fixed:0.5", &lowest, &highest), 0.5, 1e-6);
    assert_float_equal(lowest, highest, 1e-9);
    assert_float_equal(mean_of("uniform:1,3", &lowest, &highest), 2, 0.02);
    assert_true(lowest >= 1 && highest <= 3 && highest - lowest > 1.99);
    // The standard error is 2 * 0.53 / 200.
    assert_float_equal(mean_of("lognormal:2,0.5", &lowest, &highest), 2, 0.03);
    assert_true(lowest > 0 && lowest < 0.5 && highest > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_help_says),
        cmocka_unit_test(refuses_what_is_no_latency),
        cmocka_unit_test(draws_have_the_mean_that_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
