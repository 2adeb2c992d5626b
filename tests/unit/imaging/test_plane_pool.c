#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "plane_pool.h"

static struct plane_pool *new_pool(unsigned most)
{
    struct error why = {0};
    struct plane_pool *pool = plane_pool_new(most, &why);
    assert_non_null(pool);
    return pool;
}

static void gives_the_piece_that_fits_best(void **state)
{
    (void)state;
    struct plane_pool *pool = new_pool(2);
    void *large = plane_pool_take(pool, 900000), *small = plane_pool_take(pool, 100000);
    assert_int_equal((uintptr_t)large % 64, 0);
    assert_ptr_not_equal(large, small);
    plane_pool_return(pool, large);
    plane_pool_return(pool, small);
    assert_ptr_equal(plane_pool_take(pool, 99999), small);
    assert_ptr_equal(plane_pool_take(pool, 99999), large); // what else there is
    plane_pool_return(pool, large);
    plane_pool_return(pool, small);
    assert_ptr_equal(plane_pool_take(pool, 100001), large);
    plane_pool_return(pool, large);
    plane_pool_free(pool);
}

// A larger picture takes the place of the smallest idle piece, never of one that is in use.
static void replaces_what_is_too_small(void **state)
{
    (void)state;
    struct plane_pool *pool = new_pool(1);
    unsigned char *first = plane_pool_take(pool, 1000);
    memset(first, 1, 1000);
    unsigned char *second = plane_pool_take(pool, 1000); // beyond the pool
    memset(second, 2, 1000);
    assert_int_equal(first[999], 1);
    plane_pool_return(pool, first);
    plane_pool_return(pool, second);
    unsigned char *larger = plane_pool_take(pool, 500000);
    memset(larger, 3, 500000);
    plane_pool_return(pool, larger);
    assert_ptr_equal(plane_pool_take(pool, 500000), larger);
    plane_pool_return(pool, larger);
    plane_pool_free(pool);
}

static void serves_without_keeping(void **state)
{
    (void)state;
    struct plane_pool *none = new_pool(0), *pool = new_pool(1);
    void *alone = plane_pool_take(NULL, 100);
    assert_non_null(alone);
    plane_pool_return(NULL, alone);
    plane_pool_return(NULL, NULL);
    void *memory = plane_pool_take(none, 100);
    memset(memory, 1, 100);
    plane_pool_return(none, memory);
    // Of an extreme size: not kept, or all workers' would stand idle.
    void *huge = plane_pool_take(pool, 40u << 20);
    assert_non_null(huge);
    plane_pool_return(pool, huge);
    plane_pool_free(none);
    plane_pool_free(pool);
    plane_pool_free(NULL);
}

enum { THREADS = 4, ROUNDS = 400 };

static void *use_often(void *pool)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t bytes = 1000 + 700 * (round % 7);
        unsigned char *memory = plane_pool_take(pool, bytes);
        unsigned char mark = (unsigned char)((uintptr_t)&bytes >> 12);
        memset(memory, mark, bytes);
        for (size_t i = 0; i < bytes; i += 13)
            if (memory[i] != mark)
                return pool; // somebody else's too
        plane_pool_return(pool, memory);
    }
    return NULL;
}

static void gives_each_thread_its_own(void **state)
{
    (void)state;
    struct plane_pool *pool = new_pool(THREADS - 1);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_often, pool), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    plane_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_piece_that_fits_best),
        cmocka_unit_test(replaces_what_is_too_small),
        cmocka_unit_test(serves_without_keeping),
        cmocka_unit_test(gives_each_thread_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
