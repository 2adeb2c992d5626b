#include "bisect.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

// An endpoint that wants every change in `needed`, or every one in `other`.
struct world {
    uint32_t needed, other;
    unsigned tries, broken_at; // the try that is broken; 0: none
};

static enum bisect_outcome attempt(void *context, uint32_t changes)
{
    struct world *world = context;
    if (++world->tries == world->broken_at)
        return BISECT_BROKEN;
    bool passes = (changes & world->needed) == world->needed ||
                  (world->other != 0 && (changes & world->other) == world->other);
    return passes ? BISECT_PASSED : BISECT_FAILED;
}

static struct bisect_result search(struct world *world, size_t count, uint32_t hint,
                                   unsigned budget)
{
    struct bisect bisect = {
        .count = count, .hint = hint, .budget = budget, .attempt = attempt, .context = world};
    struct bisect_result result;
    bisect_find(&bisect, &result);
    assert_int_equal(result.tries, world->tries);
    assert_true(result.tries <= budget);
    return result;
}

static void finds_any_one_of_many(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 32; count++)
        for (size_t at = 0; at < count; at++) {
            struct world world = {.needed = 1u << at};
            struct bisect_result result = search(&world, count, 0, 20);
            assert_int_equal(result.end, BISECT_FOUND);
            assert_int_equal(result.needed, 1u << at);
            assert_true(result.tries <= 8); // one for all, five halvings of 32, and one to confirm
        }
}

static void finds_every_pair(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 9; a++)
        for (unsigned b = a + 1; b < 9; b++) {
            struct world world = {.needed = 1u << a | 1u << b};
            struct bisect_result result = search(&world, 9, 0, 20);
            assert_int_equal(result.end, BISECT_FOUND);
            assert_int_equal(result.needed, world.needed);
        }
}

static void a_hint_costs_one_try(void **state)
{
    (void)state;
    struct world world = {.needed = 1u << 5};
    struct bisect_result result = search(&world, 9, 1u << 5, 20);
    assert_int_equal(result.end, BISECT_FOUND);
    assert_int_equal(result.needed, 1u << 5);
    assert_int_equal(result.tries, 1);
}

static void a_wrong_hint_is_left(void **state)
{
    (void)state;
    struct world world = {.needed = 1u << 5};
    struct bisect_result result = search(&world, 9, 1u << 2, 20);
    assert_int_equal(result.end, BISECT_FOUND);
    assert_int_equal(result.needed, 1u << 5);
}

// Two hints of which one does: the other is not blamed.
static void a_hint_is_minimised(void **state)
{
    (void)state;
    struct world world = {.needed = 1u << 5};
    struct bisect_result result = search(&world, 9, 1u << 5 | 1u << 7, 20);
    assert_int_equal(result.end, BISECT_FOUND);
    assert_int_equal(result.needed, 1u << 5);
}

static void either_of_two_ways_is_minimal(void **state)
{
    (void)state;
    struct world world = {.needed = 1u << 1 | 1u << 2, .other = 1u << 6};
    struct bisect_result result = search(&world, 8, 0, 20);
    assert_int_equal(result.end, BISECT_FOUND);
    assert_true(result.needed == (1u << 1 | 1u << 2) || result.needed == 1u << 6);
}

static void nothing_helps(void **state)
{
    (void)state;
    struct world world = {.needed = 1u << 20};
    struct bisect_result result = search(&world, 6, 0, 20);
    assert_int_equal(result.end, BISECT_NOTHING_HELPS);
    assert_int_equal(result.needed, 0);
    assert_int_equal(result.tries, 1);
}

static void what_is_known_is_not_tried(void **state)
{
    (void)state;
    struct world world = {.needed = 1u << 3};
    struct bisect bisect = {
        .count = 4, .all_passes = true, .budget = 20, .attempt = attempt, .context = &world};
    struct bisect_result result;
    bisect_find(&bisect, &result);
    assert_int_equal(result.needed, 1u << 3);
    assert_true(result.tries <= 3);
}

// Whatever the budget, it is kept, and what is said to pass passes.
static void keeps_the_budget(void **state)
{
    (void)state;
    for (unsigned budget = 0; budget <= 12; budget++) {
        struct world world = {.needed = 1u << 3 | 1u << 17};
        struct bisect_result result = search(&world, 24, 0, budget);
        if (result.needed != 0)
            assert_int_equal(result.needed & world.needed, world.needed);
        if (budget < 4)
            assert_int_equal(result.end, BISECT_EXHAUSTED);
    }
}

static void an_outage_ends_it(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 3; at++) {
        struct world world = {.needed = 1u << 3, .broken_at = at};
        struct bisect_result result = search(&world, 16, 0, 20);
        assert_int_equal(result.end, BISECT_UNSTEADY);
        assert_int_equal(result.tries, at);
    }
}

static enum bisect_outcome below(void *context, double size)
{
    return size <= *(double *)context ? BISECT_PASSED : BISECT_FAILED;
}

static void narrows_a_border(void **state)
{
    (void)state;
    for (double limit = 70; limit < 2000; limit *= 1.37) {
        struct bisect_range range = {.passes = 64,
                                     .fails = 2048,
                                     .ratio = 1.05,
                                     .budget = 9,
                                     .attempt = below,
                                     .context = &limit};
        assert_true(bisect_narrow(&range) <= 9);
        assert_true(range.passes <= limit && limit < range.fails);
        assert_true(range.fails / range.passes < 1.06);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_any_one_of_many), cmocka_unit_test(finds_every_pair),
        cmocka_unit_test(a_hint_costs_one_try),  cmocka_unit_test(a_wrong_hint_is_left),
        cmocka_unit_test(a_hint_is_minimised),   cmocka_unit_test(either_of_two_ways_is_minimal),
        cmocka_unit_test(nothing_helps),         cmocka_unit_test(what_is_known_is_not_tried),
        cmocka_unit_test(keeps_the_budget),      cmocka_unit_test(an_outage_ends_it),
        cmocka_unit_test(narrows_a_border),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
