#include "unit.h"

#include "show_text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static char *chart(struct census_sum *list, size_t count, size_t width, unsigned height)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    const struct census_sums sums = {list, count};
    show_write_chart(&sums, width, height, &out);
    return buffer_take(&out);
}

static void expect_chart(struct census_sum *list, size_t count, size_t width, unsigned height,
                         const char *expected)
{
    char *text = chart(list, count, width, height);
    assert_string_equal(text, expected);
    free(text);
}

static void a_chart_has_a_column_a_minute(void **state)
{
    (void)state;
    struct census_sum list[] = {{.minute = 100, .replies = 8},
                                {.minute = 101, .replies = 4},
                                {.minute = 103, .replies = 1}};
    expect_chart(list, 3, 80, 1,
                 "       8 █▄ ▁\n         1970-01-01T01:40Z to 1970-01-01T01:44Z\n");
    expect_chart(list, 3, 80, 2,
                 "       8 █   \n       0 ██ ▂\n         1970-01-01T01:40Z to 1970-01-01T01:44Z\n");
}

static void a_long_run_shares_columns(void **state)
{
    (void)state;
    struct census_sum list[] = {{.minute = 0, .replies = 100}, {.minute = 99, .replies = 100}};
    char *text = chart(list, 2, 29, 1); // 20 columns, 5 minutes each
    assert_non_null(strstr(text, "      20 █                  █\n"));
    assert_non_null(strstr(text, "5 minutes a column"));
    free(text);
    list[1].minute = INT64_C(30000000); // the clock was set: 57 years
    text = chart(list, 2, 100000, 1);
    assert_true(strlen(text) < 1000);
    free(text);
}

static void nothing_is_no_chart(void **state)
{
    (void)state;
    expect_chart(NULL, 0, 80, 8, "");
}

static struct census small(void)
{
    static char topic[] = "counting", kind[] = "blank_answer", endpoint[] = "e \"x\"", item[] = "i";
    static struct census_count topics[] = {{topic, {0, 3, 1, 0}}}, kinds[] = {{kind, {0, 0, 1, 0}}};
    static struct census_sum endpoints[] = {
        {.name = endpoint, .replies = 5, .latency_ms = 50, .cost_nano = 420000000}};
    struct census census = {.items = 4,
                            .by_state = {0, 3, 1, 0},
                            .topics = {topics, 1},
                            .kinds = {kinds, 1},
                            .endpoints = {endpoints, 1},
                            .totals = {.replies = 5,
                                       .requests = 6,
                                       .cost_nano = 420000000,
                                       .image_tokens = 70,
                                       .images_estimated = 70,
                                       .unpriced = 2},
                            .slowest = {{item, STEP_ANSWER, 12.5}},
                            .slow_count = 1};
    census.latencies[histogram_bucket(10)] = 5;
    return census;
}

static void people_are_told_all_of_it(void **state)
{
    static const char *const lines[] = {
        "d: no run has come to an end here\n",
        "4 items  3 accepted  1 rejected\n",
        "  counting                            3          1          0\n",
        "  blank_answer                        0          1          0\n",
        "p50 10.0 ms",
        "images about 70",
        "Cost     $0.42; price unknown for 2 replies\n",
        "  answer   12 ms  i\n",
    };
    (void)state;
    struct census census = small();
    const struct show_run run = {.directory = "d"};
    struct buffer out;
    buffer_init(&out, 1 << 20);
    show_write_text(&census, &run, 80, &out);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(buffer_text(&out), lines[i]) == NULL)
            fail_msg("not there: %s\n%s", lines[i], buffer_text(&out));
    buffer_clear(&out);
}

static void programs_get_json(void **state)
{
    (void)state;
    struct census census = small();
    const struct show_run run = {.directory = "d", .process = 7};
    struct buffer out;
    buffer_init(&out, 1 << 20);
    show_write_json(&census, &run, &out);
    cJSON *root = cJSON_Parse(buffer_text(&out));
    if (root == NULL)
        fail_msg("no JSON: %s", buffer_text(&out));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(root, "running")));
    assert_true(cJSON_GetObjectItem(root, "cost_usd")->valuedouble == 0.42);
    const cJSON *endpoint = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "endpoints"), 0);
    assert_string_equal(cJSON_GetObjectItem(endpoint, "endpoint")->valuestring, "e \"x\"");
    assert_true(cJSON_GetObjectItem(endpoint, "mean_latency_ms")->valuedouble == 10);
    const cJSON *topic = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "topics"), "counting");
    assert_int_equal(cJSON_GetObjectItem(topic, "accepted")->valueint, 3);
    cJSON_Delete(root);
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_has_a_column_a_minute),
        cmocka_unit_test(a_long_run_shares_columns),
        cmocka_unit_test(nothing_is_no_chart),
        cmocka_unit_test(people_are_told_all_of_it),
        cmocka_unit_test(programs_get_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
