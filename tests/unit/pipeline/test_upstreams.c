// Which endpoint takes the next call, and what they are called.
#include "unit.h"

#include "upstreams.h"

#include <string.h>

static const struct demand demand = {.step = STEP_ANSWER, .text_bytes = 400};

static struct upstream_settings at(const char *url, const char *model, unsigned weight,
                                   unsigned slots)
{
    return (struct upstream_settings){.endpoint = {.base_url = url, .model = model},
                                      .weight = weight,
                                      .pace = {.concurrency = slots}};
}

static void begin(struct upstreams *upstreams, const struct upstream_settings *settings,
                  size_t count)
{
    struct error why = {0};
    if (!upstreams_init(upstreams, settings, count, &why))
        fail_msg("%s", why.message);
}

// The order in which they are chosen, as letters; a call is begun at each when `keep`.
static const char *choose(struct upstreams *upstreams, int times, bool keep)
{
    static char order[64];
    for (int i = 0; i < times; i++) {
        struct upstream *chosen = upstreams_choose(upstreams, &demand, 0);
        order[i] = chosen != NULL ? (char)('a' + (chosen - upstreams->list)) : '-';
        if (chosen != NULL && keep)
            upstream_begin(chosen, &demand, 0);
    }
    order[times] = '\0';
    return order;
}

static void turns_go_by_weight_and_smoothly(void **state)
{
    (void)state;
    struct upstreams upstreams;
    begin(&upstreams,
          (struct upstream_settings[]){at("http://127.0.0.1:1/v1", "m", 5, 100),
                                       at("http://127.0.0.1:2/v1", "m", 1, 100),
                                       at("http://127.0.0.1:3/v1", "m", 1, 100)},
          3);
    assert_string_equal(choose(&upstreams, 7, false), "aabacaa");
    assert_string_equal(choose(&upstreams, 7, false), "aabacaa");
    upstreams_clear(&upstreams);
}

static void only_those_that_are_free_are_chosen(void **state)
{
    (void)state;
    struct upstreams upstreams;
    begin(&upstreams,
          (struct upstream_settings[]){at("http://127.0.0.1:1/v1", "m", 2, 2),
                                       at("http://127.0.0.1:2/v1", "m", 1, 4)},
          2);
    assert_int_equal(upstreams_slots(&upstreams), 6);
    assert_int_equal(upstreams_limit(&upstreams), 6);
    assert_string_equal(choose(&upstreams, 7, true), "ababbb-");
    assert_int_equal(upstreams_wait_ms(&upstreams, &demand, 0), -1);
    upstreams_clear(&upstreams);
    begin(&upstreams,
          (struct upstream_settings[]){at("http://127.0.0.1:1/v1", "m", 1, 2),
                                       at("http://127.0.0.1:2/v1", "m", 1, 2)},
          2);
    upstream_freeze(&upstreams.list[0], 500);
    upstream_freeze(&upstreams.list[1], 300);
    assert_string_equal(choose(&upstreams, 1, false), "-");
    assert_int_equal(upstreams_wait_ms(&upstreams, &demand, 0), 300);
    upstreams_clear(&upstreams);
}

static void fallbacks_wait_until_nobody_else_is_there(void **state)
{
    (void)state;
    struct upstream_settings settings[] = {at("http://127.0.0.1:1/v1", "m", 1, 1),
                                           at("http://127.0.0.1:2/v1", "m", 1, 1),
                                           at("http://127.0.0.1:3/v1", "m", 1, 9)};
    settings[2].fallback = true;
    struct upstreams upstreams;
    begin(&upstreams, settings, 3);
    assert_string_equal(choose(&upstreams, 3, true), "ab-"); // busy is not away
    struct error why = {.kind = ERR_STOPPED, .message = "no money"};
    upstream_lose(&upstreams.list[0], &why);
    assert_int_equal(upstreams_left(&upstreams), 2);
    assert_string_equal(choose(&upstreams, 1, true), "-");
    upstream_lose(&upstreams.list[1], &why);
    assert_string_equal(choose(&upstreams, 2, true), "cc");
    upstream_lose(&upstreams.list[1], &(struct error){.kind = ERR_STOPPED, .message = "later"});
    assert_string_equal(upstreams.list[1].lost_why.message, "no money");
    upstreams_clear(&upstreams);
    why = (struct error){0};
    settings[0].fallback = settings[1].fallback = true;
    assert_false(upstreams_init(&upstreams, settings, 3, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    assert_int_equal(upstreams.count, 0);
}

static void names_are_told_apart_where_the_models_differ(void **state)
{
    (void)state;
    struct upstream_settings settings[] = {
        at("http://127.0.0.1:1/v1", "small", 1, 1), at("http://127.0.0.1:2/v1", "large", 1, 1),
        at("http://10.0.0.1:2/v1", "small", 1, 1), at("http://10.0.0.1:3/v1", "small", 1, 1)};
    struct upstreams upstreams;
    begin(&upstreams, settings, 4);
    static const char *const names[] = {"127.0.0.1/small", "127.0.0.1/large", "10.0.0.1",
                                        "10.0.0.1"};
    static const char *const labels[] = {"127.0.0.1/small", "127.0.0.1/large", "10.0.0.1 #3",
                                         "10.0.0.1 #4"};
    for (int i = 0; i < 4; i++) {
        assert_string_equal(upstreams.list[i].name, names[i]);
        assert_string_equal(upstreams.list[i].label, labels[i]);
    }
    struct buffer out;
    buffer_init(&out, 1000);
    upstreams_write(&upstreams, UPSTREAM_MODEL, &out);
    assert_string_equal(buffer_text(&out), "large, small");
    buffer_empty(&out);
    upstreams_write(&upstreams, UPSTREAM_NAME, &out);
    assert_string_equal(buffer_text(&out), "10.0.0.1, 127.0.0.1/large, 127.0.0.1/small");
    for (size_t i = 0; i < upstreams.count; i++)
        if (strcmp(upstream_word(&upstreams.list[i], UPSTREAM_NAME), "127.0.0.1/large") == 0)
            assert_string_equal(upstream_word(&upstreams.list[i], UPSTREAM_MODEL), "large");
    buffer_clear(&out);
    upstreams_clear(&upstreams);
}

static void a_wrong_one_is_named_by_its_number(void **state)
{
    (void)state;
    struct upstream_settings settings[] = {at("http://127.0.0.1:1/v1", "m", 1, 1),
                                           at("ftp://127.0.0.1", "m", 1, 1)};
    struct upstreams upstreams;
    struct error why = {0};
    assert_false(upstreams_init(&upstreams, settings, 2, &why));
    assert_non_null(strstr(why.message, "endpoint 2 of 2"));
    assert_int_equal(upstreams.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_go_by_weight_and_smoothly),
        cmocka_unit_test(only_those_that_are_free_are_chosen),
        cmocka_unit_test(fallbacks_wait_until_nobody_else_is_there),
        cmocka_unit_test(names_are_told_apart_where_the_models_differ),
        cmocka_unit_test(a_wrong_one_is_named_by_its_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
