// Questions drafted in one call, compared.
#include "tune_world.h"

#include "log.h"

static struct tune tune;
static struct tune_result result;
static struct tune_settings settings;

static void open_world(long long most_calls)
{
    world_begin(1);
    settings = (struct tune_settings){
        .run = &world_run, .most_calls = most_calls, .drafts = {1, 2, 8}, .draft_count = 3};
    world_run.share_multiple_choice = 0; // so that an item takes one call beside its draft
    result = (struct tune_result){.concurrency = 4};
    world_tune(&tune, &settings, &result);
}

static void compare(void)
{
    struct error why = {0};
    if (!tune_compare_drafts(&tune, &why))
        fail_msg("%s", why.message);
}

static void longer_drafts_take_fewer_calls(void **state)
{
    (void)state;
    open_world(1000);
    compare();
    assert_int_equal(result.draft_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct tune_draft *row = &result.drafts[i];
        double calls = 1 + 1.0 / settings.drafts[i];
        print_message("%u: %.2f usable, %.3f calls, %.0f tokens, %.2f s\n", row->questions,
                      row->usable, row->calls_per_item, row->tokens_per_item,
                      row->seconds_per_item);
        assert_int_equal(row->questions, settings.drafts[i]);
        assert_true(row->usable == 1);
        assert_true(fabs(row->calls_per_item - calls) < 1e-9);
        assert_true(fabs(row->tokens_per_item - 520 * calls) < 1e-6);
        assert_true(fabs(row->seconds_per_item - calls) < 0.35 * calls); // of a second each
    }
    assert_true(world.most_in_flight <= 4);
    assert_null(tune.load.first);
    world_tuned(&tune);
}

static void what_cannot_be_used_makes_the_rest_dearer(void **state)
{
    (void)state;
    open_world(1000);
    world.unusable = 2;
    settings.drafts[0] = 2;
    settings.draft_count = 1;
    compare();
    assert_int_equal(result.draft_count, 1);
    assert_true(result.drafts[0].usable <= 0.5 + 1e-9);
    double calls = result.drafts[0].calls_per_item * (double)tune.load.accepted;
    assert_true(tune.load.accepted < tune.load.items);
    assert_true(fabs(calls - (double)world.calls) < 1e-6);
    world_tuned(&tune);
}

static void too_few_calls_make_no_row(void **state)
{
    (void)state;
    open_world(100);
    compare();
    assert_true(world.calls <= 100);
    assert_int_equal(result.draft_count, 2); // 32 and 24 calls: 64 may be wanted each time
    assert_string_equal(tune.load.stopped, "");
    assert_int_equal(tune_drafts_calls(&settings), 3 * 64);
    world_tuned(&tune);
}

// The endpoint that stops in the middle says nothing of drafts.
static void half_a_row_is_none(void **state)
{
    (void)state;
    open_world(1000);
    world.fatal_after = 40;
    compare();
    assert_int_equal(result.draft_count, 1);
    assert_string_not_equal(tune.load.stopped, "");
    world_tuned(&tune);
}

static int drafted(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":\"a\",\"image\":\"@two-squares.png\"}",
                                        "{\"id\":\"b\",\"image\":\"@night-lamp.jpg\"}"};
    world_records(lines, 2);
    return 0;
}

static void given_questions_are_not_drafted(void **state)
{
    world_teardown(state);
    world_setup(state);
    open_world(1000);
    compare();
    assert_int_equal(result.draft_count, 0);
    assert_int_equal(world.calls, 0);
    world_tuned(&tune);
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longer_drafts_take_fewer_calls),
        cmocka_unit_test(what_cannot_be_used_makes_the_rest_dearer),
        cmocka_unit_test(too_few_calls_make_no_row),
        cmocka_unit_test(half_a_row_is_none),
        cmocka_unit_test(given_questions_are_not_drafted),
    };
    return cmocka_run_group_tests(tests, drafted, world_teardown);
}
