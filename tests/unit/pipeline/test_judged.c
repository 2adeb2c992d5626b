#include "judged.h"
#include "unit.h"

static void remembers_how_many_were_kept_before(void **state)
{
    (void)state;
    struct judged judged = {0};
    struct error why = {0};
    bool is_new;
    for (uint64_t i = 0; i < 5000; i++) {
        size_t before = (size_t)i * 3;
        // Keys that fall into few slots, and 0 among them.
        assert_true(judged_meet(&judged, i * 1024, &before, &is_new, &why));
        assert_true(is_new);
        assert_int_equal(before, i * 3);
    }
    assert_int_equal(judged.count, 5000);
    for (uint64_t i = 0; i < 5000; i++) {
        size_t before = 99;
        assert_true(judged_meet(&judged, i * 1024, &before, &is_new, &why));
        assert_false(is_new);
        assert_int_equal(before, i * 3);
    }
    assert_int_equal(judged.count, 5000);
    judged_clear(&judged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(remembers_how_many_were_kept_before)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
