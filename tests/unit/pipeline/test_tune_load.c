// Levels of calls in flight, and work to the end.
#include "tune_world.h"

#include "log.h"

static struct tune_window level(struct tune_load *load, unsigned concurrency, long long wanted)
{
    struct error why = {0};
    struct tune_window window;
    if (!tune_load_level(load, concurrency, wanted, &window, &why))
        fail_msg("%s", why.message);
    return window;
}

static long long replies_in(const struct tune_load *load, const struct tune_window *window)
{
    long long replies = 0;
    for (size_t i = 0; i < load->samples.count; i++)
        replies += load->samples.list[i].kind == NULL &&
                   load->samples.list[i].end_us >= window->from_us &&
                   load->samples.list[i].end_us <= window->to_us;
    return replies;
}

static void a_level_warms_up_and_is_held(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(1000);
    struct tune_window first = level(load, 2, 10), second = level(load, 6, 30);
    assert_int_equal(first.from_us, 1000000); // the first has nothing to warm up with
    assert_int_equal(replies_in(load, &first), 10);
    assert_in_range(replies_in(load, &second), 30, 31);
    assert_in_range(second.from_us - first.to_us, 500000, 1500000); // about a latency
    assert_in_range(world.count, 5, 6); // it stays, but for what came last
    struct tune_window less = level(load, 3, 10);
    assert_true(less.from_us > second.to_us);
    assert_true(world.count <= 3);
    world_close();
}

static void what_was_taken_before_the_first_refusal_does_not_count(void **state)
{
    (void)state;
    world_begin(1);
    world.sigma = 0;
    struct tune_load *load = world_open(1000);
    level(load, 4, 8);
    world.capacity = 6;
    world.open_until = (int)world.calls + 12 + 30; // well after the warm-up
    struct tune_window window = level(load, 12, 40);
    size_t first = 0;
    while (!load->samples.list[first].refused)
        first++;
    assert_true(first > 40);
    assert_true(window.from_us >= load->samples.list[first].end_us);
    assert_true(load->refused_before);
    world_close();
}

static void replies_that_come_too_slowly_end_a_level(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(1000);
    level(load, 1, 4);
    world.latency_ms = 200000;
    level(load, 1, 12);
    assert_string_equal(load->stopped, "replies come too slowly to measure anything");
    world_close();
}

static unsigned fed, fed_most;

static struct subject *few(void *context, struct error *why)
{
    return fed++ < fed_most ? world_next(context, why) : NULL;
}

static void all_that_the_feed_gives_is_worked_off(void **state)
{
    (void)state;
    struct error why = {0};
    world_begin(1);
    struct tune_load *load = world_open(1000);
    load->feed.next = few;
    fed = 0;
    fed_most = 20;
    assert_true(tune_load_all(load, 7, &why));
    assert_int_equal(load->items, 20);
    assert_int_equal(world_load.ended, 20);
    assert_int_equal(world.most_in_flight, 7);
    assert_true(load->feed_ended);
    assert_true(tune_load_settle(load, &why));
    assert_false(load->feed_ended);
    world_close();
}

static void settling_waits_and_drops(void **state)
{
    (void)state;
    struct error why = {0};
    world_begin(1);
    struct tune_load *load = world_open(1000);
    level(load, 5, 10);
    assert_true(world.count > 0);
    long long calls = world.calls;
    assert_true(tune_load_settle(load, &why));
    assert_int_equal(world.count, 0);
    assert_int_equal(world.calls, calls);
    assert_null(load->first);
    assert_int_equal(load->held_count, 0);
    world_close();
}

static void what_is_left_of_both_limits_is_known(void **state)
{
    (void)state;
    world_begin(1);
    world_prices(10, 1);
    struct tune_load *load = world_open(100);
    assert_true(tune_load_affords(load, 100, 1));
    assert_false(tune_load_affords(load, 101, 1));
    load->calls = load->replies = 10;
    load->budget.spent_nano = 100000000; // a cent each
    load->most_nano = 50000000;
    assert_true(tune_load_affords(load, 90, 0));
    assert_false(tune_load_affords(load, 91, 0));
    assert_true(tune_load_affords(load, 40, 10));
    assert_false(tune_load_affords(load, 41, 10));
    load->budget.limit_nano = -1;
    assert_true(tune_load_affords(load, 90, 1000));
    world_close();
}

static void headers_tell_the_rate(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(100);
    assert_true(tune_load_limit(load) == 0);
    load->buckets.requests.used = load->buckets.tokens.used = true;
    load->buckets.requests.per_ms = 0.010;
    load->buckets.tokens.per_ms = 2.0;
    assert_true(fabs(tune_load_limit(load) - 10) < 1e-9); // what a call takes is not known yet
    load->replies = 4;
    load->tokens_of_replies = 2000;
    assert_true(fabs(tune_load_limit(load) - 4) < 1e-9);
    world_close();
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_warms_up_and_is_held),
        cmocka_unit_test(what_was_taken_before_the_first_refusal_does_not_count),
        cmocka_unit_test(replies_that_come_too_slowly_end_a_level),
        cmocka_unit_test(all_that_the_feed_gives_is_worked_off),
        cmocka_unit_test(settling_waits_and_drops),
        cmocka_unit_test(what_is_left_of_both_limits_is_known),
        cmocka_unit_test(headers_tell_the_rate),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
