#include "unit.h"

#include "random.h"
#include "rules_form.h"

#include <string.h>

// Texts of few different words, so that phrases are often in them, whole or in part.
static void write_text(uint64_t *random, size_t most, char *out)
{
    static const char *const parts[] = {"a",  "and", "b",  "all", "of", "the", "above",
                                        " ",  " ",   " ",  "-",   "以", "上",  "都",
                                        "是", "?",   "al", "e",   "1",  "é",   "以上"};
    *out = '\0';
    for (size_t left = random_below(random, most); left > 0; left--)
        strcat(out, parts[random_below(random, sizeof parts / sizeof *parts)]);
}

// Long lists are searched for what can be in the text only; the first one found is the same.
static void test_finds_the_first_phrase(void **state)
{
    (void)state;
    enum { PHRASES = 12 };
    uint64_t random = 5;
    size_t hits = 0;
    for (int i = 0; i < 20000; i++) {
        char text[200], store[PHRASES][64];
        const char *phrases[PHRASES + 1] = {NULL}, *expected = NULL;
        write_text(&random, 16, text);
        for (size_t p = 0; p < PHRASES; p++) {
            write_text(&random, 5, store[p]);
            phrases[p] = store[p];
            if (expected == NULL && text_has_words(text, store[p]))
                expected = store[p];
        }
        const char *found = text_has_any(text, phrases);
        if (found != expected)
            fail_msg("\"%s\" holds \"%s\", not \"%s\"", text, expected != NULL ? expected : "",
                     found != NULL ? found : "");
        hits += found != NULL;
    }
    assert_in_range(hits, 2000, 18000); // both ends are tried
}

static void test_whole_words_only(void **state)
{
    (void)state;
    assert_true(text_has_words("the red car", "red"));
    assert_false(text_has_words("the red car", "re"));
    assert_false(text_has_words("hundred cars", "red"));
    assert_true(text_has_words("hundred red cars", "red"));
    assert_true(text_has_words("这是红色的车", "红色"));
    assert_false(text_has_words("red", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_finds_the_first_phrase),
                                       cmocka_unit_test(test_whole_words_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
