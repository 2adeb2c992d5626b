#include "retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t wait_for(enum fault_verdict verdict, int64_t asked, unsigned attempt, double unit)
{
    struct retry_settings settings = retry_settings_default();
    struct fault fault = {.verdict = verdict, .wait_ms = asked};
    return retry_wait_ms(&settings, &fault, attempt, false, unit);
}

static void test_backoff(void **state)
{
    (void)state;
    static const int64_t full[] = {2000, 4000, 8000};
    for (unsigned attempt = 1; attempt <= 3; attempt++) {
        assert_int_equal(wait_for(FAULT_RETRY, -1, attempt, 0), full[attempt - 1] / 10);
        assert_int_equal(wait_for(FAULT_RETRY, -1, attempt, 0.5), full[attempt - 1] * 55 / 100);
        assert_in_range(wait_for(FAULT_WAIT, -1, attempt, 0.999999), full[attempt - 1] - 1,
                        full[attempt - 1]);
    }
    assert_int_equal(wait_for(FAULT_RETRY, -1, 4, 0.5), -1);
    assert_int_equal(wait_for(FAULT_WAIT, 1000, 4, 0.5), -1);
}

static void test_backoff_has_a_ceiling(void **state)
{
    (void)state;
    struct retry_settings settings = retry_settings_default();
    settings.retries = 1000;
    struct fault fault = {.verdict = FAULT_RETRY, .wait_ms = -1};
    assert_int_equal(retry_wait_ms(&settings, &fault, 6, false, 0), 6000);
    assert_int_equal(retry_wait_ms(&settings, &fault, 1000, false, 0), 6000);
    settings.base_ms = 100000;
    assert_int_equal(retry_wait_ms(&settings, &fault, 1, false, 0), 6000);
}

static void test_backoff_grows_no_more_for_an_endpoint_that_is_well(void **state)
{
    (void)state;
    struct retry_settings settings = retry_settings_default();
    settings.retries = 1000;
    struct fault fault = {.verdict = FAULT_RETRY, .wait_ms = -1};
    static const int64_t full[] = {2000, 4000, 8000, 8000, 8000};
    for (unsigned attempt = 1; attempt <= 5; attempt++)
        assert_int_equal(retry_wait_ms(&settings, &fault, attempt, true, 0),
                         full[attempt - 1] / 10);
    assert_int_equal(retry_wait_ms(&settings, &fault, 1000, true, 0), 800);
    // It says that it is too much.
    fault.verdict = FAULT_WAIT;
    assert_int_equal(retry_wait_ms(&settings, &fault, 5, true, 0), 3200);
    fault.wait_ms = 20000;
    assert_int_equal(retry_wait_ms(&settings, &fault, 5, true, 0), 20000);
}

static void test_asked_wait(void **state)
{
    (void)state;
    assert_int_equal(wait_for(FAULT_WAIT, 7000, 1, 0), 7000);
    assert_int_equal(wait_for(FAULT_WAIT, 7000, 3, 0.5), 7350);
    assert_int_equal(wait_for(FAULT_RETRY, 84, 1, 0), 84);
    assert_int_equal(wait_for(FAULT_WAIT, 600000, 1, 0), 600000);
    assert_int_equal(wait_for(FAULT_WAIT, 600001, 1, 0), -1);
    // "Retry-After: 0" is not taken at its word.
    assert_int_equal(wait_for(FAULT_WAIT, 0, 1, 0), 200);
}

static void test_verdicts(void **state)
{
    (void)state;
    assert_int_equal(wait_for(FAULT_NONE, -1, 1, 0), -1);
    assert_int_equal(wait_for(FAULT_ITEM, -1, 1, 0), -1);
    assert_int_equal(wait_for(FAULT_RUN, 5000, 1, 0), -1);
    assert_int_equal(wait_for(FAULT_ADAPT, -1, 1, 0), 0);
    assert_int_equal(wait_for(FAULT_ADAPT, -1, 9, 0), 0);
    struct retry_settings settings = retry_settings_default();
    settings.retries = 0;
    struct fault fault = {.verdict = FAULT_RETRY, .wait_ms = -1};
    assert_int_equal(retry_wait_ms(&settings, &fault, 1, false, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_backoff_has_a_ceiling),
        cmocka_unit_test(test_backoff_grows_no_more_for_an_endpoint_that_is_well),
        cmocka_unit_test(test_asked_wait),
        cmocka_unit_test(test_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
