// A tuning run's tables in a terminal.
#include "unit.h"

#include "tune_sample.h"
#include "tune_table.h"

static const char *written(const struct tune_result *result)
{
    static struct buffer out;
    buffer_clear(&out);
    buffer_init(&out, 1 << 20);
    tune_table_write(result, &out);
    assert_false(out.failed);
    return buffer_text(&out);
}

static void has(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void has_not(const char *text, const char *words)
{
    if (strstr(text, words) != NULL)
        fail_msg("\"%s\" is in:\n%s", words, text);
}

static void all_that_was_measured_is_told(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    const char *text = written(&result);
    has(text, "https://api.example.com/v1, gpt-4.1-mini\n");
    has(text, "level  calls  calls/s  items/s     p50     p95     p99  first token");
    has(text, "  33    778     38.9     16.9  788 ms  1.60 s  2.35 s       260 ms");
    has(text, "recommended, measured again\n");
    has(text, "rate_limited 124, overloaded 31, server_error 2  saturated\n");
    has(text, "1024 px        120     117     97.5 %           765        167");
    has(text, "questions a call  usable");
    has(text, "Spent: 911 calls in 271.4 s, $0.38\n");
    has(text,
        "Recommended: --concurrency 33 --batch-size 148 --max-side 1024 --per-image 4 - Beyond "
        "37 requests");
    has_not(text, " \n"); // no blanks at the ends of lines
}

static void columns_without_anything_are_left_out(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    result.side_count = result.draft_count = 0;
    result.cost = -1;
    for (size_t i = 0; i < result.level_count; i++) {
        struct tune_level *level = &result.levels[i];
        level->first_token_p50_ms = level->cost_per_1000_items = -1;
        level->fault_count = 0;
        level->cached_tokens = 0;
    }
    const char *text = written(&result);
    has_not(text, "first token");
    has_not(text, "cost of 1,000");
    has_not(text, "errors");
    has_not(text, "cached");
    has_not(text, "$");
    has_not(text, "longest side");
    has_not(text, "usable");
    has(text, "input tokens");
    // One row with such a thing brings the column back.
    result.levels[3].first_token_p50_ms = 123;
    has(written(&result), "first token");
}

static void nothing_measured_is_said(void **state)
{
    (void)state;
    static struct tune_result result = {.cost = -1, .stopped = "no call was answered"};
    const char *text = written(&result);
    has(text, "No level was measured.");
    has(text, "Ended early: no call was answered");
    has_not(text, "Recommended");
    result.concurrency = 16;
    result.levels[0] = sample_level(16, 37, 840);
    result.levels[0].client_bound = true;
    result.level_count = 1;
    text = written(&result);
    has(text, "recommended, the client was the limit\n");
    has(text, "Recommended: --concurrency 16\n");
}

static void results_stand_side_by_side(void **state)
{
    (void)state;
    static struct tune_result first, second;
    sample_result(&first, 37, 840);
    sample_result(&second, 8, 310);
    second.cost = -1;
    second.side_count = 0;
    snprintf(second.model, sizeof second.model, "other");
    const struct tune_result *results[] = {&first, &second};
    const char *names[] = {"one", "two"};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    tune_table_write_compared(results, names, 2, &out);
    const char *text = buffer_text(&out);
    has(text, "                                            one                         two\n");
    has(text, "knee                                         37                           8\n");
    has(text, "spent                                     $0.38\n");
    has_not(text, "ended early"); // neither did
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_that_was_measured_is_told),
                                       cmocka_unit_test(columns_without_anything_are_left_out),
                                       cmocka_unit_test(nothing_measured_is_said),
                                       cmocka_unit_test(results_stand_side_by_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
