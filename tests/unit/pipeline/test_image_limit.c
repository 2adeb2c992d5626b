#include "image_limit.h"

#include "unit.h"

#include <math.h>
#include <string.h>

// A camera whose bytes grow with pixels and quality, before an endpoint with two limits.
struct world {
    double max_bytes, max_side;
    unsigned broken_at, tries;
};

static double bytes_of(unsigned side, int quality)
{
    return 0.004 * side * side * quality + 600;
}

static enum bisect_outcome attempt(void *context, struct image_try *image)
{
    struct world *world = context;
    if (++world->tries == world->broken_at)
        return BISECT_BROKEN;
    image->bytes = bytes_of(image->side, image->quality);
    return image->side <= world->max_side && image->bytes <= world->max_bytes ? BISECT_PASSED
                                                                              : BISECT_FAILED;
}

static struct image_limit find(struct world *world, unsigned budget)
{
    struct image_search search = {.passes = {64, 85, bytes_of(64, 85)},
                                  .fails = {2048, 85, bytes_of(2048, 85)},
                                  .budget = budget,
                                  .attempt = attempt,
                                  .context = world};
    struct image_limit limit;
    image_limit_find(&search, &limit);
    assert_int_equal(limit.tries, world->tries);
    assert_true(limit.tries <= budget);
    return limit;
}

static void tells_bytes(void **state)
{
    (void)state;
    for (double max = 20e3; max < 1.4e6; max *= 1.6) {
        struct world world = {.max_bytes = max, .max_side = INFINITY};
        struct image_limit limit = find(&world, 12);
        assert_int_equal(limit.kind, IMAGE_LIMIT_BYTES);
        assert_true(limit.passes.bytes <= max && max < limit.fails.bytes);
        assert_true(limit.fails.bytes / limit.passes.bytes < 1.8);
    }
}

static void tells_pixels(void **state)
{
    (void)state;
    for (double side = 100; side < 2000; side *= 1.5) {
        struct world world = {.max_bytes = INFINITY, .max_side = side};
        struct image_limit limit = find(&world, 12);
        assert_int_equal(limit.kind, IMAGE_LIMIT_PIXELS);
        assert_true(limit.passes.side <= side && side < limit.fails.side);
        assert_true((double)limit.fails.side / limit.passes.side < 1.15);
    }
}

static void keeps_the_budget(void **state)
{
    (void)state;
    for (unsigned budget = 0; budget < 8; budget++) {
        struct world world = {.max_bytes = 300e3, .max_side = 1500};
        struct image_limit limit = find(&world, budget);
        assert_true(limit.passes.side < limit.fails.side || limit.passes.bytes < limit.fails.bytes);
        if (budget == 0)
            assert_int_equal(limit.kind, IMAGE_LIMIT_UNSURE);
    }
}

static void an_outage_leaves_what_is_known(void **state)
{
    (void)state;
    struct world world = {.max_bytes = INFINITY, .max_side = 700, .broken_at = 3};
    struct image_limit limit = find(&world, 12);
    assert_true(limit.broken);
    assert_true(limit.passes.side <= 700 && limit.fails.side > 700);
}

static void knows_famous_limits(void **state)
{
    (void)state;
    assert_non_null(strstr(image_limit_known(4.9e6, 5.6e6), "5 MiB"));
    assert_non_null(strstr(image_limit_known(0.9e6, 1.2e6), "nginx"));
    assert_null(image_limit_known(6e6, 7e6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_bytes),         cmocka_unit_test(tells_pixels),
        cmocka_unit_test(keeps_the_budget),    cmocka_unit_test(an_outage_leaves_what_is_known),
        cmocka_unit_test(knows_famous_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
