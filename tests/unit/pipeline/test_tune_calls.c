// A tuning load's calls out: never more at once, in all or in money than they may be.
#include "tune_world.h"

#include "log.h"

static void turn(struct tune_load *load)
{
    struct error why = {0};
    if (!tune_calls_turn(load, &why))
        fail_msg("%s", why.message);
}

static void the_target_is_kept_in_flight(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(1000);
    load->target = 5;
    turn(load);
    assert_int_equal(world.calls, 5);
    for (int i = 0; i < 200; i++)
        turn(load);
    assert_int_equal(world.most_in_flight, 5);
    assert_true(world.in_flight_sum > 9 * world.calls / 2); // all but the first four find five
    load->target = 2;
    for (int i = 0; i < 200; i++)
        turn(load);
    assert_true(world.count <= 2);
    world_close();
}

static void the_last_call_is_the_last(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(23);
    load->target = 8;
    for (int i = 0; i < 400; i++)
        turn(load);
    assert_int_equal(world.calls, 23);
    assert_string_equal(load->stopped, "--max-calls 23 is reached");
    world_close();
}

// Every call in flight may cost all that it can, whatever the others came to.
static void money_is_kept_for_what_is_in_flight(void **state)
{
    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        world_begin(1);
        world_prices(10, 0.30);
        world.output_tokens = 1000; // as many as it is asked for
        struct tune_load *load = world_open(1000);
        load->target = 40;
        load->whole = whole > 0;
        for (int i = 0; i < 400; i++)
            turn(load);
        assert_true(world_bill() <= 0.30);
        assert_non_null(strstr(load->stopped, "--max-cost"));
        // A phase works on with fewer; a level that is not whole is worth nothing.
        assert_true(whole ? world.replies < 3 : world_bill() > 0.25);
        world_close();
    }
}

static void a_refused_calls_slot_rests(void **state)
{
    (void)state;
    struct error why = {0};
    world_begin(1);
    struct tune_load *load = world_open(1000);
    load->target = 2;
    for (int i = 0; i < 100; i++)
        assert_true(tune_calls_rest(load, i < 2 ? 5000 : 1, &why));
    assert_int_equal(tune_calls_busy(load), 100);
    int64_t begun_us = world.now_us;
    turn(load);
    assert_int_equal(world.calls, 0);
    assert_int_equal(world.now_us, begun_us + 1000); // as long as the shortest of them
    turn(load);
    assert_int_equal(tune_calls_busy(load), 2);
    while (world.calls == 0)
        turn(load);
    assert_in_range(world.now_us - begun_us, 5000000, 5100000);
    world_close();
}

static void an_interruption_ends_all(void **state)
{
    (void)state;
    volatile sig_atomic_t stop = 0;
    world_begin(1);
    world_run.stop = &stop;
    struct tune_load *load = world_open(1000);
    load->target = 4;
    turn(load);
    stop = 1;
    turn(load);
    assert_string_equal(load->stopped, "interrupted");
    assert_int_equal(world.count, 0);
    assert_int_equal(world.calls, 4);
    assert_true(load->samples.list[3].left_out);
    world_close();
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_is_kept_in_flight),
        cmocka_unit_test(the_last_call_is_the_last),
        cmocka_unit_test(money_is_kept_for_what_is_in_flight),
        cmocka_unit_test(a_refused_calls_slot_rests),
        cmocka_unit_test(an_interruption_ends_all),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
