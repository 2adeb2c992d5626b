// The table itself: what every entry must have, so that whatever is made of it is whole.
#include "option.h"

#include "stand_ins.h"
#include "text.h"
#include "value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void test_entries_are_whole(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        assert_non_null(option->name);
        print_message("%s\n", option->name);
        assert_non_null(option->help);
        assert_true(text_ends(option->help, "."));
        assert_int_not_equal(option->commands, 0);
        assert_int_equal(option->argument == NULL, option->type == TYPE_SWITCH);
        assert_int_equal(option->choices != NULL, option->type == TYPE_CHOICE);
        assert_true(strlen(option->name) < 40);
        assert_int_equal(option->id, id); // the parts and their entries are in order
    }
}

static void test_names_and_letters_are_unique(void **state)
{
    (void)state;
    for (size_t a = 0; a < OPTION_COUNT; a++)
        for (size_t b = a + 1; b < OPTION_COUNT; b++) {
            const struct option_entry *one = option_at((enum option_id)a);
            const struct option_entry *other = option_at((enum option_id)b);
            if ((one->commands & other->commands) == 0)
                continue;
            assert_string_not_equal(one->name, other->name);
            if (one->letter != 0)
                assert_int_not_equal(one->letter, other->letter);
        }
}

static void test_defaults_and_examples_are_good_values(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        const char *const texts[] = {option->initial, option->example};
        for (size_t i = 0; i < 2; i++) {
            struct value value;
            struct error why = {0};
            bool good = texts[i] == NULL || value_parse(option, texts[i], &value, &why);
            print_message("%s: %s\n", option->name, why.message);
            assert_true(good);
        }
    }
}

static void test_find(void **state)
{
    (void)state;
    assert_ptr_equal(option_find("per-image", FOR_GENERATE), option_at(OPTION_PER_IMAGE));
    assert_ptr_equal(option_find("per_image", FOR_GENERATE), option_at(OPTION_PER_IMAGE));
    assert_ptr_equal(option_find("model", FOR_GENERATE), option_at(OPTION_MODEL));
    assert_ptr_equal(option_find("model", FOR_SIMULATE), option_at(OPTION_SERVED_MODEL));
    assert_null(option_find("per-image", FOR_SIMULATE));
    assert_null(option_find("per-imag", FOR_GENERATE));
    assert_null(option_find("", FOR_GENERATE));
}

static void test_variables(void **state)
{
    (void)state;
    char name[OPTION_VARIABLE_BYTES];
    assert_string_equal(option_variable(option_at(OPTION_PER_IMAGE), name), "VQAGEN_PER_IMAGE");
    assert_string_equal(option_variable(option_at(OPTION_API_KEY), name), "VQAGEN_API_KEY");
    assert_string_equal(option_variable(option_at(OPTION_KEY), name), "VQAGEN_SIMULATOR_KEY");
    assert_string_equal(option_variable(option_at(OPTION_SERVED_MODEL), name),
                        "VQAGEN_SIMULATOR_MODEL");
    assert_string_equal(option_variable(option_at(OPTION_HELP), name), "");
}

static void test_nearest_never_offers_what_cannot_be_typed(void **state)
{
    (void)state;
    assert_string_equal(option_nearest("ouput", FOR_GENERATE), "output");
    assert_string_equal(option_nearest("api_key", FOR_GENERATE), "api-key-file");
    assert_null(option_nearest("parent-fd", FOR_SIMULATE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_are_whole),
        cmocka_unit_test(test_names_and_letters_are_unique),
        cmocka_unit_test(test_defaults_and_examples_are_good_values),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_nearest_never_offers_what_cannot_be_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
