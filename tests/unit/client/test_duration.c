#include "duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"84ms", 84},
        {"1.146s", 1146},
        {"6m0s", 360000},
        {"1h30m0s", 5400000},
        {"38.2s", 38200},
        {"20 seconds.", 20000},
        {"7", 7000},
        {"2 minutes", 120000},
        {"0.0004s", 1},
        {"1 day", 86400000},
        {"65205s", 65205000},
        {"7m12.5s", 432500},
        {"5s of your time", 5000},
        {"0s", 0},
        {"", -1},
        {"soon", -1},
        {"-5s", -1},
        {"s", -1},
        {"99999999999999999999999999 hours", 31622400000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (duration_parse_ms(cases[i].text) != cases[i].ms)
            fail_msg("'%s': %lld, not %lld", cases[i].text,
                     (long long)duration_parse_ms(cases[i].text), (long long)cases[i].ms);
}

static void test_find(void **state)
{
    (void)state;
    assert_int_equal(duration_find_ms("limit 3, used 3. please try again in 6m0s. visit"), 360000);
    assert_int_equal(duration_find_ms("retrydelay 38.2s "), 38200);
    assert_int_equal(duration_find_ms("please retry in 12.5s."), 12500);
    assert_int_equal(duration_find_ms("try again in a while, or try again in 84ms"), 84);
    assert_int_equal(duration_find_ms("please try again later"), -1);
    assert_int_equal(duration_find_ms(""), -1);
}

static void test_retry_after(void **state)
{
    (void)state;
    const int64_t now = (int64_t)1766361600 * 1000; // 2025-12-22T00:00:00Z
    assert_int_equal(duration_retry_after_ms("7", now), 7000);
    assert_int_equal(duration_retry_after_ms(" 0.5 ", now), 500);
    assert_int_equal(duration_retry_after_ms("0", now), 0);
    assert_int_equal(duration_retry_after_ms("Mon, 22 Dec 2025 00:01:30 GMT", now), 90000);
    assert_int_equal(duration_retry_after_ms("Sun, 21 Dec 2025 00:01:30 GMT", now), 0);
    assert_int_equal(duration_retry_after_ms("", now), -1);
    assert_int_equal(duration_retry_after_ms("soon", now), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_retry_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
