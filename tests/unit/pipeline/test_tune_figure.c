// What the charts of tuning runs show, and where.
#include "unit.h"

#include "tune_figure.h"
#include "tune_markup.h"
#include "tune_sample.h"

#include <stdlib.h>

typedef void figure(const struct tune_set *, struct buffer *);

static struct buffer out;
static struct tune_result result;

static const char *drawn(figure *draw)
{
    const struct tune_result *results[] = {&result};
    const struct tune_set set = {results, NULL, 1};
    struct markup markup;
    buffer_clear(&out);
    buffer_init(&out, 1 << 22);
    draw(&set, &out);
    if (!markup_is_good(buffer_text(&out), &markup))
        fail_msg("%s", markup.fault);
    return buffer_text(&out);
}

static int teardown(void **state)
{
    (void)state;
    buffer_clear(&out);
    return 0;
}

// The number behind `name` in the last element before `words`.
static double place_of(const char *text, const char *words, const char *name)
{
    const char *at = strstr(text, words), *found = NULL;
    if (at == NULL)
        fail_msg("%s is not in the chart", words);
    for (const char *next = text; (next = strstr(next, name)) != NULL && next < at; next++)
        found = next;
    assert_non_null(found);
    return strtod(found + strlen(name), NULL);
}

static void the_knee_stands_where_it_is(void **state)
{
    (void)state;
    sample_result(&result, 64, 840);
    result.knee = result.concurrency = 64; // a level, and a tick
    const char *text = drawn(tune_figure_throughput);
    double line = place_of(text, "class=\"upright recommended\"", "<line x1=\"");
    double tick = place_of(text, ">64</text>", "<text x=\"");
    double marker = place_of(text, "<title>64 in flight", "translate(");
    print_message("line %.1f, tick %.1f, marker %.1f\n", line, tick, marker);
    assert_true(fabs(line - tick) < 0.11 && fabs(line - marker) < 0.11);
    // Twice as many are as far to the right everywhere.
    double step = place_of(text, "<title>4 in flight", "translate(") -
                  place_of(text, "<title>2 in flight", "translate(");
    assert_true(fabs(place_of(text, "<title>32 in flight", "translate(") -
                     place_of(text, "<title>16 in flight", "translate(") - step) < 0.21);
    assert_true(strstr(text, "hollow") != NULL); // saturated levels
}

static void calls_are_shown_where_items_are_not_known(void **state)
{
    (void)state;
    sample_result(&result, 37, 840);
    assert_non_null(strstr(drawn(tune_figure_throughput), ">items a second<"));
    for (size_t i = 0; i < result.level_count; i++)
        result.levels[i].items_per_second = 0;
    assert_non_null(strstr(drawn(tune_figure_throughput), ">calls a second<"));
    assert_non_null(strstr(buffer_text(&out), "1 in flight: 1.21 calls a second"));
    result.levels[2].client_bound = true;
    assert_non_null(strstr(drawn(tune_figure_throughput), "</svg>the client was the limit</li>"));
}

static void latencies_without_values_are_left_out(void **state)
{
    (void)state;
    sample_result(&result, 37, 840);
    assert_non_null(strstr(drawn(tune_figure_latency), "first token, p50"));
    for (size_t i = 0; i < result.level_count; i++)
        result.levels[i].first_token_p50_ms = -1;
    assert_null(strstr(drawn(tune_figure_latency), "first token"));
    // Factors on the axis only where one scale would not show both ends.
    assert_null(strstr(buffer_text(&out), ">0.2<"));
    result.levels[0].p50_ms = 20;
    result.levels[9].p99_ms = 60000;
    const char *text = drawn(tune_figure_latency);
    double one = place_of(text, ">1</text>", "y=\""), ten = place_of(text, ">10</text>", "y=\"");
    double tenth = place_of(text, ">0.1</text>", "y=\"");
    assert_true(fabs((tenth - one) - (one - ten)) < 0.21);
}

static void rare_errors_are_one(void **state)
{
    (void)state;
    static const char *const kinds[] = {"rate_limited", "overloaded",    "server_error", "proxy",
                                        "bad_request",  "unprocessable", "http_other"};
    sample_result(&result, 37, 840);
    struct tune_level *level = &result.levels[9];
    level->replies = 1000;
    level->fault_count = 7;
    for (size_t i = 0; i < 7; i++)
        level->faults[i] = (struct tune_kind){kinds[i], 500 + 100 * (long long)i};
    result.levels[8].fault_count = 0;
    const char *text = drawn(tune_figure_outcomes);
    // The five commonest by name; the others, 500 and 600, together.
    assert_non_null(strstr(text, "128 in flight: 1,100 http_other"));
    assert_non_null(strstr(text, "128 in flight: 1,100 other errors"));
    assert_null(strstr(text, "rate_limited"));
    // Stacked: 1,000 replies and 6,500... errors end at 6,600.
    double zero = place_of(text, ">0</text>", "y=\""),
           top = place_of(text, ">6,000</text>", "y=\"");
    double unit = (zero - top) / 6000;
    double y = place_of(text, "<title>128 in flight: 1,100 other", "y=\"");
    double all = 1000 + 500 + 600 + 700 + 800 + 900 + 1000 + 1100;
    print_message("the stack ends at %.1f, expected %.1f\n", y, zero - 4 - all * unit);
    assert_true(fabs(y - (zero - 4 - all * unit)) < 0.5);
}

static void agreement_has_its_interval(void **state)
{
    (void)state;
    sample_result(&result, 37, 840);
    const char *text = drawn(tune_figure_agreement);
    // Wilson's interval for 101 of 120 at 95 %: 76.6 to 89.7 %.
    assert_non_null(strstr(text,
                           "512 px q85: 84.2 % of 120 questions agree (95 % interval 77 to 90 "
                           "%), 255 input tokens"));
    assert_non_null(strstr(text, "recommended: 1024"));
    result.sides[1].quality = 60;
    assert_non_null(strstr(drawn(tune_figure_agreement), ">1536 q60<"));
    for (size_t i = 0; i < result.side_count; i++)
        result.sides[i].agreement = -1;
    assert_string_equal(drawn(tune_figure_agreement), "");
}

static void the_histogram_is_what_was_counted(void **state)
{
    (void)state;
    sample_result(&result, 37, 840);
    memset(result.histogram, 0, sizeof result.histogram);
    result.histogram_ms = 50;
    result.histogram[2] = 40;
    result.histogram[7] = 10;
    const char *text = drawn(tune_figure_histogram);
    assert_non_null(strstr(text, "100 ms to 150 ms: 40 replies"));
    assert_non_null(strstr(text, "latency in milliseconds"));
    size_t bars = 0;
    for (const char *at = text; (at = strstr(at, "<rect")) != NULL; at++)
        bars++;
    assert_int_equal(bars, 4); // two, wide and narrow
    result.histogram_ms = 0;
    assert_string_equal(drawn(tune_figure_histogram), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_knee_stands_where_it_is),
        cmocka_unit_test(calls_are_shown_where_items_are_not_known),
        cmocka_unit_test(latencies_without_values_are_left_out),
        cmocka_unit_test(rare_errors_are_one),
        cmocka_unit_test(agreement_has_its_interval),
        cmocka_unit_test(the_histogram_is_what_was_counted),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
