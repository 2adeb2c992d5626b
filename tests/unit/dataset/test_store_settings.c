#include "stored.h"

// An item with a reply: from now on the settings hold.
static void add_reply(struct store *store)
{
    struct stored_item item = admit(store, "x", 0, "f");
    char text[] = "text";
    struct call call = make_call("call", text);
    expect(store_add_call(store, item.number, &call, &why));
}

static void compares_settings_once_there_is_a_reply(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store_setting settings[] = {{"model", "a"}, {"seed", "1"}};
    struct store_setting others[] = {{"model", "b"}, {"topics", "all"}};
    struct store *store = open_store(scratch);
    expect(store_check_settings(store, settings, 2, &why));
    expect(store_check_settings(store, settings, 2, &why));
    // Nothing was done yet: other settings are taken.
    expect(store_check_settings(store, others, 2, &why));
    expect(store_check_settings(store, settings, 2, &why));
    // Nor when all that was tried failed: and what failed is tried again.
    struct stored_item item = admit(store, "x", 0, "f");
    struct call fault = make_call("fault", NULL);
    fault.replied = false;
    char kind[] = "bad_request";
    fault.kind = kind;
    expect(store_add_call(store, item.number, &fault, &why));
    finish(store, item.number, ITEM_UNKNOWN, "bad_request", "{}");
    expect(store_check_settings(store, settings, 2, &why));
    assert_int_equal(admit(store, "x", 0, "f").state, ITEM_UNKNOWN);
    expect(store_check_settings(store, others, 2, &why));
    assert_int_equal(admit(store, "x", 0, "f").state, ITEM_OPEN);
    expect(store_check_settings(store, settings, 2, &why));
    add_reply(store);
    store_close(store);

    store = open_store(scratch);
    expect(store_check_settings(store, settings, 2, &why));
    struct error refusal = {0};
    assert_false(store_check_settings(store, others, 2, &refusal));
    assert_int_equal(refusal.kind, ERR_SETTINGS);
    static const char *const words[] = {"model was \"a\" and is now \"b\"",
                                        "seed was \"1\" and is now not set",
                                        "topics was not set and is now \"all\"", "another -o DIR"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(refusal.message, words[i]) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", refusal.message, words[i]);
    expect(store_check_settings(store, settings, 2, &why));
    store_close(store);
    remove_scratch(scratch);
}

static void shortens_long_values(void **state)
{
    (void)state;
    char *scratch = make_scratch(), was[5001], is[5002];
    memset(was, 'x', 5000);
    memset(is, 'x', 5001);
    was[5000] = is[5001] = '\0';
    struct store *store = open_store(scratch);
    struct store_setting setting = {"system_prompt", was};
    expect(store_check_settings(store, &setting, 1, &why));
    add_reply(store);
    setting.value = is;
    struct error refusal = {0};
    assert_false(store_check_settings(store, &setting, 1, &refusal));
    assert_non_null(strstr(refusal.message, "(5000 bytes)"));
    assert_non_null(strstr(refusal.message, "(5001 bytes)"));
    assert_non_null(strstr(refusal.message, "or the old values"));
    store_close(store);
    remove_scratch(scratch);
}

static void remembers_digests_of_files(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct digest digest = digest_of("bytes", 5), found = {0};
    const char *path = "/a/\xff.jpg";
    assert_false(store_find_digest(store, path, 10, 20, &found));
    expect(store_put_digest(store, path, 10, 20, &digest, &why));
    store_close(store);
    store = open_store(scratch);
    assert_true(store_find_digest(store, path, 10, 20, &found));
    assert_true(digest_equal(&found, &digest));
    assert_false(store_find_digest(store, path, 11, 20, &found));
    assert_false(store_find_digest(store, path, 10, 21, &found));
    assert_false(store_find_digest(store, "/a/\xfe.jpg", 10, 20, &found));
    struct digest newer = digest_of("others", 6);
    expect(store_put_digest(store, path, 11, 30, &newer, &why));
    assert_false(store_find_digest(store, path, 10, 20, &found));
    assert_true(store_find_digest(store, path, 11, 30, &found));
    assert_true(digest_equal(&found, &newer));
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_settings_once_there_is_a_reply),
        cmocka_unit_test(shortens_long_values),
        cmocka_unit_test(remembers_digests_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
