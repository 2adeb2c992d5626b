#include "colour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_what_people_call_so(void **state)
{
    static const struct {
        unsigned char red, green, blue;
        const char *name;
    } cases[] = {
        {255, 0, 0, "red"},       {178, 34, 34, "red"},     {220, 20, 60, "red"},
        {255, 165, 0, "orange"},  {255, 140, 0, "orange"},  {255, 255, 0, "yellow"},
        {255, 215, 0, "yellow"},  {0, 128, 0, "green"},     {50, 205, 50, "green"},
        {107, 142, 35, "green"},  {0, 0, 255, "blue"},      {135, 206, 235, "blue"},
        {70, 130, 180, "blue"},   {128, 0, 128, "purple"},  {148, 0, 211, "purple"},
        {255, 192, 203, "pink"},  {255, 105, 180, "pink"},  {139, 69, 19, "brown"},
        {101, 67, 33, "brown"},   {0, 0, 0, "black"},       {20, 20, 24, "black"},
        {255, 255, 255, "white"}, {245, 245, 245, "white"}, {128, 128, 128, "grey"},
        {169, 169, 169, "grey"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum colour colour = colour_of(cases[i].red, cases[i].green, cases[i].blue);
        if (colour != colour_find(cases[i].name))
            fail_msg("%d %d %d is %s, not %s", cases[i].red, cases[i].green, cases[i].blue,
                     colour_name(colour, LANGUAGE_EN), cases[i].name);
    }
}

static void every_pixel_has_a_name(void **state)
{
    (void)state;
    for (unsigned rgb = 0; rgb < 1u << 24; rgb += 37)
        assert_true(colour_of((unsigned char)(rgb >> 16), (unsigned char)(rgb >> 8),
                              (unsigned char)rgb) < COLOUR_NONE);
}

static void names_are_found_again(void **state)
{
    (void)state;
    for (enum colour c = COLOUR_RED; c < COLOUR_NONE; c++) {
        assert_int_equal(colour_find(colour_name(c, LANGUAGE_EN)), c);
        assert_true(strlen(colour_name(c, LANGUAGE_ZH)) >= 6);
    }
    assert_int_equal(colour_find("mauve"), COLOUR_NONE);
    assert_string_equal(colour_name(COLOUR_NONE, LANGUAGE_EN), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_people_call_so),
        cmocka_unit_test(every_pixel_has_a_name),
        cmocka_unit_test(names_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
