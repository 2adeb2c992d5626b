#include "case.h"

#include "lock.h"

#include <signal.h>
#include <sys/wait.h>

static void ends_with_its_process(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char told = lock_take(scratch, NULL) >= 0 ? 'y' : 'n';
        if (write(ends[1], &told, 1) == 1)
            pause();
        _exit(1);
    }
    char told = '\0';
    assert_int_equal(read(ends[0], &told, 1), 1);
    assert_int_equal(told, 'y');
    struct error why = {0};
    assert_int_equal(lock_take(scratch, &why), -1);
    assert_int_equal(why.kind, ERR_USAGE);
    char words[64];
    snprintf(words, sizeof words, "process %ld:", (long)child);
    if (strstr(why.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.message, words);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    error_clear(&why);
    int lock = lock_take(scratch, &why);
    assert_true(lock >= 0);
    lock_release(lock);
    lock_release(-1);
    close(ends[0]);
    close(ends[1]);
    remove_scratch(scratch);
}

static void names_a_folder_that_is_not_there(void **state)
{
    (void)state;
    struct error why = {0};
    assert_int_equal(lock_take("/nowhere/at/all", &why), -1);
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "/nowhere/at/all/run.lock"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_with_its_process),
        cmocka_unit_test(names_a_folder_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
