#include "throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void each_provider_has_its_headers(void **state)
{
    static const struct limit_levels refused = {.verdict = LIMIT_TOKENS,
                                                .wait_ms = 1146,
                                                .requests = {60, 59, 1000},
                                                .tokens = {30000, 12, 360000}};
    static const struct limit_levels taken = {.requests = {60, 59, 1000}};
    static const struct {
        enum player_id player;
        const struct limit_levels *levels;
        const char *has, *has_not;
    } cases[] = {
        {PLAYER_OPENAI, &taken,
         "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 59\n"
         "x-ratelimit-reset-requests: 1s\n",
         "tokens"},
        {PLAYER_OPENAI, &refused, "x-ratelimit-reset-tokens: 6m0s\nRetry-After: 2\n", "-ms"},
        {PLAYER_AZURE, &refused, "Retry-After: 2\nretry-after-ms: 1146\n", "anthropic"},
        {PLAYER_ANTHROPIC, &refused, "anthropic-ratelimit-input-tokens-remaining: 12\n",
         "x-ratelimit"},
        {PLAYER_ANTHROPIC, &refused, "Z\nRetry-After: 2\n", "-ms"},
        {PLAYER_OPENROUTER, &refused, "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1", "Retry"},
        {PLAYER_OPENROUTER, &taken, "", "X"},
        {PLAYER_GEMINI, &refused, "", "e"},
        {PLAYER_VLLM, &refused, "", "e"},
        {PLAYER_DEEPSEEK, &refused, "", "e"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;
        buffer_init(&out, 10000);
        throttle_headers(player_at(cases[i].player), cases[i].levels, &out);
        if (strstr(buffer_text(&out), cases[i].has) == NULL ||
            strstr(buffer_text(&out), cases[i].has_not) != NULL)
            fail_msg("case %zu: %s", i, buffer_text(&out));
        buffer_clear(&out);
    }
}

static void tells_the_kind_and_its_numbers(void **state)
{
    struct excuse_values values = {0};
    struct limit_levels levels = {.verdict = LIMIT_REQUESTS, .wait_ms = 7, .requests = {3, 0, 60}};
    (void)state;
    assert_string_equal(throttle_kind(&levels, 500, &values), "rate-requests");
    assert_int_equal(values.limit, 3);
    assert_int_equal(values.used, 3);
    assert_int_equal(values.actual, 1);
    assert_int_equal(values.wait_ms, 7);
    levels = (struct limit_levels){.verdict = LIMIT_REQUEST_SIZE, .tokens = {100, 40, 1}};
    assert_string_equal(throttle_kind(&levels, 500, &values), "request-size");
    assert_int_equal(values.actual, 500);
    assert_int_equal(values.used, 60);
    levels.verdict = LIMIT_TAKEN;
    assert_null(throttle_kind(&levels, 500, &values));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_provider_has_its_headers),
        cmocka_unit_test(tells_the_kind_and_its_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
