#include "unit.h"

#include "histogram.h"

#include <math.h>

static void buckets_hold_every_latency(void **state)
{
    (void)state;
    assert_int_equal(histogram_bucket(0), 0);
    assert_int_equal(histogram_bucket(-1), 0);
    assert_int_equal(histogram_bucket(NAN), 0);
    assert_int_equal(histogram_bucket(1e300), HISTOGRAM_BUCKETS - 1);
    assert_true(histogram_bucket(1000) > histogram_bucket(970));
}

static void percentiles_are_within_one_percent(void **state)
{
    (void)state;
    long long counts[HISTOGRAM_BUCKETS] = {0};
    assert_true(histogram_percentile(counts, 0.5) < 0);
    for (int ms = 1; ms <= 1000; ms++)
        counts[histogram_bucket(ms)]++;
    for (double share = 0.1; share < 1; share += 0.1) {
        double got = histogram_percentile(counts, share);
        if (fabs(got - 1000 * share) > 0.0101 * 1000 * share + 1)
            fail_msg("p%.0f is %f", 100 * share, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_hold_every_latency),
        cmocka_unit_test(percentiles_are_within_one_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
