#include "faults.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int count_kind(const struct fault_plan *plan, const char *name, bool format)
{
    int count = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t random = i * 0x9e3779b97f4a7c15u;
        const bool has[FAULT_TRIGGERS] = {[FAULT_ON_FORMAT] = format};
        const struct fault_entry *kind = fault_choose(plan, random, has);
        count += kind != NULL && strcmp(kind->name, name) == 0;
    }
    return count;
}

static void draws_each_kind_with_its_rate(void **state)
{
    const char *texts[] = {"429:0.25", "reset:0.1", "no-structured"};
    struct fault_plan plan;
    struct error why = {0};
    (void)state;
    assert_true(fault_plan_init(&plan, texts, 3, &why));
    assert_in_range(count_kind(&plan, "429", false), 4700, 5300);
    assert_in_range(count_kind(&plan, "reset", false), 1800, 2200);
    assert_int_equal(count_kind(&plan, "no-structured", false), 0);
    // What the request itself provokes comes first.
    assert_int_equal(count_kind(&plan, "no-structured", true), 20000);
    fault_plan_clear(&plan);
}

static void refuses_unknown_kinds_and_rates(void **state)
{
    static const char *const cases[] = {"", "teapot", "429:", "429:2", "429:-1", "429:x", "429 "};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault_plan plan;
        struct error why = {0};
        if (fault_plan_init(&plan, &cases[i], 1, &why))
            fail_msg("taken: %s", cases[i]);
        assert_int_equal(why.kind, ERR_SETTINGS);
    }
    const char *sum[] = {"500", "429:0.1"};
    struct fault_plan plan;
    struct error why = {0};
    assert_false(fault_plan_init(&plan, sum, 2, &why));
    assert_non_null(strstr(why.message, "1.1"));
}

static void every_kind_of_the_table_can_be_named(void **state)
{
    (void)state;
    for (size_t i = 0; fault_kind_at(i) != NULL; i++) {
        const struct fault_entry *kind = fault_kind_at(i);
        struct fault_plan plan;
        struct error why = {0};
        assert_true(fault_plan_init(&plan, &kind->name, 1, &why));
        const bool all[FAULT_TRIGGERS] = {true, true, true, true, true, true, true};
        assert_ptr_equal(fault_choose(&plan, 7, all), kind);
        assert_ptr_equal(fault_kind_find(kind->name), kind);
        fault_plan_clear(&plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_each_kind_with_its_rate),
        cmocka_unit_test(refuses_unknown_kinds_and_rates),
        cmocka_unit_test(every_kind_of_the_table_can_be_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
