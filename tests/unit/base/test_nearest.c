#include "nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } cases[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"same", "same", 0},
        {"Same", "sAmE", 0},
        {"per_image", "per-image", 0},
        {"topcis", "topics", 1},
        {"topic", "topics", 1},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(nearest_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(nearest_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static void test_long_names_are_cut(void **state)
{
    (void)state;
    char a[300], b[300];
    memset(a, 'a', sizeof a - 1);
    memset(b, 'a', sizeof b - 1);
    a[299] = b[299] = '\0';
    b[200] = 'x';
    assert_int_equal(nearest_distance(a, b), 0);
    b[10] = 'x';
    assert_int_equal(nearest_distance(a, b), 1);
}

static const char *best_of(const char *name)
{
    static const char *const known[] = {"concurrency", "connect-timeout", "timeout", "tries"};
    struct nearest nearest = {.name = name};
    for (size_t i = 0; i < 4; i++)
        nearest_offer(&nearest, known[i]);
    return nearest.best;
}

static void test_best(void **state)
{
    (void)state;
    assert_string_equal(best_of("concurency"), "concurrency");
    assert_string_equal(best_of("timeot"), "timeout");
    assert_string_equal(best_of("trys"), "tries");
    assert_string_equal(best_of("conc"), "concurrency"); // a beginning
    assert_null(best_of("elephant"));
    assert_null(best_of("xy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_long_names_are_cut),
        cmocka_unit_test(test_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
