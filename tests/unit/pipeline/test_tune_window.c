// What the calls of a window say.
#include "unit.h"

#include "tune_window.h"

#include <math.h>

enum { SECOND = 1000000 };

static struct tune_sample reply(int64_t start_us, int64_t end_us, double latency_ms)
{
    return (struct tune_sample){.start_us = start_us,
                                .end_us = end_us,
                                .latency_ms = latency_ms,
                                .first_token_ms = -1,
                                .input_tokens = 10,
                                .cached_tokens = -1,
                                .output_tokens = 2,
                                .cost_nano = -1};
}

static void measure(const struct tune_sample *samples, size_t count, struct knee_level *level,
                    struct tune_level *row)
{
    struct tune_window window = {.from_us = SECOND, .to_us = 3 * SECOND};
    struct error why = {0};
    *level = (struct knee_level){.concurrency = 2};
    assert_true(tune_window_measure(samples, count, &window, level, row, &why));
}

// Calls across an edge count with the part inside.
static void test_edges(void **state)
{
    (void)state;
    struct tune_sample samples[] = {
        reply(SECOND / 2, 3 * SECOND / 2, 1000),     // half of it inside
        reply(3 * SECOND / 2, 5 * SECOND / 2, 1000), // all
        reply(5 * SECOND / 2, 7 * SECOND / 2, 1000), // half
        reply(0, SECOND / 4, 250),                   // before
    };
    struct knee_level level;
    struct tune_level row;
    measure(samples, 4, &level, &row);
    assert_true(fabs(level.replies - 2) < 1e-9);
    assert_true(fabs(level.calls_per_second - 1) < 1e-9);
    assert_true(fabs(row.in_flight - 1) < 1e-9);
    assert_true(fabs(row.littles_ratio - 1) < 1e-9);
    assert_false(row.client_bound);
    assert_int_equal(row.calls, 2); // that ended inside
    assert_int_equal(row.input_tokens, 20);
    assert_true(row.p50_ms == 1000 && row.mean_ms == 1000 && row.first_token_p50_ms == -1);
}

// Transfers that were shorter than the loop had them: the client was late.
static void test_client_bound(void **state)
{
    (void)state;
    struct tune_sample samples[] = {reply(SECOND, 2 * SECOND, 800),
                                    reply(2 * SECOND, 3 * SECOND - 1, 800)};
    struct knee_level level;
    struct tune_level row;
    measure(samples, 2, &level, &row);
    assert_true(fabs(row.littles_ratio - 0.8) < 1e-3);
    assert_true(row.client_bound);
}

static void test_faults(void **state)
{
    (void)state;
    struct tune_sample samples[6];
    for (int i = 0; i < 6; i++)
        samples[i] = reply(SECOND, 2 * SECOND, 1000);
    samples[1].kind = samples[2].kind = "rate_limited";
    samples[1].refused = samples[2].refused = true;
    samples[3].kind = "server_error";
    samples[4].left_out = true;
    samples[5].end_us = INT64_MAX; // under way
    struct knee_level level;
    struct tune_level row;
    measure(samples, 6, &level, &row);
    assert_int_equal(level.ended, 4);
    assert_int_equal(level.refused, 2);
    assert_int_equal(level.failed, 1);
    assert_int_equal(row.replies, 1);
    assert_int_equal(row.fault_count, 2);
    assert_string_equal(row.faults[0].kind, "rate_limited");
    assert_int_equal(row.faults[0].count, 2);
}

static void test_full(void **state)
{
    (void)state;
    assert_false(tune_window_is_full(48, 47, 0));
    assert_true(tune_window_is_full(48, 48, 0));
    assert_true(tune_window_is_full(48, 24, 24));
    assert_false(tune_window_is_full(48, 23, 30));
    assert_true(tune_window_is_full(48, 0, 96));
}

static void test_histogram(void **state)
{
    (void)state;
    struct tune_sample samples[] = {reply(SECOND, 2 * SECOND, 600), reply(SECOND, 2 * SECOND, 5)};
    struct tune_window window = {.from_us = SECOND, .to_us = 3 * SECOND};
    long long buckets[TUNE_BUCKETS];
    double width_ms;
    tune_window_histogram(samples, 2, &window, buckets, &width_ms);
    assert_true(width_ms == 10);
    assert_int_equal(buckets[0], 1);
    assert_int_equal(buckets[TUNE_BUCKETS - 1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),     cmocka_unit_test(test_client_bound),
        cmocka_unit_test(test_faults),    cmocka_unit_test(test_full),
        cmocka_unit_test(test_histogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
