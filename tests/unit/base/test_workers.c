#include "unit.h"

#include "workers.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct square {
    struct work work;
    int in, out;
};

static void run(struct work *work)
{
    struct square *square = (struct square *)work;
    square->out = square->in * square->in;
}

static _Atomic int wakes, dropped;

static void wake(void *context)
{
    (void)context;
    wakes++;
}

static void drop(struct work *work)
{
    dropped++;
    free(work);
}

static struct work *wait_for_one(struct workers *workers)
{
    struct work *work;
    while ((work = workers_collect(workers)) == NULL)
        sched_yield();
    return work;
}

static void every_piece_comes_back_once(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct workers *workers = workers_new(3, 8, wake, NULL, NULL);
    long long sum = 0, expected = 0;
    int given = 0, back = 0;
    wakes = 0;
    while (back < COUNT) {
        struct square *square = given < COUNT ? malloc(sizeof *square) : NULL;
        if (square != NULL) {
            *square = (struct square){.work = {.run = run}, .in = given};
            if (workers_give(workers, &square->work)) {
                expected += (long long)given * given;
                given++;
                continue;
            }
            assert_int_equal(workers_out(workers), workers_capacity(workers));
            free(square);
        }
        struct square *done = (struct square *)wait_for_one(workers);
        sum += done->out;
        back++;
        free(done);
    }
    assert_true(sum == expected);
    assert_null(workers_collect(workers));
    assert_int_equal(workers_out(workers), 0);
    workers_free(workers, drop);
    assert_int_equal(wakes, COUNT);
}

static void what_was_not_collected_is_dropped(void **state)
{
    (void)state;
    struct workers *workers = workers_new(1, 4, NULL, NULL, NULL);
    dropped = 0;
    for (int i = 0; i < 4; i++) {
        struct square *square = malloc(sizeof *square);
        *square = (struct square){.work = {.run = run}, .in = i};
        assert_true(workers_give(workers, &square->work));
    }
    workers_free(workers, drop);
    assert_int_equal(dropped, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_piece_comes_back_once),
                                       cmocka_unit_test(what_was_not_collected_is_dropped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
