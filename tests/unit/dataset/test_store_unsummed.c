#include "stored.h"

#include "census.h"
#include "file.h"
#include "store_private.h"
#include "store_reading.h"

static void add(struct store *store, int64_t item, const char *name, double latency_ms)
{
    char text[] = "x", endpoint[] = "e";
    struct call call = make_call(name, text);
    call.latency_ms = latency_ms;
    call.when_ms = 60000;
    call.endpoint = endpoint;
    expect(store_begin(store, &why));
    expect(store_add_call(store, item, &call, &why));
    expect(store_commit(store, &why));
}

// What kill -9 leaves of an open store: its files as they are.
static char *leave(const char *directory)
{
    char *left = make_scratch();
    static const char *const names[] = {"run.db", "run.db-wal"};
    for (size_t i = 0; i < 2; i++) {
        char *from = strdup(in_scratch(directory, names[i]));
        expect(file_copy(from, in_scratch(left, names[i]), &why));
        free(from);
    }
    return left;
}

static void expect_census(struct store *store, long long replies, double slowest_ms)
{
    struct census census;
    expect(census_take(store, &census, &why));
    long long latencies = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        latencies += census.latencies[i];
    assert_int_equal(census.totals.replies, replies);
    assert_int_equal(latencies, replies);
    assert_int_equal(census.endpoints.count, 1);
    assert_int_equal(census.endpoints.list[0].replies, replies);
    assert_int_equal(census.slow_count, replies);
    assert_true(census.slowest[0].latency_ms == slowest_ms);
    long long items = 0, in_minutes = 0;
    for (size_t i = 0; i < census.minutes.count; i++) {
        in_minutes += census.minutes.list[i].replies;
        items += census.minutes.list[i].items;
    }
    assert_int_equal(in_minutes, replies);
    assert_int_equal(items, census.by_state[ITEM_ACCEPTED]);
    census_clear(&census);
}

static void expect_read(const char *directory, long long replies, double slowest_ms)
{
    struct error why = {0};
    struct store *store = store_open_reading(directory, &why);
    if (store == NULL)
        fail_msg("%s", why.message);
    expect_census(store, replies, slowest_ms);
    store_close(store);
}

// The first commit writes the rows, those within the next second only the value.
static void a_kill_takes_nothing_of_the_sums(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    int64_t item = admit(store, "x", 0, "f").number;
    add(store, item, "a", 10);
    store->sums.written_ms = INT64_MAX / 2; // the second does not end
    add(store, item, "b", 30);
    add(store, item, "c", 20);
    expect(store_begin(store, &why));
    finish(store, item, ITEM_ACCEPTED, NULL, "{}");
    expect(store_commit(store, &why));
    char *left = leave(scratch);
    expect_read(left, 3, 30); // killed, and only looked at
    expect_read(left, 3, 30);
    store_close(open_store(left)); // and gone on with
    expect_read(left, 3, 30);
    store_close(open_store(left)); // added once only
    expect_read(left, 3, 30);
    store_close(store);
    expect_read(scratch, 3, 30);
    remove_scratch(left);
    remove_scratch(scratch);
}

static void what_fits_no_build_is_passed_over(void **state)
{
    (void)state;
    struct store_sums sums = {.changed = true, .minute_count = 1, .slow_count = 1};
    sums.latencies[7] = 3;
    sums.slow_changed = true;
    struct buffer packed = {0};
    store_pack_sums(&sums, &packed);
    struct store_sums read = {0};
    assert_true(store_unpack_sums(packed.data, packed.length, &read));
    assert_int_equal(read.latencies[7], 3);
    assert_int_equal(read.minute_count, 1);
    assert_true(read.slow_changed);
    for (size_t length = 0; length < packed.length; length++)
        assert_false(store_unpack_sums(packed.data, length, &read));
    packed.data[0] ^= 1; // the size of a row
    assert_false(store_unpack_sums(packed.data, packed.length, &read));
    packed.data[0] ^= 1;
    packed.data[11] = 1; // 16 million rows
    assert_false(store_unpack_sums(packed.data, packed.length, &read));
    sums.changed = false;
    store_pack_sums(&sums, &packed);
    assert_int_equal(packed.length, 0);
    buffer_clear(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_takes_nothing_of_the_sums),
        cmocka_unit_test(what_fits_no_build_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
