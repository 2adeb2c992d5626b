#include "stored.h"

#include "store_row.h"

static void takes_rows_with_lines_calls_and_files(void **state)
{
    (void)state;
    char *scratch = make_scratch(), *other = make_scratch();
    struct store *from = open_store(scratch), *to = open_store(other);
    char text[] = "reply";
    // Out of order, and one that is left out of the input.
    struct stored_item late = admit(from, "late", 4, "f"), early = admit(from, "early", 1, "g");
    struct stored_item gone = admit(from, "gone", 2, "h");
    finish(from, gone.number, ITEM_ACCEPTED, NULL, "G");
    finish(from, late.number, ITEM_ACCEPTED, NULL, "L");
    finish(from, early.number, ITEM_REJECTED, "kind", "E");
    struct call call = make_call("c", text);
    expect(store_add_call(from, late.number, &call, &why));
    expect(store_put_digest(from, "a.jpg", 5, 6, &call.key, &why));
    store_close(from);
    from = open_store(scratch);
    admit(from, "early", 1, "g");
    admit(from, "late", 4, "f");
    expect(store_end_input(from, &why));

    struct error fault = {0};
    struct store_row row;
    assert_int_equal(store_next_row(from, &row, &fault), 1);
    assert_string_equal(row.id, "early");
    assert_string_equal(row.kind, "kind");
    assert_int_equal(row.state, ITEM_REJECTED);
    expect(store_take_row(to, &row, from, &why));
    assert_int_equal(store_next_row(from, &row, &fault), 1);
    assert_string_equal(row.id, "late");
    assert_int_equal(row.place, 4);
    expect(store_take_row(to, &row, from, &why));
    assert_int_equal(store_next_row(from, &row, &fault), 0);
    expect(store_take_files(to, from, &why));

    expect_lines(to, ITEM_ACCEPTED, 0, 10, "L\n");
    expect_lines(to, ITEM_REJECTED, 0, 10, "E\n");
    struct call *calls;
    size_t count;
    expect(store_load_calls(to, 2, &calls, &count, &why));
    assert_int_equal(count, 1);
    assert_string_equal(calls[0].text, "reply");
    assert_int_equal(calls[0].when_ms, call.when_ms);
    call_clear(&calls[0]);
    free(calls);
    struct digest digest;
    assert_true(store_find_digest(to, "a.jpg", 5, 6, &digest));
    assert_true(digest_equal(&digest, &call.key));
    store_close(from);
    store_close(to);
    remove_scratch(scratch);
    remove_scratch(other);
}

static void adds_totals_once(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct store_totals totals = {.calls = 3, .requests = 5, .output_tokens = 70}, sum;
    expect(store_add_totals(store, &totals, &why));
    expect(store_add_totals(store, &totals, &why));
    store_close(store);
    store = open_store(scratch);
    expect(store_totals(store, &sum, &why));
    assert_int_equal(sum.calls, 6);
    assert_int_equal(sum.requests, 10);
    assert_int_equal(sum.output_tokens, 140);
    store_close(store);
    remove_scratch(scratch);
}

static bool count_setting(void *context, const char *name, const char *value, struct error *why)
{
    (void)why;
    if (strcmp(name, "a") == 0)
        assert_string_equal(value, "1");
    ++*(int *)context;
    return true;
}

static void gives_its_settings(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    const struct store_setting settings[] = {{"a", "1"}, {"b", "2"}};
    int count = 0;
    expect(store_check_settings(store, settings, 2, &why));
    expect(store_each_setting(store, count_setting, &count, &why));
    assert_int_equal(count, 2);
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_rows_with_lines_calls_and_files),
        cmocka_unit_test(adds_totals_once),
        cmocka_unit_test(gives_its_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
