#include "capacity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void reads_numbers_and_steps(void **state)
{
    static const struct {
        const char *text, *mode;
        enum capacity_mode kind;
        size_t count;
        struct capacity_step steps[3];
    } cases[] = {
        {NULL, NULL, CAPACITY_QUEUE, 0, {{0}}},
        {"0", "slow", CAPACITY_SLOW, 0, {{0}}},
        {"40", "refuse", CAPACITY_REFUSE, 1, {{40, 0}}},
        {"40@0s,13@20s,40@40.5s",
         "queue",
         CAPACITY_QUEUE,
         3,
         {{40, 0}, {13, 20000000000}, {40, 40500000000}}},
        {"2,0@250ms", NULL, CAPACITY_QUEUE, 2, {{2, 0}, {0, 250000000}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct capacity capacity;
        struct error why = {0};
        assert_true(capacity_parse(cases[i].text, cases[i].mode, &capacity, &why));
        assert_int_equal(capacity.mode, cases[i].kind);
        assert_int_equal(capacity.count, cases[i].count);
        for (size_t j = 0; j < capacity.count; j++) {
            assert_int_equal(capacity.steps[j].places, cases[i].steps[j].places);
            assert_int_equal(capacity.steps[j].from_ns, cases[i].steps[j].from_ns);
        }
        capacity_clear(&capacity);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {"",      "x",      "-1",          "8@",   "8@1s",    "8,",
                                        "8@0s,", "8,9@0s", "8,9@2s,7@2s", "8@0x", "1000001", "8 "};
    struct capacity capacity;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error why = {0};
        if (capacity_parse(texts[i], NULL, &capacity, &why))
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(why.kind, ERR_SETTINGS);
    }
    struct error why = {0};
    assert_false(capacity_parse("8", "drop", &capacity, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers_and_steps),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
