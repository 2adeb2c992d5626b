#include "stored.h"

#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>

static char *scratch, *path;

static int set_up(void **state)
{
    (void)state;
    scratch = make_scratch();
    path = file_join(scratch, "dataset.jsonl");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(path);
    remove_scratch(scratch);
    return 0;
}

static void write_output(const char *text)
{
    expect(file_write(path, text, strlen(text), &why));
}

// A store with two finished items whose output is noted.
static struct store *noted_store(void)
{
    struct store *store = open_store(scratch);
    assert_false(store_output_stands(store, path));
    finish(store, admit(store, "a", 0, "f").number, ITEM_ACCEPTED, NULL, "{}");
    finish(store, admit(store, "b", 1, "f").number, ITEM_REJECTED, "x", "{}");
    assert_true(store_items_changed(store));
    write_output("{}\n");
    expect(store_note_output(store, path, &why));
    assert_false(store_items_changed(store));
    return store;
}

static void stands_while_nothing_changes(void **state)
{
    (void)state;
    store_close(noted_store());
    struct store *store = open_store(scratch);
    assert_true(store_output_stands(store, path));
    admit(store, "a", 0, "f");
    admit(store, "b", 1, "f");
    expect(store_end_input(store, &why));
    assert_false(store_items_changed(store));
    assert_true(store_output_stands(store, path));
    store_close(store);
}

static void falls_with_the_file(void **state)
{
    (void)state;
    struct store *store = noted_store();
    write_output("{}\n\n");
    assert_false(store_output_stands(store, path));
    write_output("{}\n");
    assert_false(store_output_stands(store, path)); // written at another time
    expect(store_note_output(store, path, &why));
    assert_true(store_output_stands(store, path));
    struct stat before;
    assert_int_equal(stat(path, &before), 0);
    write_output("[]\n"); // of the same size, and the time set back
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_false(store_output_stands(store, path));
    remove(path);
    assert_false(store_output_stands(store, path));
    expect(store_note_output(store, "/dev/null", &why)); // no file: nothing is noted
    assert_false(store_output_stands(store, "/dev/null"));
    store_close(store);
}

enum change { ADDED, MOVED, OTHER, RETRIED, FINISHED, GONE, CHANGES };

static void make_change(struct store *store, enum change change)
{
    struct stored_item a = admit(store, "a", 0, change == OTHER ? "g" : "f");
    if (change == MOVED)
        admit(store, "b", 2, "f");
    else if (change != GONE)
        admit(store, "b", 1, "f");
    if (change == ADDED)
        admit(store, "c", 2, "f");
    if (change == RETRIED)
        expect(store_retry_item(store, a.number, 1, &why));
    if (change == FINISHED)
        finish(store, a.number, ITEM_ACCEPTED, NULL, "{\"b\":1}");
    expect(store_end_input(store, &why));
}

static void falls_with_every_change_of_an_item(void **state)
{
    (void)state;
    for (int change = 0; change < CHANGES; change++) {
        struct store *store = noted_store();
        store_close(store);
        store = open_store(scratch);
        make_change(store, (enum change)change);
        assert_true(store_items_changed(store));
        store_close(store);
        store = open_store(scratch);
        assert_false(store_output_stands(store, path));
        store_close(store);
        tear_down(NULL);
        set_up(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stands_while_nothing_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(falls_with_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(falls_with_every_change_of_an_item, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
