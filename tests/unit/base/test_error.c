#include "unit.h"

#include "error.h"

#include <errno.h>
#include <string.h>

static void the_first_error_wins_and_notes_go_in_front(void **state)
{
    (void)state;
    struct error why = {0};
    error_note(&why, "nothing yet");
    assert_int_equal(why.kind, ERR_NONE);
    errno = ENOSPC;
    assert_false(error_set_errno(&why, ERR_DISK, "cannot write %s", "a"));
    assert_false(error_set(&why, ERR_MEMORY, "later"));
    assert_false(error_note(&why, "item %d", 7));
    assert_string_equal(why.message, "item 7: cannot write a: No space left on device");
    assert_int_equal(error_exit_code(why.kind), 5);
    for (int i = 0; i < 400; i++)
        error_note(&why, "deep");
    assert_int_equal(strlen(why.message), sizeof why.message - 1);
    assert_false(error_set(NULL, ERR_USAGE, "nobody asks"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_wins_and_notes_go_in_front)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
