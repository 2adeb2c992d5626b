#include "stored.h"

#include "store_private.h"

static struct store *reopened(const char *scratch, struct store *store, const char *sql)
{
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(store->database));
    store_close(store);
    return open_store(scratch);
}

static void expect_damage(const struct error *why)
{
    assert_int_equal(why->kind, ERR_DISK);
    assert_non_null(strstr(why->message, "is damaged"));
    assert_non_null(strstr(why->message, "vqagen salvage"));
}

static void a_changed_reply_is_seen(void **state)
{
    (void)state;
    char *scratch = make_scratch(), text[] = "seven";
    struct store *store = open_store(scratch);
    struct stored_item item = admit(store, "a", 0, "f");
    struct call call = make_call("c", text), *calls;
    size_t count;
    struct error fault = {0};
    expect(store_add_call(store, item.number, &call, &why));
    store = reopened(scratch, store, "UPDATE calls SET text = 'eight'");
    assert_false(store_load_calls(store, item.number, &calls, &count, &fault));
    expect_damage(&fault);
    // Rows of stores that had no sums yet are taken as they are.
    store = reopened(scratch, store, "UPDATE calls SET sum = NULL");
    expect(store_load_calls(store, item.number, &calls, &count, &why));
    assert_string_equal(calls[0].text, "eight");
    call_clear(&calls[0]);
    free(calls);
    store_close(store);
    remove_scratch(scratch);
}

static void a_changed_or_lost_line_is_seen(void **state)
{
    (void)state;
    static const char *const damages[] = {"UPDATE lines SET line = 'M'", "DELETE FROM lines",
                                          "UPDATE items SET state = 1"};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char *scratch = make_scratch();
        struct store *store = open_store(scratch);
        finish(store, admit(store, "a", 0, "f").number, ITEM_REJECTED, "kind", "L");
        store = reopened(scratch, store, damages[i]);
        admit(store, "a", 0, "f");
        struct buffer lines;
        buffer_init(&lines, 1 << 16);
        struct error fault = {0};
        bool good = store_each_line(store, ITEM_ACCEPTED, 0, 9, append_line, &lines, &fault) &&
                    store_each_failure(store, append_line, &lines, &fault);
        assert_false(good);
        expect_damage(&fault);
        buffer_clear(&lines);
        store_close(store);
        remove_scratch(scratch);
    }
}

static void a_state_that_is_none_is_seen(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    finish(store, admit(store, "a", 0, "f").number, ITEM_ACCEPTED, NULL, "L");
    store = reopened(scratch, store, "UPDATE items SET state = 9");
    struct digest digest = digest_of("f", 1);
    struct stored_item item;
    struct error fault = {0};
    assert_false(store_admit_item(store, "a", 0, &digest, &item, &fault));
    expect_damage(&fault);
    store_close(store);
    remove_scratch(scratch);
}

static void a_changed_setting_is_seen(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    const struct store_setting setting = {"seed", "1"};
    expect(store_check_settings(store, &setting, 1, &why));
    store = reopened(scratch, store, "UPDATE settings SET value = '2'");
    struct error fault = {0};
    assert_false(store_check_settings(store, &setting, 1, &fault));
    expect_damage(&fault);
    store_close(store);
    remove_scratch(scratch);
}

// They can be made anew from the image.
static void a_changed_digest_is_forgotten(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct digest digest = digest_of("a", 1), found;
    struct stored_figures figures = {.shorter_px = 480};
    expect(store_put_digest(store, "a.jpg", 5, 6, &digest, &why));
    expect(store_put_figures(store, &digest, &figures, &why));
    assert_true(store_find_digest(store, "a.jpg", 5, 6, &found));
    store = reopened(scratch, store,
                     "UPDATE files SET digest = zeroblob(32);"
                     "UPDATE figures SET contrast = 7");
    assert_false(store_find_digest(store, "a.jpg", 5, 6, &found));
    assert_false(store_find_figures(store, &digest, &figures));
    store_close(store);
    remove_scratch(scratch);
}

static void durable_commits_wait_for_the_disk(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    sqlite3_stmt *statement;
    expect(store_set_durable(store, &why));
    assert_int_equal(
        sqlite3_prepare_v2(store->database, "PRAGMA synchronous", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 2);
    sqlite3_finalize(statement);
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_reply_is_seen),
        cmocka_unit_test(a_changed_or_lost_line_is_seen),
        cmocka_unit_test(a_state_that_is_none_is_seen),
        cmocka_unit_test(a_changed_setting_is_seen),
        cmocka_unit_test(a_changed_digest_is_forgotten),
        cmocka_unit_test(durable_commits_wait_for_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
