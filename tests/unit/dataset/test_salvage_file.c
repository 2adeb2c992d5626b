#include "stored.h"

#include "salvage_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { PAGE = 8192 };

static char *from, *to;

// A folder with a damaged database of that many bytes, and one with a new store.
static void set_up_with(size_t length)
{
    unsigned char *damaged = malloc(length + 1);
    unsigned char page[PAGE];
    from = make_scratch();
    to = make_scratch();
    memset(damaged, 0xa5, length);
    put_file(in_scratch(from, "run.db"), damaged, length);
    memset(page, 0x11, sizeof page);
    put_file(in_scratch(to, "run.db"), page, sizeof page);
    free(damaged);
}

static int tear_down(void **state)
{
    (void)state;
    remove_scratch(from);
    remove_scratch(to);
    return 0;
}

static bool is_there(const char *name)
{
    return access(in_scratch(to, name), F_OK) == 0;
}

static size_t read_copy(unsigned char *bytes, size_t room)
{
    FILE *file = fopen(in_scratch(to, SALVAGE_FILE), "re");
    assert_non_null(file);
    size_t length = fread(bytes, 1, room, file);
    fclose(file);
    return length;
}

static unsigned number_at(const unsigned char *bytes)
{
    return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 | bytes[3];
}

// The places of the header's fields: https://www.sqlite.org/fileformat2.html
static void the_first_page_is_a_new_stores(void **state)
{
    (void)state;
    unsigned char copy[4 * PAGE];
    set_up_with(2 * PAGE + 100); // cut within the third page
    expect(salvage_file_make(from, to, &why));
    assert_int_equal(read_copy(copy, sizeof copy), 2 * PAGE + 100);
    assert_int_equal(copy[0], 0x11);
    assert_int_equal(copy[PAGE - 1], 0x11);
    assert_int_equal(copy[PAGE], 0xa5);
    assert_int_equal(copy[2 * PAGE + 99], 0xa5);
    assert_int_equal(number_at(copy + 28), 3);                    // pages
    assert_int_equal(number_at(copy + 24), number_at(copy + 92)); // for which that holds
    assert_int_equal(number_at(copy + 32), 0);                    // no free pages
    assert_int_equal(number_at(copy + 36), 0);
    assert_false(is_there(SALVAGE_FILE "-wal"));
}

static void less_than_a_page_is_taken_too(void **state)
{
    (void)state;
    unsigned char copy[2 * PAGE];
    set_up_with(10);
    expect(salvage_file_make(from, to, &why));
    assert_int_equal(read_copy(copy, sizeof copy), PAGE);
    assert_int_equal(number_at(copy + 28), 1);
}

static void the_log_comes_along_and_goes_again(void **state)
{
    (void)state;
    set_up_with(PAGE);
    put_text(in_scratch(from, "run.db-wal"), "the log");
    expect(salvage_file_make(from, to, &why));
    assert_true(is_there(SALVAGE_FILE) && is_there(SALVAGE_FILE "-wal"));
    put_text(in_scratch(to, SALVAGE_FILE "-shm"), "of the log");
    salvage_file_remove(to);
    assert_false(is_there(SALVAGE_FILE) || is_there(SALVAGE_FILE "-wal") ||
                 is_there(SALVAGE_FILE "-shm"));
    assert_true(is_there("run.db"));
    salvage_file_remove(to); // none was made
    assert_int_equal(access(in_scratch(from, "run.db-wal"), F_OK), 0);
}

// Without its log a store lacks its last replies: that must not pass for the whole.
static void a_log_that_cannot_be_read_is_not_left_out(void **state)
{
    (void)state;
    struct error fault = {0};
    set_up_with(PAGE);
    assert_int_equal(mkdir(in_scratch(from, "run.db-wal"), 0700), 0);
    assert_false(salvage_file_make(from, to, &fault));
    assert_int_equal(fault.kind, ERR_INPUT);
    assert_non_null(strstr(fault.message, "run.db-wal"));
}

static void what_is_missing_or_full_is_named(void **state)
{
    (void)state;
    struct error fault = {0};
    set_up_with(3 * PAGE);
    struct rlimit before, small = {.rlim_cur = PAGE};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small); // fails as a full disk does
    bool made = salvage_file_make(from, to, &fault);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(made);
    assert_int_equal(fault.kind, ERR_DISK);
    assert_false(is_there(SALVAGE_FILE));
    error_clear(&fault);
    remove(in_scratch(to, "run.db"));
    assert_false(salvage_file_make(from, to, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    error_clear(&fault);
    remove(in_scratch(from, "run.db"));
    assert_false(salvage_file_make(from, to, &fault));
    assert_int_equal(fault.kind, ERR_INPUT);
    assert_non_null(strstr(fault.message, "run.db"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_first_page_is_a_new_stores, tear_down),
        cmocka_unit_test_teardown(less_than_a_page_is_taken_too, tear_down),
        cmocka_unit_test_teardown(the_log_comes_along_and_goes_again, tear_down),
        cmocka_unit_test_teardown(a_log_that_cannot_be_read_is_not_left_out, tear_down),
        cmocka_unit_test_teardown(what_is_missing_or_full_is_named, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
