#include "repertoire.h"

#include "buffer.h"
#include "forms.h"
#include "wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    struct error why = {0};
    *state = repertoire_new(&why);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    repertoire_free(*state);
    return 0;
}

// Each wording of each form, filled, must be read as that form and no other.
static void every_wording_is_understood_as_itself(void **state)
{
    for (enum language language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++)
        for (size_t i = 0; i < form_count; i++)
            for (unsigned variant = 0; variant < forms[i].worded; variant++) {
                struct asked asked = {&forms[i], COLOUR_NONE, COLOUR_NONE, PLACE_NONE}, found;
                asked.a = form_has(&forms[i], "{a}") ? COLOUR_PINK : COLOUR_NONE;
                asked.b = form_has(&forms[i], "{b}") ? COLOUR_BROWN : COLOUR_NONE;
                asked.place = form_has(&forms[i], "{p}") ? PLACE_TOP_RIGHT : PLACE_NONE;
                struct buffer text;
                buffer_init(&text, 10000);
                repertoire_write(&asked, language, variant, &text);
                if (!repertoire_find(*state, buffer_text(&text), language, &found))
                    fail_msg("not understood: %s", buffer_text(&text));
                if (!repertoire_same(&asked, &found))
                    fail_msg("read as \"%s\": %s", found.form->texts[language][0],
                             buffer_text(&text));
                buffer_clear(&text);
            }
}

static void languages_have_the_same_places(void **state)
{
    static const char *const places[] = {"{a}", "{b}", "{p}"};
    (void)state;
    for (size_t i = 0; i < form_count; i++)
        for (enum language language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++)
            for (size_t j = 0; j < FORM_TEXTS && forms[i].texts[language][j] != NULL; j++)
                for (size_t k = 0; k < 3; k++)
                    if ((strstr(forms[i].texts[language][j], places[k]) != NULL) !=
                        form_has(&forms[i], places[k]))
                        fail_msg("%s: %s", places[k], forms[i].texts[language][j]);
}

static void same_meanings_have_one_normal_form(void **state)
{
    static const char *const same[][2] = {
        {"on the left", "Left"},     {"the upper-left corner", "top left"},
        {"centre", "in the middle"}, {"GREY.", "gray"},
        {"Ｌｅｆｔ", "left"},        {"three", "3"},
    };
    static const char *const different[][2] = {
        {"left", "top left"}, {"3", "4"}, {"the", "a"}, {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (!normal_same(same[i][0], same[i][1], LANGUAGE_EN))
            fail_msg("%s differs from %s", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        if (normal_same(different[i][0], different[i][1], LANGUAGE_EN))
            fail_msg("%s is taken for %s", different[i][0], different[i][1]);
}

static void what_is_not_known_is_not_answered(void **state)
{
    struct facts facts = {.brightness = BRIGHTNESS_NONE,
                          .dominant = COLOUR_NONE,
                          .brightest = PLACE_NONE,
                          .darkest = PLACE_NONE,
                          .most_colourful = PLACE_NONE,
                          .ground = COLOUR_NONE};
    struct asked list[300];
    (void)state;
    for (int i = 0; i < 9; i++)
        facts.cells[i] = COLOUR_NONE;
    for (size_t i = 0; i < form_count; i++) {
        size_t count = repertoire_list(forms[i].topic, false, &facts, list, 300);
        // Width and height are always known.
        assert_int_equal(count, strcmp(forms[i].topic, "orientation") == 0 ? 2 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wording_is_understood_as_itself),
        cmocka_unit_test(languages_have_the_same_places),
        cmocka_unit_test(same_meanings_have_one_normal_form),
        cmocka_unit_test(what_is_not_known_is_not_answered),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
