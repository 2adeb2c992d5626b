#include "unit.h"

#include "file.h"

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

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    struct error why = {0};
    char *path = file_join(folder, "kept"), *temporary = file_join(folder, "kept.tmp");
    assert_true(file_write(path, "old", 3, &why));
    // A limit on file size fails writes as a full disk does.
    struct rlimit before, small = {.rlim_cur = 100};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    char large[5000] = {0};
    bool written = file_write(path, large, sizeof large, &why);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(written);
    assert_int_equal(why.kind, ERR_DISK);
    assert_int_equal(access(temporary, F_OK), -1);
    struct buffer buffer;
    buffer_init(&buffer, 100);
    error_clear(&why);
    assert_true(file_read(path, &buffer, &why));
    assert_string_equal(buffer.data, "old");
    buffer_clear(&buffer);
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
    struct buffer buffer;
    buffer_init(&buffer, 100);
    assert_true(file_read(path, &buffer, &why));
    assert_string_equal(buffer.data, "first");
    assert_false(file_keep(nowhere, "x", 1, &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "none/by-content"));
    buffer_clear(&buffer);
    free(path);
    free(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_written_is_read),
                                       cmocka_unit_test(what_is_kept_stays_as_it_was_first_written),
                                       cmocka_unit_test(a_full_disk_leaves_the_old_file),
                                       cmocka_unit_test(a_pipe_is_written_to_and_not_replaced)};
    return cmocka_run_group_tests(tests, set_up, take_down);
}
