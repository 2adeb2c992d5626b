#include "stored.h"

#include "store_reading.h"

#include <sys/stat.h>

static bool append_failed(void *context, enum item_state state, const char *line, size_t length,
                          struct error *why)
{
    (void)why;
    buffer_append_format(context, "%s ", item_state_name(state));
    buffer_append(context, line, length);
    return buffer_append_char(context, ';');
}

static void expect_failed(struct store *store, const char *expected)
{
    struct buffer lines;
    buffer_init(&lines, 1 << 16);
    expect(store_each_failed(store, append_failed, &lines, &why));
    assert_string_equal(buffer_text(&lines), expected);
    buffer_clear(&lines);
}

static struct store *open_reading(const char *directory)
{
    struct error why = {0};
    struct store *store = store_open_reading(directory, &why);
    if (store == NULL)
        fail_msg("%s", why.message);
    return store;
}

static void fill(struct store *store)
{
    expect(store_begin(store, &why));
    static const char *const ids[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        admit(store, ids[i], i, "f");
    finish(store, 1, ITEM_ACCEPTED, NULL, "{1}");
    finish(store, 2, ITEM_UNKNOWN, "server_error", "{2}");
    finish(store, 3, ITEM_REJECTED, "answer.empty", "{3}");
    char text[] = "reply";
    struct call call = make_call("call", text);
    expect(store_add_call(store, 2, &call, &why));
    expect(store_commit(store, &why));
}

static void check(struct store *store)
{
    struct stored_item item;
    long long open = -1;
    expect_failed(store, "unknown {2};rejected {3};");
    expect(store_count_open(store, &open, &why));
    assert_int_equal(open, 1);
    assert_int_equal(store_find_item(store, "b", &item, NULL), 1);
    assert_int_equal(item.number, 2);
    assert_int_equal(item.state, ITEM_UNKNOWN);
    assert_int_equal(store_find_item(store, "nobody", &item, NULL), 0);
    struct call *calls;
    size_t count;
    expect(store_load_calls(store, 2, &calls, &count, &why));
    assert_int_equal(count, 1);
    assert_string_equal(calls[0].text, "reply");
    call_clear(&calls[0]);
    free(calls);
}

static unsigned files_in(const char *directory)
{
    unsigned found = 0;
    static const char *const names[] = {"run.db", "run.db-wal", "run.db-shm", "run.lock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found += access(in_scratch(directory, names[i]), F_OK) == 0 ? 1u << i : 0;
    return found;
}

static void reads_a_finished_run_and_leaves_nothing(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    fill(store);
    store_close(store);
    unsigned before = files_in(scratch);
    store = open_reading(scratch);
    check(store);
    store_close(store);
    assert_int_equal(files_in(scratch), before);
    remove_scratch(scratch);
}

static void reads_while_a_run_is_at_work(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *run = open_store(scratch);
    fill(run);
    struct store *store = open_reading(scratch);
    check(store);
    store_close(store);
    expect(store_begin(run, &why)); // the run goes on
    finish(run, 4, ITEM_UNKNOWN, "timeout", "{4}");
    expect(store_commit(run, &why));
    store_close(run);
    remove_scratch(scratch);
}

static void refuses_what_is_no_run(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct error why = {0};
    assert_null(store_open_reading(scratch, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, "holds no run"));
    FILE *file = fopen(in_scratch(scratch, "run.db"), "w");
    fputs("not a database, not a database, not a database", file);
    fclose(file);
    error_clear(&why);
    assert_null(store_open_reading(scratch, &why));
    assert_true(why.kind == ERR_DISK || why.kind == ERR_INPUT);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_finished_run_and_leaves_nothing),
        cmocka_unit_test(reads_while_a_run_is_at_work),
        cmocka_unit_test(refuses_what_is_no_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
