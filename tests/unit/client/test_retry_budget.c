#include "retry_budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// Sends calls of which so many in a hundred fail, and each failed one again, as fast as the budget
// lets; returns the milliseconds waited.
static int64_t storm_ms(unsigned concurrency, int calls, int failed_percent)
{
    struct retry_budget budget;
    int64_t now_ms = 5000;
    retry_budget_init(&budget, concurrency, now_ms);
    int share = 0;
    for (int call = 0; call < calls; call++) {
        share += failed_percent;
        while (share >= 100) { // this one failed, and is sent again
            share -= 100;
            int64_t wait_ms = retry_budget_wait_ms(&budget, now_ms);
            now_ms += wait_ms;
            assert_int_equal(retry_budget_wait_ms(&budget, now_ms), 0);
            retry_budget_take(&budget, now_ms);
            share += failed_percent;
        }
        retry_budget_earn(&budget);
    }
    return now_ms - 5000;
}

static void test_passing_faults_slow_nothing(void **state)
{
    (void)state;
    assert_int_equal(storm_ms(16, 1000, 30), 0);
    assert_int_equal(storm_ms(1, 1000, 30), 0);
}

static void test_an_ill_endpoint_gets_retries_slowly(void **state)
{
    (void)state;
    // Of 1,000 good calls at 80 % failures there are 4,000 retries; 516 tokens are earned or given,
    // the others come at 4 a second.
    int64_t waited_ms = storm_ms(16, 1000, 80);
    assert_in_range(waited_ms, 860000, 890000);
}

static void test_retries_without_any_success(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 2, 0);
    retry_budget_take(&budget, 0);
    assert_int_equal(retry_budget_wait_ms(&budget, 0), 0);
    retry_budget_take(&budget, 0);
    assert_in_range(retry_budget_wait_ms(&budget, 0), 1000, 1001); // one a second at least
    assert_in_range(retry_budget_wait_ms(&budget, 600), 400, 401);
    assert_int_equal(retry_budget_wait_ms(&budget, 1001), 0);
    retry_budget_earn(&budget);
    retry_budget_earn(&budget);
    assert_int_equal(retry_budget_wait_ms(&budget, 0), 0);
}

static void test_savings_have_a_ceiling(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 4, 0);
    for (int i = 0; i < 1000; i++)
        retry_budget_earn(&budget);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(retry_budget_wait_ms(&budget, 1000000), 0);
        retry_budget_take(&budget, 1000000);
    }
    assert_in_range(retry_budget_wait_ms(&budget, 1000000), 1000, 1001);
}

static void test_a_clock_that_stands(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 1, 1000);
    retry_budget_take(&budget, 1000);
    assert_in_range(retry_budget_wait_ms(&budget, 900), 1000, 1001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passing_faults_slow_nothing),
        cmocka_unit_test(test_an_ill_endpoint_gets_retries_slowly),
        cmocka_unit_test(test_retries_without_any_success),
        cmocka_unit_test(test_savings_have_a_ceiling),
        cmocka_unit_test(test_a_clock_that_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
