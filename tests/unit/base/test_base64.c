#include "unit.h"

#include "base64.h"

#include <string.h>

static void encodes_the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const coded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                        "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        struct buffer out;
        struct error why = {0};
        buffer_init(&out, 100);
        assert_true(base64_encode(plain[i], strlen(plain[i]), &out));
        assert_string_equal(buffer_text(&out), coded[i]);
        assert_int_equal(base64_length(strlen(plain[i])), strlen(coded[i]));
        buffer_empty(&out);
        assert_true(base64_decode(coded[i], strlen(coded[i]), &out, &why));
        assert_string_equal(buffer_text(&out), plain[i]);
        buffer_clear(&out);
    }
}

static void never_breaks_lines(void **state)
{
    (void)state;
    char bytes[1000];
    struct buffer out;
    memset(bytes, 'x', sizeof bytes);
    buffer_init(&out, 10000);
    base64_encode(bytes, sizeof bytes, &out);
    assert_null(strpbrk(out.data, "\r\n "));
    buffer_clear(&out);
}

static void reads_what_people_write(void **state)
{
    (void)state;
    static const char *const forms[] = {"Zm9v\nYmE=\n", "Zm9vYmE", " Zm9v YmE= ", "Zm9vYmE=\r\n"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct buffer out;
        struct error why = {0};
        buffer_init(&out, 100);
        assert_true(base64_decode(forms[i], strlen(forms[i]), &out, &why));
        assert_string_equal(out.data, "fooba");
        buffer_clear(&out);
    }
    struct buffer out;
    buffer_init(&out, 100);
    assert_true(base64_decode("-_8", 3, &out, NULL));
    assert_int_equal(out.length, 2);
    assert_memory_equal(out.data, "\xfb\xff", 2);
    buffer_clear(&out);
}

static void names_the_place_of_a_foreign_character(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"Zm9v!mE=", "not base64: byte 0x21 at position 4 is outside the alphabet"},
        {"Zm9v=Ym", "not base64: text after the padding, at position 5"},
        {"Zm9vY", "not base64: 5 characters, cut in the middle"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer out;
        struct error why = {0};
        buffer_init(&out, 100);
        assert_false(base64_decode(rows[i].text, strlen(rows[i].text), &out, &why));
        assert_string_equal(why.message, rows[i].message);
        assert_int_equal(out.length, 0);
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(encodes_the_vectors_of_rfc_4648),
                                       cmocka_unit_test(never_breaks_lines),
                                       cmocka_unit_test(reads_what_people_write),
                                       cmocka_unit_test(names_the_place_of_a_foreign_character)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
