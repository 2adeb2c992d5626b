#include "lessons.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct endpoint_lessons start = {
    .structured = STRUCTURED_SCHEMA, .stream = true, .thinking = true, .prefix = true};

static void expect_words(const struct endpoint_lessons *now, const char *words)
{
    struct buffer out;
    buffer_init(&out, 1000);
    lessons_write(&start, now, &out);
    assert_string_equal(buffer_text(&out), words);
    buffer_clear(&out);
    // What is read back is what was written.
    struct endpoint_lessons read = start;
    lessons_read(&read, words);
    lessons_write(now, &read, &out);
    assert_string_equal(buffer_text(&out), "");
    buffer_clear(&out);
}

static void test_words(void **state)
{
    (void)state;
    struct endpoint_lessons now = start;
    expect_words(&now, "");
    now.no_temperature = true;
    expect_words(&now, "no_temperature");
    now.structured = STRUCTURED_NONE;
    now.stream = false;
    now.max_tokens_cap = 512;
    expect_words(&now, "structured=none no_temperature no_stream max_tokens_cap=512");
    now = start;
    now.structured = STRUCTURED_OBJECT;
    now.max_completion_tokens = now.cap_renamed = now.no_max_tokens = now.no_stream_usage = true;
    now.thinking = now.prefix = false;
    expect_words(&now, "structured=object max_completion_tokens no_max_tokens no_stream_usage "
                       "no_thinking no_prefix");
}

// Both names have been asked for, once the one is known to be refused.
static void test_the_caps_name_goes_both_ways(void **state)
{
    (void)state;
    struct endpoint_lessons begun = start, now = start;
    begun.max_completion_tokens = true;
    now.cap_renamed = true;
    struct buffer out;
    buffer_init(&out, 100);
    lessons_write(&begun, &now, &out);
    assert_string_equal(buffer_text(&out), "max_tokens");
    lessons_read(&begun, buffer_text(&out));
    assert_memory_equal(&begun, &now, sizeof now);
    buffer_clear(&out);
}

static void test_for_people(void **state)
{
    static const struct {
        const char *words, *told;
    } rows[] = {
        {"", ""},
        {"no_temperature", "temperature is not taken"},
        {"structured=none  no_stream max_tokens_cap=512",
         "no structured output is taken, streams are not taken, max_tokens is at most 512"},
        {"max_completion_tokens no_sound max_tokens_cap=x",
         "max_tokens is called max_completion_tokens, no_sound, max_tokens_cap=x"},
        {"max_tokens", "max_completion_tokens is called max_tokens"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer out;
        buffer_init(&out, 1000);
        buffer_append_text(&out, "learned: ");
        lessons_tell(rows[i].words, &out);
        assert_string_equal(buffer_text(&out) + strlen("learned: "), rows[i].told);
        buffer_clear(&out);
    }
}

static void test_foreign_words(void **state)
{
    (void)state;
    struct endpoint_lessons lessons = start;
    lessons_read(&lessons, "  no_sound no_temperatures structured=verse max_tokens_cap=-3 "
                           "max_tokens_cap= ");
    assert_memory_equal(&lessons, &start, sizeof start);
    // A starting point that is lower already stays.
    lessons.structured = STRUCTURED_NONE;
    lessons_read(&lessons, "structured=object  no_stream");
    assert_int_equal(lessons.structured, STRUCTURED_NONE);
    assert_false(lessons.stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_the_caps_name_goes_both_ways),
        cmocka_unit_test(test_for_people),
        cmocka_unit_test(test_foreign_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
