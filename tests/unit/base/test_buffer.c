#include "unit.h"

#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grows_and_stays_terminated(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100000);
    for (int i = 0; i < 5000; i++)
        buffer_append_format(&buffer, "%d,", i);
    assert_false(buffer.failed);
    assert_int_equal(strlen(buffer.data), buffer.length);
    assert_memory_equal(buffer.data + buffer.length - 5, "4999,", 6);
    buffer_clear(&buffer);
}

// Whether the text fits into the room that is there, just so, or needs more; past the ceiling what
// was there stays.
static void formats_into_any_room(void **state)
{
    (void)state;
    enum { CEILING = 150 };
    for (int before = 0; before < 120; before++)
        for (int more = 1; more < 80; more++) {
            struct buffer buffer;
            char expected[CEILING + 100];
            buffer_init(&buffer, CEILING);
            for (int i = 0; i < before; i++)
                buffer_append_char(&buffer, '0');
            bool fits = before + more <= CEILING;
            assert_int_equal(buffer_append_format(&buffer, "%0*d", more, 7), fits);
            snprintf(expected, sizeof expected, "%0*d", before + more, 7);
            expected[fits ? before + more : before] = '\0';
            assert_string_equal(buffer.data, expected);
            assert_int_equal(buffer.length, strlen(expected));
            assert_int_equal(buffer.failed, !fits);
            buffer_clear(&buffer);
        }
}

static void ceiling_holds_and_is_remembered(void **state)
{
    (void)state;
    struct buffer buffer;
    struct error why = {0};
    buffer_init(&buffer, 8);
    assert_true(buffer_append_text(&buffer, "12345678"));
    assert_false(buffer_append_char(&buffer, '9'));
    assert_string_equal(buffer.data, "12345678");
    assert_false(buffer_append_text(&buffer, ""));
    assert_false(buffer_check(&buffer, "the text", &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    assert_string_equal(why.message, "the text is larger than 8 bytes");
    assert_null(buffer_take(&buffer));
    buffer_clear(&buffer);
    // What is too large at once meets the ceiling too, though little was kept.
    buffer_init(&buffer, 100);
    char long_text[200];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    assert_true(buffer_append_text(&buffer, "12"));
    assert_false(buffer_append_text(&buffer, long_text));
    error_clear(&why);
    assert_false(buffer_check(&buffer, "the text", &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    buffer_empty(&buffer);
    assert_true(buffer_check(&buffer, "the text", &why));
    buffer_clear(&buffer);
}

static void take_leaves_an_empty_buffer(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100);
    char *nothing = buffer_take(&buffer);
    assert_string_equal(nothing, "");
    free(nothing);
    buffer_append_text(&buffer, "abc");
    buffer_truncate(&buffer, 2);
    char *text = buffer_take(&buffer);
    assert_string_equal(text, "ab");
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer_text(&buffer), "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grows_and_stays_terminated),
                                       cmocka_unit_test(formats_into_any_room),
                                       cmocka_unit_test(ceiling_holds_and_is_remembered),
                                       cmocka_unit_test(take_leaves_an_empty_buffer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
