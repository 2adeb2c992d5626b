#include "stored.h"

#include "file.h"
#include "store_private.h"

static void run_sql(const char *directory, const char *sql)
{
    sqlite3 *database;
    char *complaint = NULL;
    assert_int_equal(sqlite3_open(in_scratch(directory, "run.db"), &database), SQLITE_OK);
    if (sqlite3_exec(database, sql, NULL, NULL, &complaint) != SQLITE_OK)
        fail_msg("%s", complaint);
    sqlite3_close(database);
}

static long long number_in(const char *directory, const char *sql)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(in_scratch(directory, "run.db"), &database), SQLITE_OK);
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(database));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    long long number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

static char *old_store(void)
{
    char *scratch = make_scratch();
    struct buffer sql;
    struct error why = {0};
    buffer_init(&sql, 1 << 20);
    if (!file_read(TEST_CASES "/store/version-1.sql", &sql, &why))
        fail_msg("%s", why.message);
    run_sql(scratch, buffer_text(&sql));
    buffer_clear(&sql);
    return scratch;
}

static void the_first_version_is_brought_to_todays(void **state)
{
    (void)state;
    char *scratch = old_store();
    struct store *store = open_store(scratch);
    struct store_totals totals;
    expect(store_totals(store, &totals, &why));
    assert_int_equal(totals.calls, 3);
    assert_int_equal(totals.requests, 12);
    assert_int_equal(totals.input_tokens, 150);
    assert_int_equal(totals.cost_nano, 0);
    assert_int_equal(totals.unpriced, 2); // nothing is known of what they cost
    struct call *calls;
    size_t count;
    expect(store_load_calls(store, 1, &calls, &count, &why));
    assert_int_equal(count, 1);
    assert_string_equal(calls[0].text, "seven");
    assert_int_equal(calls[0].cache_write_tokens, -1);
    assert_int_equal(calls[0].image_tokens, -1);
    assert_int_equal(calls[0].cost_nano, -1);
    assert_true(calls[0].first_token_ms < 0);
    call_clear(&calls[0]);
    free(calls);
    store_close(store);
    store_close(open_store(scratch)); // a second time there is nothing to do
    remove_scratch(scratch);
}

static void the_sums_are_made_of_the_calls(void **state)
{
    (void)state;
    char *scratch = old_store();
    store_close(open_store(scratch));
    assert_int_equal(number_in(scratch, "SELECT count(*) FROM minutes"), 2);
    assert_int_equal(number_in(scratch, "SELECT replies FROM minutes WHERE minute = 1"), 2);
    assert_int_equal(number_in(scratch, "SELECT requests FROM minutes WHERE minute = 1"), 3);
    assert_int_equal(number_in(scratch, "SELECT latency_us FROM minutes WHERE minute = 1"),
                     1250000);
    assert_int_equal(number_in(scratch, "SELECT faults FROM minutes WHERE minute = 2"), 1);
    assert_int_equal(number_in(scratch, "SELECT sum(count) FROM latencies"), 2);
    // The migration counts in SQL; it must use the buckets that everything else uses.
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT count FROM latencies WHERE bucket = %u",
             histogram_bucket(250));
    assert_int_equal(number_in(scratch, sql), 1);
    assert_int_equal(number_in(scratch, "SELECT item FROM slowest WHERE latency_ms = 1000"), 2);
    assert_int_equal(number_in(scratch, "SELECT count(*) FROM items WHERE topic = 'counting'"), 1);
    assert_int_equal(number_in(scratch, "SELECT count(*) FROM items WHERE topic IS NULL"), 2);
    remove_scratch(scratch);
}

// Whatever the steps find amiss, the old store is as it was.
static void a_migration_that_fails_never_began(void **state)
{
    (void)state;
    char *scratch = old_store();
    run_sql(scratch, "CREATE TABLE probes (mine)");
    struct error why = {0};
    assert_null(store_open(scratch, &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "from version 1"));
    assert_int_equal(number_in(scratch, "PRAGMA user_version"), 1);
    assert_int_equal(number_in(scratch, "SELECT count(*) FROM pragma_table_info('calls')"), 22);
    remove_scratch(scratch);
}

static void old_and_new_stores_have_the_same_tables(void **state)
{
    (void)state;
    static const char sql[] = "SELECT count(*) FROM sqlite_schema s, pragma_table_info(s.name)";
    char *old = old_store(), *fresh = make_scratch();
    store_close(open_store(old));
    store_close(open_store(fresh));
    assert_int_equal(number_in(old, sql), number_in(fresh, sql));
    assert_int_equal(number_in(old, "PRAGMA user_version"),
                     number_in(fresh, "PRAGMA user_version"));
    remove_scratch(old);
    remove_scratch(fresh);
}

// Version 8 had no stretches: the first run that goes on reads everything, and notes them.
static void a_store_without_stretches_gets_them(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    finish(store, admit(store, "a", 0, "f").number, ITEM_ACCEPTED, NULL, "{}");
    store_close(store);
    run_sql(scratch, "DROP TABLE stretches; PRAGMA user_version = 8");
    store = open_store(scratch);
    struct stored_item item = admit(store, "a", 0, "f");
    assert_int_equal(item.state, ITEM_ACCEPTED);
    store_close(store);
    assert_int_equal(number_in(scratch, "PRAGMA user_version"), 9);
    assert_int_equal(number_in(scratch, "SELECT count(*) FROM stretches"), 0);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_version_is_brought_to_todays),
        cmocka_unit_test(the_sums_are_made_of_the_calls),
        cmocka_unit_test(a_migration_that_fails_never_began),
        cmocka_unit_test(old_and_new_stores_have_the_same_tables),
        cmocka_unit_test(a_store_without_stretches_gets_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
