#include "output.h"

#include "../dataset/stored.h"
#include "file.h"

#include <sys/stat.h>

static char *scratch;
static struct store *store;
static struct output output;

static int set_up(void **state)
{
    (void)state;
    scratch = make_scratch();
    store = open_store(scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    remove_scratch(scratch);
    return 0;
}

static void add(const char *id, int64_t place, enum item_state end, const char *line)
{
    struct stored_item item = admit(store, id, place, "f");
    if (item.state == ITEM_OPEN && end != ITEM_OPEN)
        finish(store, item.number, end, end == ITEM_ACCEPTED ? NULL : "kind", line);
}

static bool is_there(const char *name)
{
    return access(in_scratch(scratch, name), F_OK) == 0;
}

static void expect_text(const char *name, const char *text)
{
    struct buffer bytes;
    buffer_init(&bytes, 1 << 20);
    expect(file_read(in_scratch(scratch, name), &bytes, &why));
    assert_string_equal(buffer_text(&bytes), text);
    buffer_clear(&bytes);
}

static void open_output(void)
{
    expect(output_open(&output, scratch, store, &why));
}

static void reopen(void)
{
    store_close(store);
    store = open_store(scratch);
}

static void open_again(void)
{
    reopen();
    open_output();
}

// Two accepted items and a rejected one, written and noted.
static void complete(void)
{
    open_output();
    add("a", 0, ITEM_ACCEPTED, "{\"a\":1}");
    add("b", 1, ITEM_REJECTED, "{\"b\":1}");
    add("c", 2, ITEM_ACCEPTED, "{\"c\":1}");
    expect(output_complete(&output, store, 3, &why));
    output_close(&output);
}

// What a file's content, place or time of change would tell of a second writing.
static struct stat facts_of(const char *name)
{
    struct stat facts;
    assert_int_equal(stat(in_scratch(scratch, name), &facts), 0);
    return facts;
}

static void expect_untouched(const struct stat *before, const char *name)
{
    struct stat now = facts_of(name);
    assert_int_equal(now.st_ino, before->st_ino);
    assert_int_equal(now.st_mtim.tv_sec, before->st_mtim.tv_sec);
    assert_int_equal(now.st_mtim.tv_nsec, before->st_mtim.tv_nsec);
}

static void the_part_grows_by_what_is_final(void **state)
{
    (void)state;
    open_output();
    expect_text("dataset.jsonl.part", "");
    add("a", 0, ITEM_ACCEPTED, "{\"a\":1}");
    add("b", 1, ITEM_REJECTED, "{\"b\":1}");
    expect(output_extend(&output, store, 2, &why));
    expect_text("dataset.jsonl.part", "{\"a\":1}\n");
    add("c", 2, ITEM_ACCEPTED, "{\"c\":1}");
    add("d", 3, ITEM_ACCEPTED, "{\"d\":1}");
    expect(output_extend(&output, store, 3, &why));
    expect_text("dataset.jsonl.part", "{\"a\":1}\n{\"c\":1}\n");
    assert_false(is_there("dataset.jsonl"));
    expect(output_complete(&output, store, 4, &why));
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n{\"d\":1}\n");
    expect_text("failures.jsonl", "{\"b\":1}\n");
    assert_false(is_there("dataset.jsonl.part"));
    output_close(&output);
}

static void files_that_stand_are_left_alone(void **state)
{
    (void)state;
    complete();
    struct stat dataset = facts_of("dataset.jsonl"), failures = facts_of("failures.jsonl");
    open_again();
    assert_false(is_there("dataset.jsonl.part")); // not even begun
    output_close(&output);
    complete();
    expect_untouched(&dataset, "dataset.jsonl");
    expect_untouched(&failures, "failures.jsonl");
    assert_false(is_there("dataset.jsonl.part"));
}

// A run that found the disk full, for one, leaves its part behind.
static void a_part_left_behind_goes_when_the_files_stand(void **state)
{
    (void)state;
    complete();
    put_text(in_scratch(scratch, "dataset.jsonl.part"), "{\"a\"");
    open_again();
    expect(output_complete(&output, store, 3, &why));
    output_close(&output);
    assert_false(is_there("dataset.jsonl.part"));
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n");
}

// The places before the change are no longer in memory by then, and come from the store.
static void the_part_begins_with_the_first_change(void **state)
{
    (void)state;
    complete();
    open_again();
    add("a", 0, ITEM_ACCEPTED, "");
    expect(output_extend(&output, store, 1, &why));
    assert_false(is_there("dataset.jsonl.part"));
    add("b", 1, ITEM_REJECTED, "");
    add("c", 2, ITEM_ACCEPTED, "");
    add("d", 3, ITEM_ACCEPTED, "{\"d\":1}");
    expect(output_extend(&output, store, 4, &why));
    expect_text("dataset.jsonl.part", "{\"a\":1}\n{\"c\":1}\n{\"d\":1}\n");
    expect(output_complete(&output, store, 4, &why));
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n{\"d\":1}\n");
    output_close(&output);
}

static void a_file_that_is_gone_or_edited_is_written_again(void **state)
{
    (void)state;
    complete();
    remove(in_scratch(scratch, "failures.jsonl"));
    reopen();
    complete();
    expect_text("failures.jsonl", "{\"b\":1}\n");
    put_text(in_scratch(scratch, "dataset.jsonl"), "edited");
    reopen();
    complete();
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n");
}

static void an_early_end_keeps_the_older_dataset(void **state)
{
    (void)state;
    complete();
    open_again();
    add("a", 0, ITEM_ACCEPTED, "");
    add("e", 1, ITEM_OPEN, NULL);
    add("d", 2, ITEM_ACCEPTED, "{\"d\":1}");
    expect(output_extend(&output, store, 1, &why)); // what the part holds already comes once
    expect(output_incomplete(&output, store, 3, &why));
    output_close(&output);
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n");
    expect_text("dataset.jsonl.part", "{\"a\":1}\n{\"d\":1}\n");
    open_again(); // the next run begins its own
    expect_text("dataset.jsonl.part", "");
    output_close(&output);
}

// Nothing changed, but the input was not gone over to its end: what was seen of it is in the part.
static void an_early_end_without_a_change_leaves_all_as_it_is(void **state)
{
    (void)state;
    complete();
    open_again();
    add("a", 0, ITEM_ACCEPTED, "");
    expect(output_incomplete(&output, store, 1, &why));
    output_close(&output);
    assert_false(is_there("dataset.jsonl.part"));
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n");
    reopen();
    complete();
    assert_false(is_there("dataset.jsonl.part"));
    expect_text("dataset.jsonl", "{\"a\":1}\n{\"c\":1}\n");
    expect_text("failures.jsonl", "{\"b\":1}\n");
}

static void a_disk_that_takes_nothing_is_told(void **state)
{
    (void)state;
    struct error fault = {0};
    mkdir(in_scratch(scratch, "dataset.jsonl.part"), 0700);
    assert_false(output_open(&output, scratch, store, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    assert_non_null(strstr(fault.message, "dataset.jsonl.part"));
    output_close(&output);
    rmdir(in_scratch(scratch, "dataset.jsonl.part"));
    assert_int_equal(symlink("/dev/full", in_scratch(scratch, "dataset.jsonl.part")), 0);
    error_clear(&fault);
    open_output();
    add("a", 0, ITEM_ACCEPTED, "{\"a\":1}");
    assert_false(output_extend(&output, store, 1, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    assert_non_null(strstr(fault.message, "No space left"));
    output_close(&output);
    remove(in_scratch(scratch, "dataset.jsonl.part"));
    assert_int_equal(symlink("/dev/full", in_scratch(scratch, "failures.jsonl")), 0);
    error_clear(&fault);
    open_output();
    add("b", 1, ITEM_REJECTED, "{\"b\":1}");
    assert_false(output_complete(&output, store, 2, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    assert_false(is_there("dataset.jsonl")); // nothing that is not whole
    output_close(&output);
}

// A line that is longer than any room before the disk.
static char *long_line(void)
{
    enum { LENGTH = 1 << 20 };
    char *line = malloc(LENGTH + 1);
    memset(line, 'x', LENGTH);
    line[LENGTH] = '\0';
    return line;
}

static void a_line_that_does_not_fit_is_told(void **state)
{
    (void)state;
    struct error fault = {0};
    char *line = long_line();
    assert_int_equal(symlink("/dev/full", in_scratch(scratch, "dataset.jsonl.part")), 0);
    open_output();
    add("a", 0, ITEM_ACCEPTED, line);
    assert_false(output_extend(&output, store, 1, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    error_clear(&fault);
    assert_false(output_complete(&output, store, 1, &fault));
    assert_false(output_incomplete(&output, store, 1, &fault));
    output_close(&output);
    remove(in_scratch(scratch, "dataset.jsonl.part"));
    assert_int_equal(symlink("/dev/full", in_scratch(scratch, "failures.jsonl")), 0);
    open_output();
    add("b", 1, ITEM_REJECTED, line);
    error_clear(&fault);
    assert_false(output_complete(&output, store, 2, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    output_close(&output);
    remove(in_scratch(scratch, "failures.jsonl"));
    mkdir(in_scratch(scratch, "failures.jsonl.tmp"), 0700);
    open_output();
    error_clear(&fault);
    assert_false(output_complete(&output, store, 2, &fault));
    assert_non_null(strstr(fault.message, "failures.jsonl"));
    output_close(&output);
    assert_false(is_there("dataset.jsonl"));
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_part_grows_by_what_is_final, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_that_stand_are_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_part_left_behind_goes_when_the_files_stand, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_part_begins_with_the_first_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_gone_or_edited_is_written_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_early_end_keeps_the_older_dataset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_early_end_without_a_change_leaves_all_as_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_disk_that_takes_nothing_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_does_not_fit_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
