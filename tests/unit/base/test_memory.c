#include "unit.h"

#include "memory.h"

#include <pthread.h>

static void test_nothing_noted(void **state)
{
    (void)state;
    struct error why = {0};
    int here;
    assert_ptr_equal(memory_noted(&here), &here);
    assert_true(memory_check(&why));
    assert_int_equal(why.kind, ERR_NONE);
}

static void *lack_memory(void *checked)
{
    struct error why = {0};
    assert_null(memory_noted(NULL));
    assert_false(memory_check(&why));
    assert_int_equal(why.kind, ERR_MEMORY);
    assert_false(memory_check(NULL)); // it is not taken back
    *(bool *)checked = true;
    return NULL;
}

static void test_noted_for_the_thread(void **state)
{
    (void)state;
    pthread_t thread;
    bool checked = false;
    assert_int_equal(pthread_create(&thread, NULL, lack_memory, &checked), 0);
    pthread_join(thread, NULL);
    assert_true(checked);
    assert_true(memory_check(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_noted),
        cmocka_unit_test(test_noted_for_the_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
