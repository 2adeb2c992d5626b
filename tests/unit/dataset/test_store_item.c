#include "stored.h"

static void stays_finished_while_nothing_changes(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct stored_item a = admit(store, "a", 0, "f"), b = admit(store, "b", 1, "f");
    assert_int_equal(b.number, a.number + 1);
    struct call call = make_call("k", NULL);
    expect(store_add_call(store, a.number, &call, &why));
    finish(store, a.number, ITEM_REJECTED, "question.one_line", "line a");
    finish(store, b.number, ITEM_UNKNOWN, "stalled", "line b");
    store_close(store);

    store = open_store(scratch);
    assert_int_equal(admit(store, "a", 0, "f").state, ITEM_REJECTED);
    // Another fingerprint opens it again; its calls are kept.
    struct stored_item again = admit(store, "a", 0, "g");
    assert_int_equal(again.state, ITEM_OPEN);
    assert_int_equal(again.number, a.number);
    assert_int_equal(admit(store, "a", 0, "g").state, ITEM_OPEN);
    struct call *calls;
    size_t count;
    expect(store_load_calls(store, a.number, &calls, &count, &why));
    assert_int_equal(count, 1);
    call_clear(&calls[0]);
    free(calls);
    store_close(store);

    store = open_store(scratch);
    assert_int_equal(admit(store, "a", 0, "g").state, ITEM_OPEN);
    assert_int_equal(admit(store, "b", 1, "f").state, ITEM_UNKNOWN);
    store_close(store);
    remove_scratch(scratch);
}

static void opens_again_for_a_retry(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    struct stored_item item = admit(store, "a", 0, "f");
    assert_int_equal(item.round, 0);
    finish(store, item.number, ITEM_UNKNOWN, "stalled", "line");
    expect(store_retry_item(store, item.number, 1, &why));
    item = admit(store, "a", 0, "f");
    assert_int_equal(item.state, ITEM_OPEN);
    assert_int_equal(item.round, 1);
    struct error refusal = {0};
    assert_false(store_retry_item(store, 99, 1, &refusal));
    assert_int_equal(refusal.kind, ERR_INTERNAL);
    error_clear(&refusal);
    assert_false(store_finish_item(store, 99, ITEM_ACCEPTED, NULL, NULL, "x", &refusal));
    assert_int_equal(refusal.kind, ERR_INTERNAL);
    store_close(store);
    remove_scratch(scratch);
}

static long long count_of(const struct store_count *counts, size_t length, enum item_state state,
                          const char *kind)
{
    for (size_t i = 0; i < length; i++)
        if (counts[i].state == state && (kind == NULL) == (counts[i].kind == NULL) &&
            (kind == NULL || strcmp(kind, counts[i].kind) == 0))
            return counts[i].count;
    return 0;
}

static void counts_the_current_input(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    static const struct {
        enum item_state state;
        const char *kind;
    } ends[] = {{ITEM_ACCEPTED, NULL},  {ITEM_ACCEPTED, NULL},   {ITEM_REJECTED, "rule"},
                {ITEM_UNKNOWN, "rule"}, {ITEM_UNKNOWN, "stall"}, {ITEM_UNKNOWN, "stall"},
                {ITEM_OPEN, NULL}};
    char id[] = "a";
    for (int i = 0; i < 7; i++, id[0]++) {
        struct stored_item item = admit(store, id, i, "f");
        if (ends[i].state != ITEM_OPEN)
            finish(store, item.number, ends[i].state, ends[i].kind, "line");
    }
    for (int reopened = 0; reopened < 2; reopened++) {
        struct store_count *counts;
        size_t length;
        expect(store_count_items(store, &counts, &length, &why));
        assert_int_equal(length, reopened ? 2 : 5);
        assert_int_equal(count_of(counts, length, ITEM_ACCEPTED, NULL), reopened ? 1 : 2);
        assert_int_equal(count_of(counts, length, ITEM_REJECTED, "rule"), reopened ? 0 : 1);
        assert_int_equal(count_of(counts, length, ITEM_UNKNOWN, "rule"), reopened ? 0 : 1);
        assert_int_equal(count_of(counts, length, ITEM_UNKNOWN, "stall"), reopened ? 1 : 2);
        assert_int_equal(count_of(counts, length, ITEM_OPEN, NULL), reopened ? 0 : 1);
        for (size_t i = 0; i < length; i++)
            free(counts[i].kind);
        free(counts);
        store_close(store);
        store = open_store(scratch);
        admit(store, "b", 0, "f"); // an input with two of the seven items left
        admit(store, "e", 1, "f");
    }
    store_close(store);
    remove_scratch(scratch);
}

static void names_states(void **state)
{
    (void)state;
    assert_string_equal(item_state_name(ITEM_OPEN), "open");
    assert_string_equal(item_state_name(ITEM_ACCEPTED), "accepted");
    assert_string_equal(item_state_name(ITEM_REJECTED), "rejected");
    assert_string_equal(item_state_name(ITEM_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_finished_while_nothing_changes),
        cmocka_unit_test(opens_again_for_a_retry),
        cmocka_unit_test(counts_the_current_input),
        cmocka_unit_test(names_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
