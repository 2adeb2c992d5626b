#include "case.h"

#include "reader.h"

static void counts_lines_over_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct reader reader;
    struct error why = {0};
    assert_true(reader_init(&reader, ends[0], "pipe", &why));
    assert_int_equal(write(ends[1], "a\nbc", 4), 4);
    assert_true(reader_fill(&reader, &why));
    assert_int_equal(reader_length(&reader), 4);
    assert_int_equal(reader.line, 1);
    reader_skip(&reader, 2);
    assert_int_equal(reader.line, 2);
    assert_int_equal(write(ends[1], "\n\nd", 3), 3);
    close(ends[1]);
    assert_true(reader_more(&reader, &why));
    assert_memory_equal(reader_at(&reader), "bc\n\nd", 5);
    reader_skip(&reader, 5);
    assert_int_equal(reader.line, 4);
    assert_true(reader_fill(&reader, &why));
    assert_true(reader.ended);
    assert_int_equal(reader_length(&reader), 0);
    reader_clear(&reader);
}

static void finds_the_end_of_runs(void **state)
{
    (void)state;
    char bytes[2000];
    for (size_t length = 0; length < sizeof bytes; length += 37)
        for (size_t at = 0; at <= length; at += 61) {
            memset(bytes, 'x', sizeof bytes);
            bytes[at] = "abc"[at % 3];
            size_t expected = at < length ? at : length;
            assert_int_equal(run_without(bytes, length, 'a', 'b', 'c'), expected);
        }
}

static void names_what_cannot_be_read(void **state)
{
    (void)state;
    struct reader reader;
    struct error why = {0};
    assert_true(reader_init(&reader, 9999, "some.file", &why));
    assert_false(reader_fill(&reader, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, "some.file"));
    reader_clear(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_lines_over_a_pipe),
        cmocka_unit_test(finds_the_end_of_runs),
        cmocka_unit_test(names_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
