#include "unit.h"

#include "random.h"

static void a_choice_is_a_function_of_its_names(void **state)
{
    (void)state;
    assert_true(random_from(1, "a", "letter") == random_from(1, "a", "letter"));
    assert_true(random_from(1, "a", "letter") != random_from(2, "a", "letter"));
    assert_true(random_from(1, "a", "letter") != random_from(1, "b", "letter"));
    assert_true(random_from(1, "a", "letter") != random_from(1, "a", "type"));
    // The boundary between id and purpose counts.
    assert_true(random_from(1, "ab", "c") != random_from(1, "a", "bc"));
}

static void draws_are_uniform(void **state)
{
    (void)state;
    int counts[4] = {0};
    for (uint64_t i = 0; i < 40000; i++) {
        uint64_t sequence = random_from(i, "item", "letter");
        counts[random_below(&sequence, 4)]++;
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(counts[i], 9600, 10400); // 10000 expected, standard deviation 87
}

static void an_order_is_a_permutation(void **state)
{
    (void)state;
    size_t order[10];
    unsigned seen = 0;
    uint64_t sequence = 7;
    random_order(&sequence, order, 10);
    for (int i = 0; i < 10; i++)
        seen |= 1u << order[i];
    assert_int_equal(seen, 1023);
    for (int i = 0; i < 1000; i++) {
        double unit = random_unit(&sequence);
        assert_true(unit >= 0 && unit < 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_choice_is_a_function_of_its_names),
                                       cmocka_unit_test(draws_are_uniform),
                                       cmocka_unit_test(an_order_is_a_permutation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
