// A census as programs read it.
#include "unit.h"

#include "show_text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer out;

static cJSON *written(const struct census *census, const struct show_run *run)
{
    buffer_clear(&out);
    buffer_init(&out, 1 << 20);
    show_write_json(census, run, &out);
    cJSON *root = cJSON_Parse(buffer_text(&out));
    if (root == NULL)
        fail_msg("no JSON: %s", buffer_text(&out));
    if (strchr(buffer_text(&out), '\n') != NULL)
        fail_msg("more than a line: %s", buffer_text(&out));
    return root;
}

static int teardown(void **state)
{
    (void)state;
    buffer_clear(&out);
    return 0;
}

// "tokens.input", "minutes.0.items": a member within members.
static const cJSON *member(const cJSON *value, const char *path)
{
    char text[100], *rest = text;
    snprintf(text, sizeof text, "%s", path);
    for (char *name; value != NULL && (name = strsep(&rest, ".")) != NULL;)
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, atoi(name))
                                     : cJSON_GetObjectItemCaseSensitive(value, name);
    if (value == NULL)
        fail_msg("\"%s\" is missing in %s", path, buffer_text(&out));
    return value;
}

static void expect_number(const cJSON *root, const char *path, double number)
{
    const cJSON *value = member(root, path);
    if (!cJSON_IsNumber(value) || value->valuedouble != number)
        fail_msg("%s is %g, not %g", path, value->valuedouble, number);
}

static void expect_text(const cJSON *root, const char *path, const char *text)
{
    const cJSON *value = member(root, path);
    if (!cJSON_IsString(value) || strcmp(value->valuestring, text) != 0)
        fail_msg("%s is not %s in %s", path, text, buffer_text(&out));
}

static void an_empty_store_has_every_member(void **state)
{
    (void)state;
    static const char *const none[] = {"ended", "stopped_by", "input", "model", "latency_ms"};
    static const char *const empty[] = {"topics",  "kinds",   "minutes", "endpoints",
                                        "slowest", "lessons", "probes"};
    static const struct census census;
    const struct show_run run = {.directory = "d \"q\""};
    cJSON *root = written(&census, &run);
    expect_text(root, "directory", "d \"q\"");
    assert_true(cJSON_IsFalse(member(root, "running")));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(cJSON_IsNull(member(root, none[i])));
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        assert_int_equal(cJSON_GetArraySize(member(root, empty[i])), 0);
    expect_number(root, "items", 0);
    expect_number(root, "states.unknown", 0);
    expect_number(root, "cost_usd", 0);
    cJSON_Delete(root);
}

