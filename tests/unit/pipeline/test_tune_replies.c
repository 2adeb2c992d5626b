// What a tuning load makes of what comes back.
#include "tune_world.h"

#include "log.h"

// One call, answered by the endpoint as the world says.
static bool one_call(struct tune_load *load, struct error *why)
{
    long long before = world.calls;
    *why = (struct error){0};
    load->target = 1;
    bool good = tune_calls_turn(load, why);
    load->target = 0;
    while (good && world.count > 0)
        good = tune_calls_turn(load, why);
    assert_true(!good || world.calls == before + 1);
    return good;
}

static void good_call(struct tune_load *load)
{
    struct error why;
    if (!one_call(load, &why))
        fail_msg("%s", why.message);
}

static void a_reply_is_counted_and_paid(void **state)
{
    (void)state;
    world_begin(1);
    world_prices(10, 100);
    struct tune_load *load = world_open(10);
    good_call(load);
    const struct tune_sample *sample = &load->samples.list[0];
    assert_int_equal(load->samples.count, 1);
    assert_null(sample->kind);
    assert_int_equal(sample->input_tokens, 500);
    assert_int_equal(sample->output_tokens, 20);
    assert_int_equal(sample->cost_nano, 520 * 10000);
    assert_true(fabs((double)(sample->end_us - sample->start_us) / 1000 - sample->latency_ms) < 1);
    assert_int_equal(load->budget.spent_nano, 520 * 10000);
    assert_int_equal(load->budget.reserved_nano, 0);
    assert_int_equal(load->tokens_of_replies, 520);
    assert_int_equal(load->items, 1);
    assert_int_equal(load->accepted, 1);
    world_close();
}

static void a_refusal_rests_and_is_asked_again(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(10);
    load->latency_ms = 1000;
    world.capacity = 1;
    world.free_us[0] = INT64_MAX;
    good_call(load);
    assert_string_equal(load->samples.list[0].kind, "rate_limited");
    assert_true(load->samples.list[0].refused && load->refused_before);
    assert_int_equal(load->held_count, 1);
    int64_t rest_ms = (load->held[0] - world.now_us) / 1000; // 1.5 to 2.5 latencies
    assert_in_range(rest_ms, 1400, 2500);
    const struct subject *first = load->first;
    load->held_count = 0;
    world.capacity = 0;
    assert_non_null(first->ready);
    good_call(load);
    assert_null(load->first); // the same item, which has ended
    world_close();
}

static void a_failing_item_is_given_up(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(10);
    world.fail_share = 1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(load->items, 0);
        good_call(load);
        assert_string_equal(load->samples.list[i].kind, "server_error");
        assert_false(load->samples.list[i].refused);
    }
    assert_int_equal(load->items, 1);
    assert_int_equal(load->accepted, 0);
    assert_string_equal(load->stopped, "");
    world_close();
}

static void a_key_refused_at_once_is_an_error(void **state)
{
    (void)state;
    struct error why;
    world_begin(1);
    struct tune_load *load = world_open(10);
    good_call(load);
    load->any_reply = false;
    world.fatal_after = 1;
    assert_false(one_call(load, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    assert_non_null(strstr(why.message, "refuses every call"));
    load->any_reply = true;
    good_call(load);
    assert_non_null(strstr(load->stopped, "no: 401"));
    world_close();
}

static void what_is_called_off_is_no_fault(void **state)
{
    (void)state;
    struct error why = {0};
    world_begin(1);
    world_prices(10, 100);
    struct tune_load *load = world_open(10);
    load->target = 1;
    assert_true(tune_calls_turn(load, &why));
    client_abort(load->client);
    load->target = 0;
    assert_true(tune_calls_turn(load, &why));
    assert_true(load->samples.list[0].left_out);
    assert_null(load->samples.list[0].kind);
    assert_non_null(load->first->ready);      // it is to be asked
    assert_true(load->budget.spent_nano > 0); // it may be on the bill
    world_close();
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_counted_and_paid),
        cmocka_unit_test(a_refusal_rests_and_is_asked_again),
        cmocka_unit_test(a_failing_item_is_given_up),
        cmocka_unit_test(a_key_refused_at_once_is_an_error),
        cmocka_unit_test(what_is_called_off_is_no_fault),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
