#include "stored.h"

#include "store_private.h"

static long long number_in(struct store *store, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(store->database));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    long long number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void add(struct store *store, int64_t item, const char *name, double latency_ms,
                int64_t when_ms, bool replied)
{
    char text[] = "x", endpoint[] = "e";
    struct call call = make_call(name, text);
    call.latency_ms = latency_ms;
    call.when_ms = when_ms;
    call.replied = replied;
    call.endpoint = endpoint;
    call.cost_nano = 5;
    call.image_tokens = 60;
    call.image_estimated = true;
    expect(store_add_call(store, item, &call, &why));
}

static void minutes_add_up_over_openings(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    for (int turn = 0; turn < 2; turn++) {
        struct store *store = open_store(scratch);
        int64_t item = admit(store, "x", 0, "f").number;
        add(store, item, turn == 0 ? "a" : "b", 10, 60000, true);
        add(store, item, turn == 0 ? "c" : "d", 20, 120000, false);
        store_close(store);
    }
    struct store *store = open_store(scratch);
    assert_int_equal(number_in(store, "SELECT replies FROM minutes WHERE minute = 1"), 2);
    assert_int_equal(number_in(store, "SELECT faults FROM minutes WHERE minute = 2"), 2);
    assert_int_equal(number_in(store, "SELECT sum(input_tokens) FROM minutes"), 400);
    assert_int_equal(number_in(store, "SELECT sum(count) FROM latencies"), 2);
    struct store_totals totals;
    expect(store_totals(store, &totals, &why));
    assert_int_equal(totals.cost_nano, 20);
    assert_int_equal(totals.image_tokens, 240);
    assert_int_equal(totals.images_estimated, 240);
    store_close(store);
    remove_scratch(scratch);
}

static void finished_items_are_counted(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    finish(store, admit(store, "x", 0, "f").number, ITEM_ACCEPTED, NULL, "{}");
    finish(store, admit(store, "y", 1, "f").number, ITEM_UNKNOWN, "stalled", "{}");
    expect(store_put_sums(store, &why));
    assert_int_equal(number_in(store, "SELECT sum(accepted) FROM minutes WHERE endpoint = ''"), 1);
    assert_int_equal(number_in(store, "SELECT sum(unknown) FROM minutes"), 1);
    store_close(store);
    remove_scratch(scratch);
}

static void the_slowest_are_kept(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    int64_t item = admit(store, "x", 0, "f").number;
    for (int i = 0; i < 30; i++) { // in no order: 0, 7, 14, 21, 28, 5, ...
        char name[8];
        snprintf(name, sizeof name, "%d", i);
        add(store, item, name, 1 + i * 7 % 30, 60000, true);
    }
    add(store, item, "fault", 99, 60000, false); // no reply: not slow but lost
    store_close(store);
    store = open_store(scratch);
    assert_int_equal(number_in(store, "SELECT count(*) FROM slowest"), STORE_SLOWEST);
    assert_int_equal(number_in(store, "SELECT max(latency_ms) FROM slowest"), 30);
    assert_int_equal(number_in(store, "SELECT min(latency_ms) FROM slowest"), 21);
    add(store, item, "more", 500, 60000, true); // what was kept is known again
    store_close(store);
    store = open_store(scratch);
    assert_int_equal(number_in(store, "SELECT min(latency_ms) FROM slowest"), 22);
    store_close(store);
    remove_scratch(scratch);
}

static void more_endpoints_than_rows_lose_nothing(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    int64_t item = admit(store, "x", 0, "f").number;
    for (int i = 0; i < 40; i++) {
        char name[8];
        snprintf(name, sizeof name, "%d", i);
        add(store, item, name, 5, i * 60000, true);
    }
    store_close(store);
    store = open_store(scratch);
    assert_int_equal(number_in(store, "SELECT sum(replies) FROM minutes"), 40);
    store_close(store);
    remove_scratch(scratch);
}

static void probes_are_remembered(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    assert_false(store_find_probe(store, "e", "m"));
    expect(store_put_probe(store, "e", "m", "seen", &why));
    store_close(store);
    store = open_store(scratch);
    assert_true(store_find_probe(store, "e", "m"));
    assert_false(store_find_probe(store, "e", "other"));
    store_close(store);
    remove_scratch(scratch);
}

static void what_may_have_been_charged_is_kept(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    expect(store_add_cost(store, 7, &why));
    expect(store_begin(store, &why));
    expect(store_add_cost(store, 8, &why));
    expect(store_commit(store, &why));
    store_close(store);
    store = open_store(scratch);
    struct store_totals totals;
    expect(store_totals(store, &totals, &why));
    assert_int_equal(totals.other_nano, 15);
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minutes_add_up_over_openings),
        cmocka_unit_test(finished_items_are_counted),
        cmocka_unit_test(the_slowest_are_kept),
        cmocka_unit_test(more_endpoints_than_rows_lose_nothing),
        cmocka_unit_test(probes_are_remembered),
        cmocka_unit_test(what_may_have_been_charged_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
