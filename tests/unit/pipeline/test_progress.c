#include "unit.h"

#include "progress.h"

#include <string.h>

static void percentiles_are_known_within_two_percent(void **state)
{
    (void)state;
    static struct progress progress;
    progress_begin(&progress, 0);
    assert_true(histogram_percentile(progress.latency, 0.5) < 0);
    for (int i = 1; i <= 10000; i++)
        progress_add_latency(&progress, i);
    static const double shares[] = {0.5, 0.9, 0.95, 0.99};
    for (int i = 0; i < 4; i++) {
        double expected = shares[i] * 10000,
               got = histogram_percentile(progress.latency, shares[i]);
        if (got < 0.98 * expected || got > 1.02 * expected)
            fail_msg("p%g is %f, not about %f", shares[i] * 100, got, expected);
    }
    progress_add_latency(&progress, 1e12); // beyond the last bucket
    progress_add_latency(&progress, 0);
}

static void the_line_says_what_is_known(void **state)
{
    (void)state;
    static struct progress progress;
    struct buffer line;
    progress_begin(&progress, 0);
    progress.items = 1000;
    progress.accepted = 400;
    progress.rejected = 10;
    progress.retries = 3;
    progress.in_flight = 16;
    progress.rate = 10;
    progress.input_tokens = 123456;
    progress.output_tokens = 999;
    buffer_init(&line, 500);
    progress_write(&progress, 65000, false, &line);
    assert_string_equal(line.data, "410/1000+ items  10.0/s  1m05s  16 in flight  3 retries  "
                                   "10 failed  tokens 123.5k in 999 out");
    buffer_empty(&line);
    progress.all_admitted = true;
    progress_write(&progress, 65000, false, &line);
    assert_string_equal(line.data, "410/1000 items  10.0/s  59s left  16 in flight  3 retries  "
                                   "10 failed  tokens 123.5k in 999 out");
    buffer_empty(&line);
    for (int i = 0; i < 3; i++)
        progress_add_first_token(&progress, 250);
    progress_write(&progress, 65000, false, &line);
    assert_non_null(strstr(line.data, "  10 failed  first token 0.25s  tokens 123.5k in"));
    buffer_empty(&line);
    for (int i = 0; i < 9; i++)
        progress_add_first_token(&progress, 123000);
    progress_write(&progress, 65000, false, &line);
    assert_non_null(strstr(line.data, "  first token 12"));
    buffer_clear(&line);
}

// The first token's times are counted apart from those of whole replies.
static void first_tokens_are_counted_apart(void **state)
{
    (void)state;
    static struct progress progress;
    progress_begin(&progress, 0);
    progress_add_latency(&progress, 1000);
    assert_true(progress_first_token_percentile(&progress, 0.5) < 0);
    progress_add_first_token(&progress, 10);
    double first = progress_first_token_percentile(&progress, 0.99);
    double whole = histogram_percentile(progress.latency, 0.01);
    if (first < 9.8 || first > 10.2 || whole < 980 || whole > 1020)
        fail_msg("%f and %f", first, whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(percentiles_are_known_within_two_percent),
                                       cmocka_unit_test(the_line_says_what_is_known),
                                       cmocka_unit_test(first_tokens_are_counted_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
