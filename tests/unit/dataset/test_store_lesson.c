#include "stored.h"

static void expect_words(struct store *store, const char *endpoint, const char *model,
                         const char *version, const char *words)
{
    char *found;
    expect(store_find_lessons(store, endpoint, model, version, &found, &why));
    if (words == NULL)
        assert_null(found);
    else
        assert_string_equal(found, words);
    free(found);
}

static void keeps_what_was_learned(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    expect_words(store, "e", "m", "1.0", NULL);
    expect(store_put_lessons(store, "e", "m", "1.0", "no_stream", &why));
    expect(store_put_lessons(store, "e", "n", "1.0", "", &why));
    expect(store_put_lessons(store, "e", "m", "1.0", "no_stream no_temperature", &why));
    store_close(store);
    store = open_store(scratch);
    expect_words(store, "e", "m", "1.0", "no_stream no_temperature");
    expect_words(store, "e", "n", "1.0", "");
    expect_words(store, "f", "m", "1.0", NULL);
    expect_words(store, "e", "m", "1.1", NULL);
    expect(store_put_lessons(store, "e", "m", "1.1", "no_prefix", &why));
    expect_words(store, "e", "m", "1.0", NULL);
    expect_words(store, "e", "m", "1.1", "no_prefix");
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_what_was_learned)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
