#include "learn.h"

#include "unit.h"

#include <string.h>

static char first[] = "one", second[] = "two", model[] = "m";

static struct upstream upstream(char *name, bool refuses_temperature)
{
    return (struct upstream){
        .name = name,
        .endpoint = {.model = model, .lessons = {.no_temperature = refuses_temperature}}};
}

static void what_was_learned_is_told_once(void **state)
{
    (void)state;
    char text[200];
    struct upstream list[] = {upstream(first, true), upstream(first, true),
                              upstream(second, false)};
    struct upstreams upstreams = {.list = list, .count = 3};
    learn_tell_all(&upstreams, text, sizeof text);
    assert_string_equal(text, "learned of m at one: temperature is not taken");
    list[2].endpoint.lessons.max_tokens_cap = 512;
    learn_tell_all(&upstreams, text, sizeof text);
    assert_string_equal(text, "learned of m at one: temperature is not taken\n"
                              "learned of m at two: max_tokens is at most 512");
    upstreams.list = &list[1];
    upstreams.count = 0;
    learn_tell_all(&upstreams, text, sizeof text);
    assert_string_equal(text, "");
}

static void a_line_is_whole_or_not_there(void **state)
{
    (void)state;
    char text[60];
    struct upstream list[] = {upstream(first, true), upstream(second, true)};
    const struct upstreams upstreams = {.list = list, .count = 2};
    learn_tell_all(&upstreams, text, sizeof text);
    assert_string_equal(text, "learned of m at one: temperature is not taken");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_learned_is_told_once),
        cmocka_unit_test(a_line_is_whole_or_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
