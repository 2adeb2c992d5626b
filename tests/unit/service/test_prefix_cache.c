#include "prefix_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static bool use(struct prefix_cache *cache, uint64_t name, int64_t now_ms)
{
    const struct fingerprint prefix = {.low = name * 0x9e3779b97f4a7c15u, .high = name};
    return prefix_cache_use(cache, &prefix, now_ms);
}

static void the_least_used_goes_first(void **state)
{
    struct error why = {0};
    struct prefix_cache *cache = prefix_cache_new(3, &why);
    (void)state;
    assert_false(use(cache, 1, 10));
    assert_false(use(cache, 2, 11));
    assert_false(use(cache, 3, 12));
    assert_true(use(cache, 1, 13));
    assert_false(use(cache, 4, 14)); // in the place of 2
    assert_true(use(cache, 3, 15));
    assert_true(use(cache, 1, 16));
    assert_true(use(cache, 4, 17));
    assert_false(use(cache, 2, 18)); // in the place of 3
    assert_false(use(cache, 3, 19));
    prefix_cache_free(cache);
}

static void none_is_kept_for_longer_than_five_minutes(void **state)
{
    struct error why = {0};
    struct prefix_cache *cache = prefix_cache_new(1, &why);
    (void)state;
    assert_false(use(cache, 1, 1000));
    assert_true(use(cache, 1, 1000 + 300000));
    assert_true(use(cache, 1, 1000 + 600000)); // each use keeps it for as long again
    assert_false(use(cache, 1, 1000 + 900001));
    prefix_cache_free(cache);
}

// Against a list that is searched from its end.
static void holds_the_last_ones_used(void **state)
{
    enum { ROOM = 50, USES = 20000 };
    static uint64_t order[USES];
    struct error why = {0};
    struct prefix_cache *cache = prefix_cache_new(ROOM, &why);
    (void)state;
    for (size_t i = 0; i < USES; i++) {
        order[i] = (i * 7919 + i * i % 31) % 97;
        size_t others = 0;
        bool held = false;
        for (size_t back = i; back-- > 0 && !held && others < ROOM;) {
            bool first = true;
            held = order[back] == order[i];
            for (size_t j = back + 1; j < i && first; j++)
                first = order[j] != order[back];
            others += first;
        }
        if (i < 2000 || i > USES - 500)
            assert_int_equal(use(cache, order[i], 5), held);
        else
            use(cache, order[i], 5);
    }
    prefix_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_used_goes_first),
        cmocka_unit_test(none_is_kept_for_longer_than_five_minutes),
        cmocka_unit_test(holds_the_last_ones_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
