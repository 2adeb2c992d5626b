#include "unit.h"

#include "rules_words.h"

#include <string.h>

static void test_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < rules_word_count; i++)
        if (strcmp(rules_words[i - 1].text, rules_words[i].text) >= 0)
            fail_msg("\"%s\" stands before \"%s\"", rules_words[i - 1].text, rules_words[i].text);
}

static void test_finds_every_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_word_count; i++)
        if (word_find(rules_words[i].text) != &rules_words[i])
            fail_msg("\"%s\" is not found", rules_words[i].text);
    static const char *const others[] = {"", "0", "aa", "lef", "leftt", "zzz", "左"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (word_find(others[i]) != NULL)
            fail_msg("\"%s\" is found", others[i]);
}

// A word is looked up once: what stands for it stands for itself, and its kinds are the same.
static void test_common_words_are_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_word_count; i++) {
        const struct word *word = &rules_words[i];
        const struct word *common = word->common != NULL ? word_find(word->common) : word;
        if (common != NULL && common->common != NULL)
            fail_msg("\"%s\" stands for \"%s\", and \"%s\" for it", word->common, word->text,
                     common->common);
        assert_int_equal(word->kinds, common != NULL ? common->kinds : 0);
        assert_true(word->common != NULL || word->kinds != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorted),
                                       cmocka_unit_test(test_finds_every_word),
                                       cmocka_unit_test(test_common_words_are_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
