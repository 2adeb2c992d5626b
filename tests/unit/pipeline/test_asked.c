#include "asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct task task_of(int number)
{
    char text[20];
    int length = snprintf(text, sizeof text, "call %d", number);
    return (struct task){.key = digest_of(text, (size_t)length)};
}

static void test_an_equal_call_is_found(void **state)
{
    (void)state;
    struct asked asked = {0};
    struct task first = task_of(1), same = task_of(1), other = task_of(2);
    assert_null(asked_find(&asked, &first));
    assert_true(asked_add(&asked, &first));
    assert_true(asked_add(&asked, &first)); // sent again
    assert_int_equal(asked.count, 1);
    assert_null(asked_find(&asked, &first)); // it does not wait for itself
    assert_ptr_equal(asked_find(&asked, &same), &first);
    assert_null(asked_find(&asked, &other));
    asked_remove(&asked, &same); // was never sent
    assert_ptr_equal(asked_find(&asked, &same), &first);
    asked_remove(&asked, &first);
    assert_null(asked_find(&asked, &same));
    assert_int_equal(asked.count, 0);
    asked_clear(&asked);
}

static void test_many(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    struct asked asked = {0};
    struct task *tasks = calloc(COUNT, sizeof *tasks);
    assert_non_null(tasks);
    for (int i = 0; i < COUNT; i++) {
        tasks[i] = task_of(i);
        assert_true(asked_add(&asked, &tasks[i]));
    }
    for (int i = 0; i < COUNT; i += 2)
        asked_remove(&asked, &tasks[i]);
    assert_int_equal(asked.count, COUNT / 2);
    for (int i = 0; i < COUNT; i++) {
        struct task same = task_of(i);
        assert_ptr_equal(asked_find(&asked, &same), i % 2 == 1 ? &tasks[i] : NULL);
    }
    asked_clear(&asked);
    free(tasks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_equal_call_is_found),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
