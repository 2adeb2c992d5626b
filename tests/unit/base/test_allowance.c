#include "unit.h"

#include "allowance.h"

#include <pthread.h>
#include <stdatomic.h>

enum { TOTAL = 100, THREADS = 8, ROUNDS = 500 };

struct shared {
    struct allowance *allowance;
    atomic_uint in_use, most;
};

static void *use(void *context)
{
    struct shared *shared = context;
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned amount = i % 7 == 0 ? TOTAL : i % 60 + 1;
        assert_true(allowance_take(shared->allowance, amount));
        unsigned in_use = atomic_fetch_add(&shared->in_use, amount) + amount;
        unsigned most = atomic_load(&shared->most);
        while (in_use > most && !atomic_compare_exchange_weak(&shared->most, &most, in_use))
            ;
        atomic_fetch_sub(&shared->in_use, amount);
        allowance_return(shared->allowance, amount);
    }
    return NULL;
}

static void test_never_more_than_there_is(void **state)
{
    (void)state;
    struct error why = {0};
    struct shared shared = {.allowance = allowance_new(TOTAL, &why)};
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, &shared), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_in_range(atomic_load(&shared.most), 60, TOTAL);
    assert_true(allowance_take(shared.allowance, TOTAL));
    allowance_free(shared.allowance);
}

static void test_refuses_what_will_never_be_there(void **state)
{
    (void)state;
    struct error why = {0};
    struct allowance *allowance = allowance_new(TOTAL, &why);
    assert_false(allowance_take(allowance, TOTAL + 1));
    assert_true(allowance_take(allowance, 0));
    assert_true(allowance_take(allowance, TOTAL));
    assert_int_equal(allowance_total(allowance), TOTAL);
    allowance_free(allowance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_more_than_there_is),
        cmocka_unit_test(test_refuses_what_will_never_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
