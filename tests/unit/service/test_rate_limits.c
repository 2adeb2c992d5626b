#include "rate_limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void requests_come_back_with_time(void **state)
{
    struct error why = {0};
    struct rate_limits *limits = rate_limits_new(60, 0, &why); // one a second
    struct limit_levels levels;
    (void)state;
    for (int i = 59; i >= 0; i--) {
        rate_limits_take(limits, 1000, 5000, &levels);
        assert_int_equal(levels.verdict, LIMIT_TAKEN);
        assert_int_equal(levels.requests.remaining, i);
        assert_int_equal(levels.requests.full_ms, (60 - i) * 1000);
        assert_int_equal(levels.tokens.limit, 0);
    }
    rate_limits_take(limits, 1, 5000, &levels);
    assert_int_equal(levels.verdict, LIMIT_REQUESTS);
    assert_int_equal(levels.wait_ms, 1000);
    rate_limits_take(limits, 1, 5999, &levels);
    assert_int_equal(levels.verdict, LIMIT_REQUESTS);
    assert_int_equal(levels.wait_ms, 1);
    rate_limits_take(limits, 1, 6000, &levels);
    assert_int_equal(levels.verdict, LIMIT_TAKEN);
    // However long nothing came, there is no more than a minute's worth.
    rate_limits_take(limits, 1, 6000 + 400LL * 86400000, &levels);
    assert_int_equal(levels.requests.remaining, 59);
    rate_limits_free(limits);
}

static void tokens_have_a_bucket_of_their_own(void **state)
{
    struct error why = {0};
    struct rate_limits *limits = rate_limits_new(1000, 6000, &why); // a hundred a second
    struct limit_levels levels;
    (void)state;
    rate_limits_take(limits, 5900, 1, &levels);
    assert_int_equal(levels.verdict, LIMIT_TAKEN);
    assert_int_equal(levels.tokens.remaining, 100);
    rate_limits_take(limits, 400, 1, &levels);
    assert_int_equal(levels.verdict, LIMIT_TOKENS);
    assert_int_equal(levels.wait_ms, 3000);
    // A refusal takes nothing, of either bucket.
    assert_int_equal(levels.requests.remaining, 999);
    assert_int_equal(levels.tokens.remaining, 100);
    rate_limits_take(limits, 6001, 1, &levels);
    assert_int_equal(levels.verdict, LIMIT_REQUEST_SIZE);
    rate_limits_take(limits, 400, 3001, &levels);
    assert_int_equal(levels.verdict, LIMIT_TAKEN);
    assert_int_equal(levels.tokens.remaining, 0);
    rate_limits_free(limits);
}

// A steady stream gets exactly what the limit says, over an hour of odd steps.
static void the_rate_is_kept_exactly(void **state)
{
    struct error why = {0};
    struct rate_limits *limits = rate_limits_new(0, 777, &why);
    struct limit_levels levels;
    long long taken = 0;
    (void)state;
    for (int64_t now = 1; now <= 3600001; now += 37) {
        rate_limits_take(limits, 7, now, &levels);
        taken += levels.verdict == LIMIT_TAKEN ? 7 : 0;
    }
    // The full bucket at first, and sixty minutes of refilling.
    assert_in_range(taken, 61 * 777 - 14, 61 * 777);
    rate_limits_free(limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_come_back_with_time),
        cmocka_unit_test(tokens_have_a_bucket_of_their_own),
        cmocka_unit_test(the_rate_is_kept_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
