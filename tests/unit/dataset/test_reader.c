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

// The file's bytes are its places, modulo 251.
static struct reader open_numbers(size_t length)
{
    struct reader reader;
    FILE *file = tmpfile();
    assert_non_null(file);
    for (size_t i = 0; i < length; i++)
        assert_int_not_equal(putc((int)(i % 251), file), EOF);
    rewind(file);
    assert_true(reader_init(&reader, dup(fileno(file)), "numbers", NULL));
    fclose(file);
    assert_true(reader_fill(&reader, NULL));
    return reader;
}

static void looks_ahead_and_jumps(void **state)
{
    (void)state;
    enum { LENGTH = 200000, BEGIN = 1000 };
    static const int64_t lengths[] = {1, 16383, 16384, 16385, 64536, 64537, 150000, LENGTH - BEGIN};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        int last, next;
        int64_t length = lengths[i], end = BEGIN + length;
        struct reader reader = open_numbers(LENGTH);
        struct digester ahead = digester_begin();
        reader_skip(&reader, BEGIN);
        assert_true(reader_look_ahead(&reader, length, &ahead, &last, &next));
        assert_int_equal(last, (end - 1) % 251);
        assert_int_equal(next, end < LENGTH ? end % 251 : -1);

        reader.digesting = true; // the same by reading
        reader.digester = digester_begin();
        while (reader.dropped < length) {
            assert_true(reader_fill(&reader, NULL));
            int64_t left = length - reader.dropped, part = (int64_t)reader_length(&reader);
            reader_skip(&reader, (size_t)(part < left ? part : left));
        }
        struct digest seen = digester_end(&ahead), read = digester_end(&reader.digester);
        assert_true(digest_equal(&seen, &read));
        reader_clear(&reader);

        reader = open_numbers(LENGTH);
        reader_skip(&reader, BEGIN);
        assert_true(reader_jump(&reader, length, NULL));
        assert_true(reader_fill(&reader, NULL));
        assert_int_equal(reader_length(&reader) == 0, end == LENGTH);
        if (end < LENGTH)
            assert_int_equal((unsigned char)*reader_at(&reader), end % 251);
        assert_false(reader_look_ahead(&reader, LENGTH, &ahead, &last, &next));
        reader_clear(&reader);
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
        cmocka_unit_test(looks_ahead_and_jumps),
        cmocka_unit_test(names_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
