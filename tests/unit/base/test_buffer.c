#include "unit.h"

#include "buffer.h"

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
                                       cmocka_unit_test(ceiling_holds_and_is_remembered),
                                       cmocka_unit_test(take_leaves_an_empty_buffer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
