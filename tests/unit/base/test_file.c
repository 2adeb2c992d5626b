#include "unit.h"

#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/vqagen-file-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int take_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    struct error why = {0};
    char *nested = file_join(folder, "a/b/c"), *path;
    assert_true(file_make_directory(nested, &why));
    assert_true(file_make_directory(nested, &why)); // being there already is fine
    path = file_join(nested, "file");
    char bytes[200001];
    memset(bytes, 'x', sizeof bytes);
    assert_true(file_write(path, bytes, sizeof bytes, &why));
    struct buffer buffer;
    buffer_init(&buffer, 1 << 20);
    assert_true(file_read(path, &buffer, &why));
    assert_int_equal(buffer.length, sizeof bytes);
    assert_true(buffer.room < sizeof bytes + 100); // no growth for the sake of finding the end
    buffer_clear(&buffer);
    buffer_init(&buffer, 1000);
    assert_false(file_read(path, &buffer, &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    error_clear(&why);
    assert_false(file_read(nested, &buffer, &why));
    assert_non_null(strstr(why.message, "is not a regular file"));
    buffer_clear(&buffer);
    free(path);
    free(nested);
}

// A limit on file size fails writes as a full disk does.
static struct rlimit fill_disk(void)
{
    struct rlimit before, small = {.rlim_cur = 100};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    return before;
}

static void expect_content(const char *path, const void *bytes, size_t length)
{
    struct error why = {0};
    struct buffer buffer;
    buffer_init(&buffer, 16 << 20);
    assert_true(file_read(path, &buffer, &why));
    assert_int_equal(buffer.length, length);
    assert_memory_equal(buffer.data, bytes, length);
    buffer_clear(&buffer);
}

static int entries_of(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    struct error why = {0};
    char *path = file_join(folder, "kept"), *temporary = file_join(folder, "kept.tmp");
    assert_true(file_write(path, "old", 3, &why));
    char large[5000] = {0};
    struct rlimit before = fill_disk();
    bool written = file_write(path, large, sizeof large, &why);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(written);
    assert_int_equal(why.kind, ERR_DISK);
    assert_int_equal(access(temporary, F_OK), -1);
    expect_content(path, "old", 3);
    free(path);
    free(temporary);
}

static void a_pipe_is_written_to_and_not_replaced(void **state)
{
    (void)state;
    struct error why = {0};
    char *path = file_join(folder, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(file_write(path, "new", 3, &why));
    char got[8] = "";
    assert_int_equal(read(reader, got, sizeof got), 3);
    assert_string_equal(got, "new");
    close(reader);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_true(S_ISFIFO(facts.st_mode));
    free(path);
}

static void what_is_kept_stays_as_it_was_first_written(void **state)
{
    (void)state;
    struct error why = {0};
    char *path = file_join(folder, "by-content"), *nowhere = file_join(folder, "none/by-content");
    assert_true(file_keep(path, "first", 5, &why));
    assert_true(file_keep(path, "second", 6, &why));
    expect_content(path, "first", 5);
    assert_false(file_keep(nowhere, "x", 1, &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "none/by-content"));
    free(path);
    free(nowhere);
}

static void a_copy_is_the_whole_file_and_replaces_another(void **state)
{
    (void)state;
    enum { LENGTH = (2 << 20) + 17 }; // more than is read at once
    struct error why = {0};
    char *from = file_join(folder, "long"), *to = file_join(folder, "copy");
    unsigned char *bytes = malloc(LENGTH);
    for (size_t i = 0; i < LENGTH; i++)
        bytes[i] = (unsigned char)(i * 2654435761u >> 13);
    assert_true(file_write(from, bytes, LENGTH, &why));
    assert_true(file_write(to, "a shorter one that was here before", 34, &why));
    assert_true(file_copy(from, to, &why));
    expect_content(to, bytes, LENGTH);
    expect_content(from, bytes, LENGTH);
    assert_true(file_write(from, "", 0, &why));
    assert_true(file_copy(from, to, &why));
    expect_content(to, "", 0);
    free(bytes);
    free(from);
    free(to);
}

// What a copy is to replace stays until the copy is complete.
static void a_copy_that_fails_leaves_nothing_behind(void **state)
{
    (void)state;
    struct error why = {0};
    char *here = file_join(folder, "here"), *from = file_join(here, "from");
    char *to = file_join(here, "to"), *nowhere = file_join(here, "none/to");
    char large[5000] = {0};
    assert_true(file_make_directory(here, &why));
    assert_true(file_write(from, large, sizeof large, &why));
    assert_true(file_write(to, "old", 3, &why));
    int all = entries_of(folder);
    struct rlimit before = fill_disk();
    bool copied = file_copy(from, to, &why);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(copied);
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "here/to"));
    expect_content(to, "old", 3);
    error_clear(&why);
    assert_false(file_copy(from, nowhere, &why));
    assert_int_equal(why.kind, ERR_DISK);
    error_clear(&why);
    assert_false(file_copy(nowhere, to, &why)); // there is none
    assert_int_equal(why.kind, ERR_INPUT);
    error_clear(&why);
    assert_false(file_copy(here, to, &why)); // a folder
    assert_non_null(strstr(why.message, "is not a regular file"));
    error_clear(&why);
    assert_false(file_copy(from, here, &why)); // onto a folder
    assert_int_equal(why.kind, ERR_DISK);
    expect_content(to, "old", 3);
    assert_int_equal(entries_of(here), 2);
    assert_int_equal(entries_of(folder), all);
    free(here);
    free(from);
    free(to);
    free(nowhere);
}

static void what_is_in_the_way_is_named(void **state)
{
    (void)state;
    struct error why = {0};
    char *way = file_join(folder, "way"), *below = file_join(way, "a/b");
    char *taken = file_join(folder, "taken"), *temporary = file_join(folder, "taken.tmp");
    assert_true(file_write(way, "x", 1, &why));
    assert_false(file_make_directory(below, &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "way/a"));
    error_clear(&why);
    assert_false(file_make_directory(way, &why));
    assert_non_null(strstr(why.message, "is not a folder"));
    error_clear(&why);
    assert_true(file_make_directory(taken, &why));
    assert_false(file_write(taken, "x", 1, &why)); // nothing can be renamed onto it
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "taken"));
    assert_int_equal(access(temporary, F_OK), -1);
    free(way);
    free(below);
    free(taken);
    free(temporary);
}

// The files of /proc have no length and something in them, as one that grows meanwhile.
static void a_file_that_is_longer_than_it_says_is_read_whole(void **state)
{
    (void)state;
    struct error why = {0};
    struct buffer buffer;
    buffer_init(&buffer, 1 << 20);
    assert_true(file_read("/proc/self/status", &buffer, &why));
    assert_non_null(strstr(buffer.data, "\nThreads:"));
    buffer_clear(&buffer);
    buffer_init(&buffer, 20);
    assert_false(file_read("/proc/self/status", &buffer, &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    buffer_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(what_is_kept_stays_as_it_was_first_written),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(a_pipe_is_written_to_and_not_replaced),
        cmocka_unit_test(a_copy_is_the_whole_file_and_replaces_another),
        cmocka_unit_test(a_copy_that_fails_leaves_nothing_behind),
        cmocka_unit_test(what_is_in_the_way_is_named),
        cmocka_unit_test(a_file_that_is_longer_than_it_says_is_read_whole)};
    return cmocka_run_group_tests(tests, set_up, take_down);
}