static void every_count_stands_under_its_name(void **state)
{
    (void)state;
    static char topic[] = "counting", other[] = "-", kind[] = "blank_answer", here[] = "here",
                item[] = "i/1", lesson[] = "openai, gpt-5: no_temperature", probe[] = "p",
                ended[] = "2026-10-14T17:46:41Z", stop[] = "interrupted", input[] = "photos",
                model[] = "m";
    static struct census_count topics[] = {{topic, {1, 2, 3, 4}}, {other, {5, 6, 7, 8}}};
    static struct census_count kinds[] = {{kind, {0, 0, 1, 2}}};
    static struct census_sum minutes[] = {{.minute = 29866666,
                                           .replies = 4,
                                           .faults = 1,
                                           .requests = 6,
                                           .items = 3,
                                           .input_tokens = 70,
                                           .output_tokens = 8,
                                           .cost_nano = 2500000000,
                                           .latency_ms = 10},
                                          {.minute = 29866668, .faults = 2}};
    static struct census_sum endpoints[] = {
        {.name = here, .replies = 8, .items = 3, .latency_ms = 4}};
    static char *lessons[] = {lesson}, *probes[] = {probe, probe};
    struct census census = {.items = 10,
                            .by_state = {1, 2, 3, 4},
                            .topics = {topics, 2},
                            .kinds = {kinds, 1},
                            .totals = {.calls = 11,
                                       .requests = 12,
                                       .replies = 13,
                                       .faults = 14,
                                       .input_tokens = 15,
                                       .cached_tokens = 16,
                                       .cache_write_tokens = 17,
                                       .image_tokens = 18,
                                       .images_estimated = 19,
                                       .output_tokens = 20,
                                       .reasoning_tokens = 21,
                                       .cost_nano = 2000000000,
                                       .other_nano = 500000000,
                                       .unpriced = 22},
                            .minutes = {minutes, 2},
                            .endpoints = {endpoints, 1},
                            .slowest = {{item, STEP_OPTIONS, 12.5}, {item, STEP_DRAFT, 3}},
                            .slow_count = 2,
                            .lessons = lessons,
                            .lesson_count = 1,
                            .probes = probes,
                            .probe_count = 2};
    census.latencies[histogram_bucket(100)] = 9;
    const struct show_run run = {.directory = "d",
                                 .process = 7,
                                 .ended = ended,
                                 .stopped_by = stop,
                                 .input = input,
                                 .model = model};
    static const struct {
        const char *path;
        double value;
    } numbers[] = {{"items", 10},
                   {"states.open", 1},
                   {"states.accepted", 2},
                   {"states.rejected", 3},
                   {"states.unknown", 4},
                   {"topics.counting.rejected", 3},
                   {"topics.-.open", 5},
                   {"kinds.blank_answer.unknown", 2},
                   {"calls", 11},
                   {"requests", 12},
                   {"replies", 13},
                   {"faults", 14},
                   {"tokens.input", 15},
                   {"tokens.cached", 16},
                   {"tokens.cache_write", 17},
                   {"tokens.image", 18},
                   {"tokens.image_estimated", 19},
                   {"tokens.output", 20},
                   {"tokens.reasoning", 21},
                   {"cost_usd", 2.5},
                   {"cost_beside_replies_usd", 0.5},
                   {"replies_without_price", 22},
                   {"minutes.0.replies", 4},
                   {"minutes.0.faults", 1},
                   {"minutes.0.requests", 6},
                   {"minutes.0.items", 3},
                   {"minutes.0.input_tokens", 70},
                   {"minutes.0.output_tokens", 8},
                   {"minutes.0.cost_usd", 2.5},
                   {"minutes.0.mean_latency_ms", 2.5},
                   {"minutes.1.faults", 2},
                   {"endpoints.0.replies", 8},
                   {"endpoints.0.mean_latency_ms", 0.5},
                   {"slowest.0.latency_ms", 12.5},
                   {"slowest.1.latency_ms", 3}};
    cJSON *root = written(&census, &run);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_number(root, numbers[i].path, numbers[i].value);
    assert_true(cJSON_IsTrue(member(root, "running")));
    expect_text(root, "ended", ended);
    expect_text(root, "stopped_by", stop);
    expect_text(root, "input", input);
    expect_text(root, "model", model);
    expect_text(root, "minutes.0.minute", "2026-10-14T17:46:00Z");
    expect_text(root, "endpoints.0.endpoint", "here");
    expect_text(root, "slowest.0.item", "i/1");
    expect_text(root, "slowest.0.step", "options");
    expect_text(root, "slowest.1.step", "draft");
    expect_text(root, "lessons.0", lesson);
    expect_text(root, "probes.1", "p");
    assert_true(cJSON_IsNull(member(root, "minutes.1.mean_latency_ms")));
    assert_null(cJSON_GetObjectItem(member(root, "endpoints.0"), "items")); // none has any
    double p50 = 0;
    const cJSON *latency = member(root, "latency_ms");
    assert_true(cJSON_IsObject(latency));
    p50 = member(latency, "p50")->valuedouble;
    assert_true(p50 > 90 && p50 < 115);
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_store_has_every_member),
        cmocka_unit_test(every_count_stands_under_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
