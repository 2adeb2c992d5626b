#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch.h"

static void fills_every_slot_with_drafts(void **state)
{
    (void)state;
    assert_int_equal(batch_size_for(512, 4), 4100);
    // Half of them, when the next come in, still fill the slots.
    for (unsigned concurrency = 200; concurrency < 2000; concurrency += 37)
        for (unsigned per_image = 1; per_image < 20; per_image++)
            assert_true(batch_size_for(concurrency, per_image) / 2 / per_image >= concurrency);
}

static void stays_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(batch_size_for(1, 1), 1000);
    assert_int_equal(batch_size_for(4000000000, 4000000000), 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_slot_with_drafts),
        cmocka_unit_test(stays_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
