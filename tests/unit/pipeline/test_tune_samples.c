// The calls of a tuning run, as they are kept and counted.
#include "unit.h"

#include "tune_samples.h"

static void a_call_begins_without_an_end(void **state)
{
    (void)state;
    struct tune_samples samples = {0};
    for (int64_t i = 0; i < 3000; i++) {
        struct tune_sample *sample = tune_samples_add(&samples, 1000 + i);
        assert_ptr_equal(sample, &samples.list[i]);
        sample->end_us = i == 2500 ? INT64_MAX : 5000;
    }
    assert_int_equal(samples.count, 3000);
    const struct tune_sample *last = tune_samples_add(&samples, 7);
    assert_int_equal(last->start_us, 7);
    assert_int_equal(last->end_us, INT64_MAX);
    assert_true(last->first_token_ms < 0 && last->kind == NULL && last->cost_nano < 0);
    assert_true(last->input_tokens < 0 && last->cached_tokens < 0 && last->output_tokens < 0);
    assert_int_equal(samples.list[1999].start_us, 2999);
    assert_int_equal(tune_samples_first_open(&samples), 2500);
    samples.list[2500].end_us = samples.list[3000].end_us = 5000;
    assert_int_equal(tune_samples_first_open(&samples), 3001);
    tune_samples_clear(&samples);
    assert_null(samples.list);
    assert_int_equal(tune_samples_first_open(&samples), 0);
}

static void what_ended_since_is_counted_by_outcome(void **state)
{
    (void)state;
    struct tune_sample list[] = {
        {.end_us = 100},
        {.end_us = 200, .kind = "server_error"},
        {.end_us = 200, .kind = "timeout"},
        {.end_us = 300, .kind = "rate_limited", .refused = true},
        {.end_us = 300, .left_out = true},
        {.end_us = 300},
        {.end_us = INT64_MAX},
    };
    struct tune_samples samples = {.list = list, .count = sizeof list / sizeof *list};
    struct tune_tally all = tune_samples_count(&samples, 0, 0);
    assert_int_equal(all.replies, 2);
    assert_int_equal(all.failed, 2);
    assert_int_equal(all.refused, 1);
    struct tune_tally late = tune_samples_count(&samples, 0, 201);
    assert_int_equal(late.replies + 10 * late.failed + 100 * late.refused, 101);
    assert_int_equal(tune_samples_count(&samples, 0, 200).failed, 2); // the time itself is within
    assert_int_equal(tune_samples_count(&samples, 2, 0).failed, 1);
    assert_string_equal(tune_samples_last_fault(&samples), "timeout");
    samples.count = 1;
    assert_string_equal(tune_samples_last_fault(&samples), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_begins_without_an_end),
        cmocka_unit_test(what_ended_since_is_counted_by_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
