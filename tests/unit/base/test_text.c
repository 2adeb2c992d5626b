#include "unit.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

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
                                       cmocka_unit_test(trims_and_joins_lines),
                                       cmocka_unit_test(repairs_and_cuts_between_characters),
                                       cmocka_unit_test(reads_whole_numbers_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
