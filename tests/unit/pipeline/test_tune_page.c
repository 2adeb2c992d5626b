// The HTML page of tuning runs: well-formed, by itself, and nothing gets out of its place.
#include "unit.h"

#include "tune_markup.h"
#include "tune_page.h"
#include "tune_sample.h"

static struct buffer page;

static const char *written(const struct tune_result *const *results, const char *const *names,
                           size_t count)
{
    struct markup markup;
    buffer_clear(&page);
    buffer_init(&page, 1 << 24);
    tune_page_write(results, names, count, &page);
    assert_false(page.failed);
    if (!markup_is_good(buffer_text(&page), &markup))
        fail_msg("%s", markup.fault);
    assert_null(strstr(buffer_text(&page), "nan"));
    assert_null(strstr(buffer_text(&page), "inf\""));
    return buffer_text(&page);
}

static const char *page_of(const struct tune_result *result)
{
    return written(&result, NULL, 1);
}

static size_t count_of(const char *text, const char *words)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

static void has(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in the page", words);
}

static int teardown(void **state)
{
    (void)state;
    buffer_clear(&page);
    return 0;
}

static void the_markup_check_finds_faults(void **state)
{
    (void)state;
    struct markup markup;
    static const char *const bad[] = {
        "<p>",         "</p>",         "<p></b>",      "a & b",          "1 < 2",
        "<p a=b></p>", "<p a=\"<\"/>", "<p a=\"&\"/>", "<p><b></p></b>", "<p"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (markup_is_good(bad[i], &markup))
            fail_msg("%s passed", bad[i]);
    assert_true(
        markup_is_good("<!DOCTYPE html>\n<p a=\"b &amp; c\" d=\"\">x &lt; <br/></p>", &markup));
}

static void the_page_shows_all_of_a_result(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    const char *text = page_of(&result);
    static const char *const expected[] = {
        "<h1>gpt-4.1-mini</h1>",
        ">Throughput</h2>",
        ">Latency</h2>",
        ">Outcomes</h2>",
        ">Latencies as recommended</h2>",
        ">Agreement over image size</h2>",
        "knee: 37",
        "recommended: 33",
        "33 in flight: 16.9 items a second",
        "rate_limited",
        "Settings to copy",
        "--concurrency 33 --batch-size 148",
        "concurrency: 33",
        "<tr class=\"marked\">",
        "97.5 % of 120 questions agree (95 % interval 93 to 99 %)",
        "prefers-color-scheme:dark",
        "default-src 'none'",
        "p95: 1.60 s"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        has(text, expected[i]);
    assert_int_equal(count_of(text, "<svg class=\"wide\""), 5);
    assert_int_equal(count_of(text, "<svg class=\"narrow\""), 5);
    assert_int_equal(count_of(text, "role=\"img\""), 10);
}

static void the_page_needs_nothing_else(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    snprintf(result.endpoint, sizeof result.endpoint, "local");
    const char *text = page_of(&result);
    static const char *const outside[] = {"<script", "<link", "<img",    "src=",       "url(",
                                          "@import", "href",  "<iframe", "@font-face", "onclick"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (strstr(text, outside[i]) != NULL)
            fail_msg("the page has %s", outside[i]);
    assert_int_equal(count_of(text, "http://"), count_of(text, "xmlns=\"http://www.w3.org/"));
    assert_int_equal(count_of(text, "https://"), 0);
}

static void texts_cannot_leave_their_place(void **state)
{
    (void)state;
    static struct tune_result result, other;
    static const char attack[] = "</style></title>\"'><script>x</script>&<!--\x01\xff";
    sample_result(&result, 37, 840);
    snprintf(result.model, sizeof result.model, "%s", attack);
    snprintf(result.endpoint, sizeof result.endpoint, "%s", attack);
    snprintf(result.reason, sizeof result.reason, "%s", attack);
    snprintf(result.stopped, sizeof result.stopped, "%s", attack);
    snprintf(result.when, sizeof result.when, "<b onload=\"x\">");
    result.levels[8].faults[0].kind = "<script>";
    const char *text = page_of(&result);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<b "));
    assert_null(strstr(text, "<!--"));
    has(text, "&lt;script&gt;x&lt;/script&gt;&amp;");
    sample_result(&other, 8, 310);
    const struct tune_result *results[] = {&result, &other};
    const char *names[] = {attack, "two"};
    assert_null(strstr(written(results, names, 2), "<script"));
}

static void little_makes_a_page_too(void **state)
{
    (void)state;
    static struct tune_result result;
    result.cost = -1;
    const char *text = page_of(&result);
    has(text, "No level was measured.");
    has(text, "Nothing can be recommended.");
    assert_null(strstr(text, "<figure>"));
    assert_null(strstr(text, "Settings to copy"));
    result.levels[0] = sample_level(16, 37, 840);
    result.level_count = 1;
    result.knee = result.concurrency = 16;
    has(page_of(&result), "knee, recommended: 16");
    // A level on which nothing came back.
    result.levels[0] = (struct tune_level){.concurrency = 1,
                                           .p50_ms = -1,
                                           .p95_ms = -1,
                                           .p99_ms = -1,
                                           .mean_ms = -1,
                                           .first_token_p50_ms = -1,
                                           .cost_per_1000_items = -1};
    assert_null(strstr(page_of(&result), ">Latency</h2>"));
    has(written(NULL, NULL, 0), "There are no results.");
}

static void many_levels_fit(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 200, 600);
    for (unsigned i = 0; i < TUNE_LEVELS; i++) {
        result.levels[i] = sample_level(4 + 7 * i, 200, 600);
        result.levels[i].cost_per_1000_items = -1;
    }
    result.level_count = TUNE_LEVELS;
    result.cost = -1;
    for (size_t i = 0; i < result.side_count; i++)
        result.sides[i].cost_per_1000_items = -1;
    const char *text = page_of(&result);
    assert_null(strstr(text, "$")); // no prices, no costs
    has(text, "445 in flight");
    has(text, " dense");
}

static void numbers_out_of_reason_do_no_harm(void **state)
{
    (void)state;
    static struct tune_result result;
    static const double odd[] = {0, -1, 1e-300, 1e300, 9e15, INFINITY, NAN};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        sample_result(&result, 8, 310);
        result.base_ms = result.seconds = result.cost = result.histogram_ms = odd[i];
        for (size_t k = 0; k < result.level_count; k++) {
            struct tune_level *level = &result.levels[k];
            level->p50_ms = level->p95_ms = level->items_per_second = odd[i];
            level->calls_per_second = level->cost_per_1000_items = odd[i];
            level->concurrency = k > 2 ? 4294967295u : 0;
            level->replies = 9000000000000000;
        }
        for (size_t k = 0; k < result.side_count; k++)
            result.sides[k].agreement = result.sides[k].mean_input_tokens = odd[i];
        result.histogram[59] = 9000000000000000;
        result.knee = result.concurrency = i % 2 == 0 ? 4294967295u : 0;
        page_of(&result);
        assert_true(page.length < 300000);
    }
}

static void several_results_are_overlaid(void **state)
{
    (void)state;
    static struct tune_result list[40];
    const struct tune_result *results[40];
    const char *names[40];
    for (size_t i = 0; i < 40; i++) {
        sample_result(&list[i], 8 + (double)i * 5, 310);
        results[i] = &list[i];
        names[i] = i == 0 ? "first <one>" : "another";
    }
    list[1].side_count = list[2].level_count = list[3].side_count = 0;
    memset(list[3].histogram, 0, sizeof list[3].histogram);
    const char *text = written(results, names, 3);
    has(text, "3 results compared");
    has(text, "first &lt;one&gt;, 7 in flight: ");
    has(text, "first &lt;one&gt;: knee 8");
    has(text, "Side by side");
    assert_int_equal(count_of(text, "<details"), 3);
    assert_int_equal(count_of(text, "<svg class=\"wide\""), 5);
    has(written(results, names, 40), "40 results compared");
    assert_int_equal(count_of(buffer_text(&page), "<details"), 40);
}

static void a_full_buffer_is_noticed(void **state)
{
    (void)state;
    static struct tune_result result;
    const struct tune_result *results[] = {&result};
    sample_result(&result, 37, 840);
    struct buffer small;
    buffer_init(&small, 10000);
    tune_page_write(results, NULL, 1, &small);
    assert_true(small.failed);
    buffer_clear(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_markup_check_finds_faults),
        cmocka_unit_test(the_page_shows_all_of_a_result),
        cmocka_unit_test(the_page_needs_nothing_else),
        cmocka_unit_test(texts_cannot_leave_their_place),
        cmocka_unit_test(little_makes_a_page_too),
        cmocka_unit_test(many_levels_fit),
        cmocka_unit_test(numbers_out_of_reason_do_no_harm),
        cmocka_unit_test(several_results_are_overlaid),
        cmocka_unit_test(a_full_buffer_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
