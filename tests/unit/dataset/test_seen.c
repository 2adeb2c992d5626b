#include "case.h"

#include "seen.h"

#include <stdlib.h>

static void tells_new_ids_from_known_ones(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct error why = {0};
    char id[32];
    enum { COUNT = 100000 };
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++) {
            bool is_new;
            snprintf(id, sizeof id, "id-%d", i);
            assert_true(seen_add(&seen, id, &is_new, &why));
            if (is_new != (round == 0))
                fail_msg("%s in round %d: %d", id, round, is_new);
        }
    assert_int_equal(seen.count, COUNT);
    assert_true(3 * seen.count <= 2 * seen.room);
    assert_non_null(seen.file); // so many are kept outside of memory
    assert_null(seen.slots);
    seen_clear(&seen);
    assert_null(seen.slots);
}

// Without a folder for the temporary file the system's own is taken.
static void heeds_the_folder_for_temporary_files(void **state)
{
    (void)state;
    struct error why = {0};
    assert_int_equal(setenv("TMPDIR", "/nonexistent/folder", 1), 0);
    struct seen seen = {0};
    for (int i = 0; i < SEEN_ROOM_IN_MEMORY; i++) {
        char id[32];
        bool is_new;
        snprintf(id, sizeof id, "id-%d", i);
        assert_true(seen_add(&seen, id, &is_new, &why));
        assert_true(is_new);
    }
    assert_int_equal(seen.count, SEEN_ROOM_IN_MEMORY);
    seen_clear(&seen);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_new_ids_from_known_ones),
        cmocka_unit_test(heeds_the_folder_for_temporary_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
