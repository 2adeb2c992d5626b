#include "stored.h"

#include "census.h"
#include "lock.h"
#include "store_reading.h"

#include <sqlite3.h>

static void end(struct store *store, int64_t place, const char *id, enum item_state state,
                const char *kind, const char *topic)
{
    int64_t number = admit(store, id, place, "f").number;
    expect(store_finish_item(store, number, state, kind, topic, "{}", &why));
}

static struct census census_of(const char *directory)
{
    struct error why = {0};
    struct census census;
    struct store *store = store_open_reading(directory, &why);
    if (store == NULL || !census_take(store, &census, &why))
        fail_msg("%s", why.message);
    store_close(store);
    return census;
}

static void fill(struct store *store)
{
    char text[] = "x", endpoint[] = "e";
    end(store, 0, "a", ITEM_ACCEPTED, NULL, "counting");
    end(store, 1, "b", ITEM_ACCEPTED, NULL, "counting");
    end(store, 2, "c", ITEM_REJECTED, "blank_answer", "position");
    end(store, 3, "d", ITEM_UNKNOWN, "stalled", NULL);
    int64_t open = admit(store, "e", 4, "f").number;
    struct call call = make_call("one", text);
    call.endpoint = endpoint;
    call.latency_ms = 100;
    call.cost_nano = 5;
    expect(store_add_call(store, open, &call, &why));
    expect(store_put_probe(store, "e", "m", "seen", &why));
    expect(store_put_lessons(store, "e", "m", "1", "no_temperature", &why));
}

static void everything_is_counted(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    fill(store);
    store_close(store);
    struct census census = census_of(scratch);
    assert_int_equal(census.items, 5);
    assert_int_equal(census.by_state[ITEM_ACCEPTED], 2);
    assert_int_equal(census.by_state[ITEM_OPEN], 1);
    assert_int_equal(census.topics.count, 3); // "-" for the one without
    assert_string_equal(census.topics.list[0].name, "counting");
    assert_int_equal(census.topics.list[0].by_state[ITEM_ACCEPTED], 2);
    assert_int_equal(census.kinds.count, 2);
    assert_string_equal(census.kinds.list[0].name, "blank_answer");
    assert_int_equal(census.totals.calls, 1);
    assert_int_equal(census.totals.cost_nano, 5);
    assert_int_equal(census.endpoints.count, 1);
    assert_int_equal(census.endpoints.list[0].replies, 1);
    assert_int_equal(census.latencies[histogram_bucket(100)], 1);
    assert_int_equal(census.slow_count, 1);
    assert_string_equal(census.slowest[0].item, "e");
    assert_string_equal(census.lessons[0], "e, m: no_temperature");
    assert_string_equal(census.probes[0], "e, m: seen");
    census_clear(&census);
    remove_scratch(scratch);
}

static void a_store_in_use_is_counted_too(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    expect(store_begin(store, &why));
    fill(store);
    assert_int_equal(census_of(scratch).items, 0); // nothing is committed yet
    expect(store_commit(store, &why));
    struct census census = census_of(scratch);
    assert_int_equal(census.items, 5);
    census_clear(&census);
    end(store, 5, "later", ITEM_ACCEPTED, NULL, NULL); // the writer was not held up
    store_close(store);
    remove_scratch(scratch);
}

static void an_empty_store_is_one(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    store_close(open_store(scratch));
    struct census census = census_of(scratch);
    assert_int_equal(census.items, 0);
    assert_int_equal(census.topics.count + census.kinds.count + census.minutes.count, 0);
    census_clear(&census);
    remove_scratch(scratch);
}

static void an_older_store_is_refused_with_words(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    store_close(open_store(scratch));
    sqlite3 *database;
    assert_int_equal(sqlite3_open(in_scratch(scratch, "run.db"), &database), SQLITE_OK);
    sqlite3_exec(database, "PRAGMA user_version = 1", NULL, NULL, NULL);
    sqlite3_close(database);
    struct error why = {0};
    struct census census;
    struct store *store = store_open_reading(scratch, &why);
    assert_non_null(store);
    assert_false(census_take(store, &census, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, "the next generate"));
    store_close(store);
    remove_scratch(scratch);
}

static void who_is_at_work_is_known(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    assert_int_equal(lock_holder(scratch), 0);
    struct store *store = open_store(scratch);
    assert_int_equal(lock_holder(scratch), getpid());
    store_close(store);
    assert_int_equal(lock_holder(scratch), 0);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_counted),
        cmocka_unit_test(a_store_in_use_is_counted_too),
        cmocka_unit_test(an_empty_store_is_one),
        cmocka_unit_test(an_older_store_is_refused_with_words),
        cmocka_unit_test(who_is_at_work_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
