#include "pieces.h"

#include "splitter.h"

// The records, each in brackets, with '!' in front of a broken one.
static void split(const char *text, enum split_form form, size_t piece, char *out, size_t room)
{
    struct reader reader;
    struct splitter splitter;
    struct raw_record record = {0};
    struct error why = {0};
    read_pieces(&reader, text, piece);
    splitter_init(&splitter, &reader, form);
    buffer_init(&record.text, 40);
    out[0] = '\0';
    int got;
    while ((got = splitter_next(&splitter, &record, &why)) == 1) {
        size_t used = strlen(out);
        snprintf(out + used, room - used, "%s%s<%s>%d ", record.broken != NULL ? "!" : "",
                 record.oversized ? "#" : "",
                 record.broken != NULL ? "" : buffer_text(&record.text), (int)record.line);
    }
    assert_int_equal(got, 0);
    assert_int_equal(splitter_next(&splitter, &record, &why), 0);
    buffer_clear(&record.text);
    reader_clear(&reader);
}

static void splits_alike_whatever_the_pieces(void **state)
{
    (void)state;
    static const struct {
        enum split_form form;
        const char *text, *records;
    } cases[] = {
        {SPLIT_ARRAY, "[1, \"a,]\\\"\\\\\", {\"b\":[{}]} ]",
         "<1>1 <\"a,]\\\"\\\\\">1 <{\"b\":[{}]} >1 "},
        {SPLIT_ARRAY, "[]", ""},
        {SPLIT_ARRAY, "[\n{\"a\":\"x},\n{\"b\":1}\n]", "!<>2 <{\"b\":1}\n>3 "},
        {SPLIT_ARRAY, "[{\"a\":[1},2]x", "!<>1 <2>1 !<>1 "},
        {SPLIT_ARRAY, "[\"0123456789012345678901234567890123456789\",2]", "#<>1 <2>1 "},
        {SPLIT_LINES, "a\n\n b\r\n{", "<a>1 <b\r>3 <{>4 "},
        {SPLIT_OBJECTS, "{\n\"a\":1}\n{\"b\":\n2}", "<{\n\"a\":1}>1 <{\"b\":\n2}>3 "},
        {SPLIT_OBJECTS, "{\"a\":1}\n{\"b\":\nx", "<{\"a\":1}>1 <{\"b\":>2 <x>3 "},
        {SPLIT_OBJECTS, "{\"a\":\"\\\n{\"b\":1}", "!<>1 <{\"b\":1}>2 "},
        {SPLIT_OBJECTS, "{\n\"a\":\"\\\"}\"},{", "<{\n\"a\":\"\\\"}\"}>1 !<>2 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece <= strlen(cases[i].text); piece++) {
            char out[1024];
            split(cases[i].text, cases[i].form, piece, out, sizeof out);
            if (strcmp(out, cases[i].records) != 0)
                fail_msg("case %zu in pieces of %zu: %s", i, piece, out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(splits_alike_whatever_the_pieces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
