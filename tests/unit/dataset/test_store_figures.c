#include "stored.h"

static void keeps_figures_by_digest(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct digest a = digest_of("a", 1), b = digest_of("b", 1);
    struct stored_figures figures = {.shorter_px = 480,
                                     .contrast = 200,
                                     .detail = 77,
                                     .blur = 0.85,
                                     .look = {1, 2, 0, [31] = 255}};
    struct stored_figures found = {0};
    assert_false(store_find_figures(store, &a, &found));
    expect(store_put_figures(store, &a, &figures, &why));
    figures.blur = 0.9;
    expect(store_put_figures(store, &a, &figures, &why));
    store_close(store);
    store = open_store(scratch);
    assert_true(store_find_figures(store, &a, &found));
    assert_int_equal(found.shorter_px, 480);
    assert_int_equal(found.contrast, 200);
    assert_int_equal(found.detail, 77);
    assert_true(found.blur == 0.9);
    assert_memory_equal(found.look, figures.look, sizeof found.look);
    assert_false(store_find_figures(store, &b, &found));
    store_close(store);
    remove_scratch(scratch);
}

// Figures depend on how images are read, so other settings forget them.
static void other_settings_forget_them(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct store_setting setting = {"max-side", "2048"};
    struct stored_figures figures = {.shorter_px = 480}, found;
    struct digest digest = digest_of("a", 1);
    expect(store_check_settings(store, &setting, 1, &why));
    expect(store_put_figures(store, &digest, &figures, &why));
    expect(store_check_settings(store, &setting, 1, &why));
    assert_true(store_find_figures(store, &digest, &found));
    setting.value = "1024";
    expect(store_check_settings(store, &setting, 1, &why));
    assert_false(store_find_figures(store, &digest, &found));
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_figures_by_digest),
                                       cmocka_unit_test(other_settings_forget_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
