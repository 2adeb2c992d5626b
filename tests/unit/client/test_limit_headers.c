#include "limit_headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NOON_S = 1769515200 }; // 2026-01-27T12:00:00Z
static const int64_t noon_ms = NOON_S * (int64_t)1000;

static struct limit_headers read_lines(const char *const *lines)
{
    struct limit_headers limits;
    limit_headers_init(&limits);
    for (; *lines != NULL; lines++)
        limit_headers_take(&limits, *lines, strlen(*lines), noon_ms);
    limit_headers_end(&limits);
    return limits;
}

#define READ(...) read_lines((const char *const[]){__VA_ARGS__, NULL})

static void assert_bucket(struct limit_bucket bucket, int64_t limit, int64_t remaining,
                          int64_t reset_ms)
{
    assert_int_equal(bucket.limit, limit);
    assert_int_equal(bucket.remaining, remaining);
    assert_int_equal(bucket.reset_ms, reset_ms);
}

static void test_openai(void **state)
{
    (void)state;
    struct limit_headers limits =
        READ("X-RateLimit-Limit-Requests: 500\r\n", "x-ratelimit-remaining-requests: 499\r\n",
             "x-ratelimit-reset-requests:120ms\r\n", "x-ratelimit-limit-tokens: 200000\r\n",
             "x-ratelimit-remaining-tokens: 0\r\n", "x-ratelimit-reset-tokens: 6m0s \r\n",
             "x-request-id: 17\r\n", "Content-Type: application/json\r\n", "\r\n");
    assert_bucket(limits.requests, 500, 499, 120);
    assert_bucket(limits.tokens, 200000, 0, 360000);
    assert_bucket(limits.input_tokens, -1, -1, -1);
    assert_bucket(limits.output_tokens, -1, -1, -1);
    assert_int_equal(limit_headers_wait_ms(&limits), 360000);
}

static void test_anthropic(void **state)
{
    (void)state;
    struct limit_headers limits = READ(
        "anthropic-ratelimit-requests-limit: 50", "anthropic-ratelimit-requests-remaining: 0",
        "anthropic-ratelimit-requests-reset: 2026-01-27T12:00:30Z",
        "anthropic-ratelimit-tokens-limit: 40000", "anthropic-ratelimit-tokens-remaining: 39000",
        "anthropic-ratelimit-tokens-reset: 2026-01-27T13:00:02.5+01:00",
        "anthropic-ratelimit-input-tokens-limit: 30000",
        "anthropic-ratelimit-input-tokens-remaining: 0",
        "anthropic-ratelimit-input-tokens-reset: 2026-01-27T07:31:00-04:30",
        "anthropic-ratelimit-output-tokens-limit: 8000",
        "anthropic-ratelimit-output-tokens-remaining: 8000",
        "anthropic-ratelimit-output-tokens-reset: 2026-01-27T11:59:59Z");
    assert_bucket(limits.requests, 50, 0, 30000);
    assert_bucket(limits.tokens, 40000, 39000, 2500);
    assert_bucket(limits.input_tokens, 30000, 0, 60000);
    assert_bucket(limits.output_tokens, 8000, 8000, 0);
    assert_int_equal(limit_headers_wait_ms(&limits), 60000);
}

static void test_forms_of_reset(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int64_t ms;
    } cases[] = {
        {"x-ratelimit-reset-tokens: 2ms", 2},
        {"x-ratelimit-reset-tokens: 1.146s", 1146},
        {"x-ratelimit-reset-tokens: 60s", 60000},
        {"x-ratelimit-reset-tokens: 1h30m0s", 5400000},
        {"x-ratelimit-reset-tokens: 812.5\xc2\xb5s", 1},
        {"x-ratelimit-reset-tokens: 90ns", 1},
        {"x-ratelimit-reset-tokens: 0", 0},
        {"x-ratelimit-reset-tokens: 7.5", 7500},
        {"x-ratelimit-reset-tokens: 1769515245", 45000},
        {"x-ratelimit-reset-tokens: 1769515245250", 45250},
        {"x-ratelimit-reset-tokens: 1769515100", 0},
        {"x-ratelimit-reset-tokens: 1e300", -1},
        {"x-ratelimit-reset-tokens: soon", -1},
        {"x-ratelimit-reset-tokens:", -1},
        {"x-ratelimit-reset-tokens: -5", -1},
        {"x-ratelimit-reset-tokens: 2026-01-27T12:00:30", -1},
        {"x-ratelimit-reset-tokens: 2026-01-27", -1},
        {"x-ratelimit-reset-tokens: 2026-01-27T12:00:30+", 30000},
        {"x-ratelimit-reset-tokens: 5 apples", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct limit_headers limits = READ(cases[i].line);
        if (limits.tokens.reset_ms != cases[i].ms)
            fail_msg("%s: %lld, not %lld", cases[i].line, (long long)limits.tokens.reset_ms,
                     (long long)cases[i].ms);
    }
}

static void test_plain_names(void **state)
{
    (void)state;
    struct limit_headers limits = READ("X-RateLimit-Limit: 20", "X-RateLimit-Remaining: 0",
                                       "X-RateLimit-Reset: 1769515260000");
    assert_bucket(limits.requests, 20, 0, 60000);
    limits = READ("RateLimit-Limit: 100, 100;window=60", "RateLimit-Remaining: 3",
                  "RateLimit-Reset: 12");
    assert_bucket(limits.requests, 100, 3, 12000);
    limits =
        READ("x-ratelimit-limit: many", "x-ratelimit-remaining: -1", "x-ratelimit-remainder: 1");
    assert_bucket(limits.requests, -1, -1, -1);
}

static void test_project_tokens(void **state)
{
    (void)state;
    struct limit_headers limits =
        READ("x-ratelimit-remaining-tokens: 900", "x-ratelimit-reset-tokens: 1s",
             "x-ratelimit-remaining-project-tokens: 100", "x-ratelimit-reset-project-tokens: 9s");
    assert_bucket(limits.tokens, -1, 100, 9000);
    limits =
        READ("x-ratelimit-remaining-tokens: 100", "x-ratelimit-reset-tokens: 1s",
             "x-ratelimit-remaining-project-tokens: 900", "x-ratelimit-reset-project-tokens: 9s");
    assert_bucket(limits.tokens, -1, 100, 1000);
    limits = READ("x-ratelimit-limit-project-tokens: 5000");
    assert_bucket(limits.tokens, 5000, -1, -1);
}

static void test_wait(void **state)
{
    (void)state;
    struct limit_headers limits = READ("content-length: 2");
    assert_int_equal(limit_headers_wait_ms(&limits), -1);
    limits = READ("x-ratelimit-reset-requests: 8s"); // nobody says what is left
    assert_int_equal(limit_headers_wait_ms(&limits), 8000);
    limits = READ("x-ratelimit-remaining-requests: 4", "x-ratelimit-reset-requests: 8s");
    assert_int_equal(limit_headers_wait_ms(&limits), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_openai),         cmocka_unit_test(test_anthropic),
        cmocka_unit_test(test_forms_of_reset), cmocka_unit_test(test_plain_names),
        cmocka_unit_test(test_project_tokens), cmocka_unit_test(test_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
