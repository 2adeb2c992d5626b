// A tuning run's recommendation as a settings file and as options.
#include "unit.h"

#include "tune_sample.h"
#include "tune_settings.h"

#include <stdlib.h>

static struct buffer out;

static const char *file_of(const struct tune_result *result)
{
    buffer_clear(&out);
    buffer_init(&out, 1 << 16);
    tune_settings_write(result, &out);
    return buffer_text(&out);
}

static const char *options_of(const struct tune_result *result)
{
    buffer_clear(&out);
    buffer_init(&out, 1 << 16);
    tune_settings_write_options(result, &out);
    return buffer_text(&out);
}

static int teardown(void **state)
{
    (void)state;
    buffer_clear(&out);
    return 0;
}

static void the_file_tells_where_its_values_come_from(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    const char *text = file_of(&result);
    static const char *const expected[] = {
        "# Measured by vqagen tune, 2026-03-14T09:26:53Z at",
        "\n\n# Requests in flight. With 33: 16.9 items a second, 95 of 100 replies\n# within 1.60 "
        "s.\n"
        "concurrency: 33\n",
        "\nbatch-size: 148\n",
        "\nmax-side: 1024\n",
        "agreed with those at 2048\n# px in 97.5 % of 120 questions.",
        "\nper-image: 4\n"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (strstr(text, expected[i]) == NULL)
            fail_msg("\"%s\" is not in:\n%s", expected[i], text);
    assert_string_equal(options_of(&result),
                        "--concurrency 33 --batch-size 148 --max-side 1024 --per-image 4");
}

static void what_is_not_known_is_not_set(void **state)
{
    (void)state;
    static struct tune_result result;
    assert_null(strstr(file_of(&result), ": 0"));
    assert_string_equal(options_of(&result), "");
    result.concurrency = 8;
    assert_non_null(strstr(file_of(&result), "\nconcurrency: 8\n"));
    assert_null(strstr(buffer_text(&out), "batch-size"));
    assert_string_equal(options_of(&result), "--concurrency 8");
}

// Every line is a comment, blank, or one of the settings: nothing that was put into a text gets out
// of its comment.
static void comments_stay_comments(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    snprintf(result.model, sizeof result.model, "x\nkey: stolen\r\x01\x85\xff\xc2\x85");
    snprintf(result.reason, sizeof result.reason, "a\nendpoint: evil %s", "b\tc\xe2\x80");
    snprintf(result.stopped, sizeof result.stopped, "\n\n\nmodel: other");
    char *copy = strdup(file_of(&result)), *rest = copy;
    assert_non_null(copy);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        static const char *const known[] = {"concurrency: 33", "batch-size: 148", "max-side: 1024",
                                            "per-image: 4"};
        bool good = line[0] == '#' || line[0] == '\0';
        for (size_t i = 0; i < 4; i++)
            good = good || strcmp(line, known[i]) == 0;
        if (!good)
            fail_msg("a line of its own: %s", line);
        for (const char *at = line; *at != '\0'; at++)
            assert_true((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80);
    }
    free(copy);
}

static void long_words_end_too(void **state)
{
    (void)state;
    static struct tune_result result;
    memset(result.reason, 'x', sizeof result.reason - 1);
    result.concurrency = 1;
    assert_non_null(strstr(file_of(&result), "\nconcurrency: 1\n"));
    memset(result.reason, ' ', sizeof result.reason - 1);
    assert_non_null(strstr(file_of(&result), "\nconcurrency: 1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_file_tells_where_its_values_come_from),
                                       cmocka_unit_test(what_is_not_known_is_not_set),
                                       cmocka_unit_test(comments_stay_comments),
                                       cmocka_unit_test(long_words_end_too)};
    return cmocka_run_group_tests(tests, NULL, teardown);
}
