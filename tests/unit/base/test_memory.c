#include "unit.h"

#include "memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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

// Advice: whatever the piece, what lies in it and around it stays.
static void test_large_pages_leave_pieces_as_they_are(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 4095, 4096, (2 << 20) - 1, 2 << 20, (6 << 20) + 12345};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *memory = malloc(sizes[i] + 1);
        memset(memory, 7, sizes[i] + 1);
        memory_use_large_pages(memory, sizes[i]);
        for (size_t at = 0; at <= sizes[i]; at += sizes[i] > 4096 ? 997 : 1)
            assert_int_equal(memory[at], 7);
        free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_noted),
        cmocka_unit_test(test_noted_for_the_thread),
        cmocka_unit_test(test_large_pages_leave_pieces_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
