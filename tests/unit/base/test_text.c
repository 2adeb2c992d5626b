#include "unit.h"

#include "random.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { LAST_CHARACTER = 0x10ffff };

// What text_fold promises, by utf8proc alone.
static char *fold_by_utf8proc(const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded,
                     UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
                         UTF8PROC_IGNORE | UTF8PROC_NULLTERM);
    assert_true(length >= 0);
    return text_one_line((char *)folded);
}

static void assert_folds_as_utf8proc(const char *text)
{
    char *expected = fold_by_utf8proc(text), *folded = text_fold(text);
    assert_non_null(folded);
    if (strcmp(folded, expected) != 0)
        fail_msg("\"%s\" folds to \"%s\", not \"%s\"", text, folded, expected);
    free(expected);
    free(folded);
}

static char *append_character(char *to, utf8proc_int32_t c)
{
    return to + utf8proc_encode_char(c, (utf8proc_uint8_t *)to);
}

static bool is_surrogate(utf8proc_int32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

// Every character by itself, between others: all that most texts are made of, the rest in steps.
static void folds_every_character_as_utf8proc(void **state)
{
    (void)state;
    for (utf8proc_int32_t c = 1; c <= LAST_CHARACTER; c += c < 0x10000 ? 1 : 97) {
        char text[16] = "A ";
        if (is_surrogate(c))
            continue;
        strcpy(append_character(text + 2, c), "Z");
        assert_folds_as_utf8proc(text);
    }
}

// Characters of all sorts beside each other: what folds by itself and what does not.
static void folds_random_texts_as_utf8proc(void **state)
{
    (void)state;
    static const utf8proc_int32_t begins[] = {1,      'A',    'a',    0xa0,    0x300,  0x391,
                                              0x1100, 0x1161, 0x2010, 0x3000,  0x3001, 0x3041,
                                              0x4e00, 0x9ff0, 0xac00, 0xf900,  0xff01, 0xff21,
                                              0xff70, 0xfe00, 0xfb00, 0x1f600, 0x7a,   0x300a};
    uint64_t random = 7;
    for (int i = 0; i < 20000; i++) {
        char text[200], *to = text;
        bool plain = random_below(&random, 2) == 0; // mostly of what folds by itself
        for (size_t left = random_below(&random, 30); left > 0; left--) {
            size_t kind = random_below(&random, sizeof begins / sizeof *begins);
            utf8proc_int32_t begin = plain ? (kind % 3 == 0 ? 0x4e00 : 0x20) : begins[kind];
            to = append_character(to, begin + (utf8proc_int32_t)random_below(&random, 90));
        }
        *to = '\0';
        assert_folds_as_utf8proc(text);
    }
}

static void knows_every_blank(void **state)
{
    (void)state;
    for (utf8proc_int32_t c = 1; c <= LAST_CHARACTER; c++) {
        utf8proc_category_t category = utf8proc_category(c);
        bool blank = category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
                     category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC ||
                     c == 0xfeff;
        char text[8] = "";
        *append_character(text, c) = '\0';
        if (!is_surrogate(c) && text_is_blank(text) != blank)
            fail_msg("U+%04X is %sa blank", (unsigned)c, blank ? "" : "not ");
    }
}

static void folds_what_people_take_for_the_same(void **state)
{
    (void)state;
    static const char *const same[][2] = {{"Ｌｅｆｔ ", "left"},
                                          {"STRASSE", "straße"},
                                          {"a\xc2\xa0 b\n", "A B"},
                                          {"e\xcc\x81t\xc3\xa9", "ÉTÉ"},
                                          {"１０", "10"},
                                          {"a\xe2\x80\x8b"
                                           "b",
                                           "ab"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (!text_same_folded(same[i][0], same[i][1]))
            fail_msg("\"%s\" and \"%s\" should fold alike", same[i][0], same[i][1]);
    assert_false(text_same_folded("left", "right"));
    assert_false(text_same_folded("1", "10"));
    char *folded = text_fold("bad \xff byte");
    assert_non_null(folded);
    free(folded);
}

static void trims_and_joins_lines(void **state)
{
    (void)state;
    char wide[] = "\xe3\x80\x80 two  words\t\n";
    assert_string_equal(text_trim(wide), "two  words");
    char lines[] = "  one\r\n two\t\tthree \n";
    assert_string_equal(text_one_line(lines), "one two three");
    char nothing[] = " \n\t";
    assert_string_equal(text_one_line(nothing), "");
    assert_true(text_is_blank("\xe3\x80\x80\n"));
    assert_true(text_is_blank(NULL));
    assert_false(text_is_blank("."));
}

static void repairs_and_cuts_between_characters(void **state)
{
    (void)state;
    char *repaired = text_repair("a\xff\xe4\xbd"
                                 "b\0c",
                                 7);
    assert_string_equal(repaired, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                  "b\xef\xbf\xbd"
                                  "c");
    assert_true(text_valid_utf8(repaired, strlen(repaired)));
    free(repaired);
    assert_int_equal(text_cut("你好", 4), 3);
    assert_int_equal(text_cut("你好", 6), 6);
    assert_int_equal(text_characters("你好a"), 3);
    assert_false(text_valid_utf8("\xed\xa0\x80", 3)); // a surrogate
}

// Byte by byte, as slow as can be.
static void repairs_random_bytes(void **state)
{
    (void)state;
    static const char bytes[] = "ab\0\xff\xe4\xbd\xa0\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80";
    uint64_t random = 11;
    for (int i = 0; i < 20000; i++) {
        char text[24];
        struct buffer expected;
        buffer_init(&expected, 1000);
        size_t length = random_below(&random, sizeof text);
        for (size_t j = 0; j < length; j++)
            text[j] = bytes[random_below(&random, sizeof bytes - 1)];
        for (size_t j = 0; j < length;) {
            utf8proc_int32_t c;
            utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text + j,
                                                     (utf8proc_ssize_t)(length - j), &c);
            bool sound = used > 0 && c != 0;
            buffer_append(&expected, sound ? text + j : "\xef\xbf\xbd", sound ? (size_t)used : 3);
            j += sound ? (size_t)used : 1;
        }
        char *repaired = text_repair(text, length);
        assert_string_equal(repaired, buffer_text(&expected));
        free(repaired);
        buffer_clear(&expected);
    }
}

static void knows_beginnings_and_words(void **state)
{
    (void)state;
    static const char *const words[] = {"left", "", "左", NULL};
    assert_true(text_starts("left side", "left"));
    assert_true(text_starts("left", ""));
    assert_true(text_starts("", ""));
    assert_false(text_starts("", "left"));
    assert_false(text_starts("lef", "left"));
    assert_false(text_starts("Left", "left"));
    assert_true(text_is_any("left", words));
    assert_true(text_is_any("", words));
    assert_true(text_is_any("左", words));
    assert_false(text_is_any("右", words)); // begins with the same byte
    assert_false(text_is_any("lefty", words));
}

static void reads_whole_numbers_only(void **state)
{
    (void)state;
    long long integer;
    double real;
    assert_true(text_to_integer("-16", &integer));
    assert_int_equal(integer, -16);
    assert_false(text_to_integer("16x", &integer));
    assert_false(text_to_integer("", &integer));
    assert_false(text_to_integer("99999999999999999999", &integer));
    assert_true(text_to_real("0.25", &real));
    assert_true(real > 0.2499 && real < 0.2501);
    assert_false(text_to_real("nan", &real));
    assert_false(text_to_real("1e999", &real));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(folds_what_people_take_for_the_same),
                                       cmocka_unit_test(folds_every_character_as_utf8proc),
                                       cmocka_unit_test(folds_random_texts_as_utf8proc),
                                       cmocka_unit_test(knows_every_blank),
                                       cmocka_unit_test(repairs_random_bytes),
                                       cmocka_unit_test(knows_beginnings_and_words),
                                       cmocka_unit_test(trims_and_joins_lines),
                                       cmocka_unit_test(repairs_and_cuts_between_characters),
                                       cmocka_unit_test(reads_whole_numbers_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
