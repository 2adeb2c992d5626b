#include "pieces.h"

#include "csv.h"

// The rows: fields in brackets, ';' and the line behind each row, '!' for a broken one.
static void parse(const char *text, size_t piece, char *out, size_t room)
{
    struct reader reader;
    static struct csv csv;
    struct error why = {0};
    read_pieces(&reader, text, piece);
    csv_init(&csv, &reader, ',', 40);
    out[0] = '\0';
    int got;
    while ((got = csv_next(&csv, &why)) == 1) {
        for (size_t i = 0; i < csv.count && csv.broken == NULL && !csv.oversized; i++) {
            size_t length, used = strlen(out);
            const char *field = csv_field(&csv, i, &length);
            snprintf(out + used, room - used, "<%.*s>", (int)length, field);
        }
        size_t used = strlen(out), length = 1;
        snprintf(out + used, room - used, "%s%s;%d ", csv.broken != NULL ? "!" : "",
                 csv.oversized ? "#" : "", (int)csv.line);
        assert_string_equal(csv_field(&csv, csv.count, &length), "");
        assert_int_equal(length, 0);
    }
    assert_int_equal(got, 0);
    csv_clear(&csv);
    reader_clear(&reader);
}

static void parses_alike_whatever_the_pieces(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a,b\nc,d", "<a><b>;1 <c><d>;2 "},
        {"a,\"b,\"\"x\"\"\r\ny\"\r\n\r\nc,\r\n", "<a><b,\"x\"\r\ny>;1 <c><>;4 "},
        {"\"\",\"a\"\n,,\nx", "<><a>;1 <x>;3 "},
        {"a\"b,c\r\n", "<a\"b><c>;1 "},
        {"\"a\"b\nc\n", "!;1 <c>;2 "},
        {"a\n\"b\nc", "<a>;1 !;2 "},
        {"0123456789012345678901234567890123456789,x\ny\n", "#;1 <y>;2 "},
        {"\"0123456789012345678901234567890123456789\n\",x\ny\n", "#;1 <y>;3 "},
        {"a\r,b\r\n", "<a\r><b>;1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece <= strlen(cases[i][0]); piece++) {
            char out[1024];
            parse(cases[i][0], piece, out, sizeof out);
            if (strcmp(out, cases[i][1]) != 0)
                fail_msg("case %zu in pieces of %zu: %s", i, piece, out);
        }
}

static void guesses_the_delimiter(void **state)
{
    (void)state;
    assert_int_equal(csv_guess_delimiter("a,b;c,d", 7), ',');
    assert_int_equal(csv_guess_delimiter("a;b;c,d", 7), ';');
    assert_int_equal(csv_guess_delimiter("a\tb", 3), '\t');
    assert_int_equal(csv_guess_delimiter("\"a;b;c\",d", 9), ',');
    assert_int_equal(csv_guess_delimiter("a,b\nc;d;e", 9), ',');
    assert_int_equal(csv_guess_delimiter("a", 1), ',');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_alike_whatever_the_pieces),
        cmocka_unit_test(guesses_the_delimiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
