#include "prefix.h"

#include "unit.h"

#include <stdlib.h>

static void expect_whole(const char *prefix, const char *text, const char *whole)
{
    char *got = prefix_restore(prefix, text);
    assert_string_equal(got, whole);
    free(got);
}

static const char answer[] = "```json\n{\"answer\": \"";

static void test_goes_on(void **state)
{
    (void)state;
    expect_whole(answer, "red\"}\n", "```json\n{\"answer\": \"red\"}\n");
    expect_whole(answer, "{ braces }\"}", "```json\n{\"answer\": \"{ braces }\"}");
    expect_whole(answer, "answer\"}", "```json\n{\"answer\": \"answer\"}");
    expect_whole("```json\n{\"questions\": [", "{\"slot\":1}]}",
                 "```json\n{\"questions\": [{\"slot\":1}]}");
    expect_whole("Yes, ", "it is", "Yes, it is");
}

static void test_begins_anew(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"answer\":\"red\"}",
                                        " {\n \"answer\" : \"red\"}",
                                        "```json\n{\"answer\": \"red\"}\n```",
                                        "```\n{\"answer\": \"red\"}",
                                        "{\"answer\"",
                                        ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_whole(answer, texts[i], texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_goes_on),
                                       cmocka_unit_test(test_begins_anew)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
