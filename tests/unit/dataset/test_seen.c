#include "case.h"

#include "seen.h"

#include <stdlib.h>

static void add(struct seen *seen, const char *name, int number, bool expected)
{
    struct error why = {0};
    char id[32];
    bool is_new;
    snprintf(id, sizeof id, "%s-%d", name, number);
    if (!seen_add(seen, seen_hash(id), &is_new, &why))
        fail_msg("%s: %s", id, why.message);
    if (is_new != expected)
        fail_msg("%s is %s", id, is_new ? "new" : "known");
}

static void tells_new_ids_from_known_ones(void **state)
{
    (void)state;
    struct seen seen = {0};
    enum { COUNT = 100000 };
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++)
            add(&seen, "id", i, round == 0);
    assert_int_equal(seen.count + seen.runs * seen.run, COUNT);
    assert_int_equal(seen.runs, COUNT / seen.run); // most are kept outside of memory
    assert_int_equal(seen.room, SEEN_ROOM_IN_MEMORY);
    assert_true(seen.filter_bits <= 16 * COUNT);
    // Known and new ones by turns.
    for (int i = 0; i < COUNT; i += 7) {
        add(&seen, "id", i, false);
        add(&seen, "other", i, true);
        add(&seen, "other", i, false);
    }
    seen_clear(&seen);
    assert_null(seen.slots);
}

// Without a folder for the temporary file the system's own is taken.
static void heeds_the_folder_for_temporary_files(void **state)
{
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nonexistent/folder", 1), 0);
    struct seen seen = {0};
    for (int i = 0; i < SEEN_ROOM_IN_MEMORY; i++)
        add(&seen, "id", i, true);
    assert_non_null(seen.file);
    seen_clear(&seen);
    unsetenv("TMPDIR");
}

static void stays_in_memory_without_a_file(void **state)
{
    (void)state;
    struct seen seen = {.no_file = true};
    for (int i = 0; i < SEEN_ROOM_IN_MEMORY; i++)
        add(&seen, "id", i, true);
    for (int i = 0; i < SEEN_ROOM_IN_MEMORY; i++)
        add(&seen, "id", i, false);
    assert_null(seen.file);
    assert_int_equal(seen.count, SEEN_ROOM_IN_MEMORY);
    seen_clear(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_new_ids_from_known_ones),
        cmocka_unit_test(heeds_the_folder_for_temporary_files),
        cmocka_unit_test(stays_in_memory_without_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
