#include "clock.h"
#include "schedule.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Jobs in the order in which they were handed back.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct job *done[1000]; // guarded by lock
static size_t done_count;      // guarded by lock
static int begun;

static struct capacity_step two_places[] = {{2, 0}}, three_places[] = {{3, 0}};
static const struct capacity unlimited, two = {CAPACITY_QUEUE, two_places, 1},
                                        three = {CAPACITY_QUEUE, three_places, 1};

static void ready(struct job *job)
{
    pthread_mutex_lock(&lock);
    done[done_count++] = job;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void before(struct job *job)
{
    (void)job;
    begun++;
}

static void wait_done(size_t count)
{
    pthread_mutex_lock(&lock);
    while (done_count < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static int set_up(void **state)
{
    done_count = 0;
    begun = 0;
    *state = NULL;
    return 0;
}

static void hands_back_in_order_of_time(void **state)
{
    struct error why = {0};
    struct schedule *schedule = schedule_new(&unlimited, ready, &why);
    static struct job jobs[200];
    (void)state;
    // Shuffled delays; whatever the machine's load, no job comes before one that was due earlier
    // and known.
    for (size_t i = 0; i < 200; i++) {
        jobs[i] = (struct job){.delay_ns = 100000000 + (int64_t)(i * 77 % 200) * 1000000};
        assert_true(schedule_add(schedule, &jobs[i], before));
    }
    wait_done(200);
    for (size_t i = 1; i < 200; i++)
        assert_true(done[i - 1]->due_ns <= done[i]->due_ns);
    assert_int_equal(begun, 200);
    schedule_free(schedule);
}

static void others_wait_for_a_place_in_turn(void **state)
{
    struct error why = {0};
    struct schedule *schedule = schedule_new(&two, ready, &why);
    struct job jobs[7];
    unsigned working, most, waiting;
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        jobs[i] = (struct job){.delay_ns = 20000000};
        assert_true(schedule_add(schedule, &jobs[i], before));
    }
    wait_done(7);
    for (size_t i = 0; i < 7; i++)
        assert_ptr_equal(done[i], &jobs[i]);
    schedule_count(schedule, &working, &most, &waiting);
    assert_int_equal(most, 2);
    assert_int_equal(working, 0);
    assert_int_equal(waiting, 0);
    schedule_free(schedule);
}

static void more_than_the_places_are_refused(void **state)
{
    static const struct capacity refusing = {CAPACITY_REFUSE, two_places, 1};
    struct error why = {0};
    struct schedule *schedule = schedule_new(&refusing, ready, &why);
    struct job jobs[4] = {0};
    (void)state;
    assert_true(schedule_enter(schedule, &jobs[0]));
    assert_true(schedule_enter(schedule, &jobs[1]));
    assert_false(schedule_enter(schedule, &jobs[2]));
    schedule_leave(schedule, &jobs[0]); // one that is answered at once
    assert_true(schedule_enter(schedule, &jobs[2]));
    assert_true(schedule_add(schedule, &jobs[1], before));
    wait_done(1);
    assert_true(schedule_enter(schedule, &jobs[3]));
    schedule_leave(schedule, &jobs[2]);
    schedule_leave(schedule, &jobs[3]);
    schedule_free(schedule);
}

// Twelve share the work of three: none is done before a fourth of the pace allows it.
static void all_get_slower_together(void **state)
{
    static const struct capacity slow = {CAPACITY_SLOW, three_places, 1};
    struct error why = {0};
    struct schedule *schedule = schedule_new(&slow, ready, &why);
    struct job jobs[12];
    unsigned working, most, waiting;
    (void)state;
    int64_t begun_ms = clock_now_ms();
    for (size_t i = 0; i < 12; i++) {
        jobs[i] = (struct job){.delay_ns = 300000000}; // by then all twelve are there
        assert_true(schedule_add(schedule, &jobs[i], before));
    }
    wait_done(12);
    assert_true(clock_now_ms() - begun_ms >= 1100); // 12 * 300 / 3, less what a first one gained
    schedule_count(schedule, &working, &most, &waiting);
    assert_int_equal(most, 12);
    assert_int_equal(working, 0);
    schedule_free(schedule);
}

// A job that stays has its place until it leaves: nobody else begins.
static void who_stays_keeps_the_place(void **state)
{
    static struct capacity_step one_place[] = {{1, 0}};
    static const struct capacity one = {CAPACITY_QUEUE, one_place, 1};
    struct error why = {0};
    struct schedule *schedule = schedule_new(&one, ready, &why);
    struct job staying = {.stays = true}, other = {.delay_ns = 1};
    unsigned working, most, waiting;
    (void)state;
    assert_true(schedule_add(schedule, &staying, before));
    assert_true(schedule_add(schedule, &other, before));
    wait_done(1);
    assert_ptr_equal(done[0], &staying);
    assert_true(schedule_add(schedule, &staying, before));
    wait_done(2);
    assert_ptr_equal(done[1], &staying);
    schedule_count(schedule, &working, &most, &waiting);
    assert_int_equal(working, 1);
    assert_int_equal(waiting, 1);
    schedule_leave(schedule, &staying);
    wait_done(3);
    assert_ptr_equal(done[2], &other);
    schedule_free(schedule);
}

// The capacity is one at first, and four from 30 ms after the first job on.
static void the_capacity_follows_its_steps(void **state)
{
    static struct capacity_step steps[] = {{1, 0}, {4, 30000000}};
    static const struct capacity growing = {CAPACITY_QUEUE, steps, 2};
    struct error why = {0};
    struct schedule *schedule = schedule_new(&growing, ready, &why);
    struct job staying = {.stays = true}, others[3] = {0};
    (void)state;
    int64_t begun_ms = clock_now_ms();
    assert_true(schedule_add(schedule, &staying, before));
    for (size_t i = 0; i < 3; i++)
        assert_true(schedule_add(schedule, &others[i], before));
    wait_done(4);
    assert_true(clock_now_ms() - begun_ms >= 29);
    schedule_leave(schedule, &staying);
    schedule_free(schedule);
}

static void a_stalled_job_ends_with_its_peer(void **state)
{
    struct error why = {0};
    struct schedule *schedule = schedule_new(&unlimited, ready, &why);
    int sockets[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    struct job job = {.socket = sockets[0]}, forever = {.socket = -1};
    assert_true(schedule_stall(schedule, &forever, before));
    assert_true(schedule_stall(schedule, &job, before));
    close(sockets[1]);
    wait_done(1);
    assert_ptr_equal(done[0], &job);
    assert_true(job.aborted);
    schedule_end(schedule);
    assert_int_equal(done_count, 2);
    assert_true(forever.aborted);
    close(sockets[0]);
    schedule_free(schedule);
}

static void the_end_hands_all_back(void **state)
{
    struct error why = {0};
    struct schedule *schedule = schedule_new(&three, ready, &why);
    struct job jobs[10], late = {0};
    (void)state;
    for (size_t i = 0; i < 10; i++) {
        jobs[i] = (struct job){.delay_ns = 3600 * 1000000000LL};
        assert_true(schedule_add(schedule, &jobs[i], before));
    }
    schedule_end(schedule);
    assert_int_equal(done_count, 10);
    for (size_t i = 0; i < 10; i++)
        assert_true(jobs[i].aborted);
    assert_false(schedule_add(schedule, &late, before));
    assert_false(schedule_stall(schedule, &late, before));
    assert_int_equal(begun, 10);
    schedule_free(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hands_back_in_order_of_time, set_up),
        cmocka_unit_test_setup(others_wait_for_a_place_in_turn, set_up),
        cmocka_unit_test_setup(more_than_the_places_are_refused, set_up),
        cmocka_unit_test_setup(all_get_slower_together, set_up),
        cmocka_unit_test_setup(who_stays_keeps_the_place, set_up),
        cmocka_unit_test_setup(the_capacity_follows_its_steps, set_up),
        cmocka_unit_test_setup(a_stalled_job_ends_with_its_peer, set_up),
        cmocka_unit_test_setup(the_end_hands_all_back, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
