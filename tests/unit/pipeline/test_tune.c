// Whole tuning runs against an endpoint whose knee is known, in time of its own.
#include "tune_world.h"

#include "log.h"
#include "tune_knee.h"

static struct tune_result result;

static struct tune_settings usual(void)
{
    return (struct tune_settings){
        .run = &world_run, .most_concurrency = 512, .most_calls = 20000, .goal = TUNE_THROUGHPUT};
}

static void tune(const struct tune_settings *settings)
{
    struct error why = {0};
    if (!tune_endpoint(settings, &result, &why))
        fail_msg("%s", why.message);
    assert_int_equal(result.calls, world.calls);
}

static void expect_knee(enum world_mode mode, unsigned capacity, uint64_t seed, double within)
{
    struct tune_settings settings = usual();
    world_begin(seed);
    world.capacity = capacity;
    world.mode = mode;
    tune(&settings);
    if (fabs(result.knee - (double)capacity) > within * capacity)
        fail_msg("capacity %u, seed %d: %u is found", capacity, (int)seed, result.knee);
    if (result.calls > knee_most_calls(capacity))
        fail_msg("capacity %u, seed %d: %lld calls", capacity, (int)seed, result.calls);
    assert_string_equal(result.stopped, "");
}

static void a_refusing_endpoints_knee_is_found(void **state)
{
    (void)state;
    expect_knee(WORLD_REFUSES, 3, 1, 0.34);
    expect_knee(WORLD_REFUSES, 8, 1, 0.15);
    expect_knee(WORLD_REFUSES, 8, 2, 0.15);
    expect_knee(WORLD_REFUSES, 37, 1, 0.15);
}

static void a_queueing_endpoints_knee_is_found(void **state)
{
    (void)state;
    expect_knee(WORLD_QUEUES, 3, 1, 0.34);
    expect_knee(WORLD_QUEUES, 8, 1, 0.15);
    expect_knee(WORLD_QUEUES, 8, 2, 0.15);
    expect_knee(WORLD_QUEUES, 37, 1, 0.15);
}

static void without_a_knee_the_highest_level_counts(void **state)
{
    (void)state;
    struct tune_settings settings = usual();
    world_begin(1);
    settings.most_concurrency = 24;
    tune(&settings);
    assert_int_equal(result.knee, 0);
    assert_int_equal(result.concurrency, 24);
    assert_int_equal(world.most_in_flight, 24);
    assert_int_equal(result.level_count, 6); // 1 2 4 8 16 24
    for (size_t i = 0; i < result.level_count; i++) {
        const struct tune_level *row = &result.levels[i];
        assert_false(row->client_bound);
        assert_true(fabs(row->in_flight - row->concurrency) < 0.05 * row->concurrency);
    }
}

// A client that is late makes rows that say so, and levels are held again for it. Neither that nor
// what is refused may take more calls than a knee is worth.
static void levels_held_twice_are_charged(void **state)
{
    (void)state;
    static const unsigned capacities[] = {3, 8, 37};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        struct tune_settings settings = usual();
        world_begin(i);
        world.capacity = capacities[i];
        world.lag_from = 1;
        world.lag_to = 512;
        world.lags = UINT32_MAX;
        tune(&settings);
        for (size_t row = 0; row < result.level_count; row++)
            assert_true(result.levels[row].client_bound);
        if (result.calls > knee_most_calls(capacities[i]))
            fail_msg("capacity %u: %lld calls", capacities[i], result.calls);
    }
}

// One hiccup, and the row is that of the second time.
static void a_late_level_is_held_again(void **state)
{
    (void)state;
    struct tune_settings settings = usual();
    settings.most_concurrency = 8;
    world_begin(1);
    tune(&settings);
    long long calls = result.calls;
    world_begin(1);
    world.lag_from = world.lag_to = 8;
    world.lags = 30;
    tune(&settings);
    assert_int_equal(world.lags, 0);
    assert_true(result.calls >= calls + knee_wanted(8));
    for (size_t row = 0; row < result.level_count; row++)
        assert_false(result.levels[row].client_bound);
}

static void max_calls_is_never_exceeded(void **state)
{
    (void)state;
    for (long long most = 20; most <= 300; most += 28) {
        struct tune_settings settings = usual();
        settings.most_calls = most;
        world_begin((uint64_t)most);
        world.capacity = most % 56 < 28 ? 6 : 0;
        world.lag_from = 2;
        world.lag_to = 512;
        world.lags = most % 3 == 0 ? UINT32_MAX : 0;
        tune(&settings);
        if (world.calls > most)
            fail_msg("--max-calls %lld: %lld calls", most, world.calls);
        assert_true(world.capacity > 0 || strstr(result.stopped, "--max-calls") != NULL);
    }
}

// Calls are kept for comparing drafts; a level that is held twice leaves them alone.
static void the_later_phases_keep_their_calls(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":\"a\",\"image\":\"@two-squares.png\"}"};
    struct tune_settings settings = usual();
    char first[sizeof world_input];
    strcpy(first, world_input);
    world_records(lines, 1);
    world_begin(1);
    world.lag_from = 1;
    world.lag_to = 512;
    world.lags = UINT32_MAX;
    settings.most_calls = 87;
    settings.drafts[0] = 4;
    settings.draft_count = 1;
    tune(&settings);
    unlink(world_input);
    strcpy(world_input, first);
    assert_int_equal(result.draft_count, 1);
    assert_true(world.calls <= 87);
}

// Neither is more spent, nor is a level measured with fewer calls in flight than it is of.
static void max_cost_is_never_exceeded(void **state)
{
    (void)state;
    size_t levels = 0;
    for (double most = 0.02; most < 3; most *= 2.3) {
        struct tune_settings settings = usual();
        struct error why = {0};
        world_begin(7);
        world_prices(10, most);
        settings.most_concurrency = 64;
        bool good = tune_endpoint(&settings, &result, &why);
        print_message("$%.3f: %zu levels, $%.3f; %s\n", most, result.level_count, world_bill(),
                      good ? result.stopped : why.message);
        assert_true(world_bill() <= most);
        assert_true(good ? result.cost <= most : why.kind == ERR_STOPPED);
        assert_non_null(strstr(good ? result.stopped : why.message, "--max-cost"));
        assert_true(most < 0.2 || strstr(result.stopped, "were not tried") != NULL);
        for (size_t i = 0; i < result.level_count; i++)
            assert_true(result.levels[i].in_flight > 0.9 * result.levels[i].concurrency);
        assert_int_equal(result.knee, 0); // the endpoint takes any number
        assert_true(result.level_count >= levels);
        levels = result.level_count;
    }
    assert_true(levels > 4);
}

// An endpoint that bills forty times what is counted: known from its first reply.
static void a_dear_endpoint_is_known_from_its_first_reply(void **state)
{
    (void)state;
    for (double most = 0.3; most < 10; most *= 4) {
        struct tune_settings settings = usual();
        struct error why = {0};
        world_begin(3);
        world_prices(10, most);
        world.input_tokens = 20000;
        bool good = tune_endpoint(&settings, &result, &why);
        assert_non_null(strstr(good ? result.stopped : why.message, "--max-cost"));
        if (world_bill() > most)
            fail_msg("$%.2f of $%.2f", world_bill(), most);
    }
}

static void no_money_for_one_call_is_told(void **state)
{
    (void)state;
    struct tune_settings settings = usual();
    struct error why = {0};
    world_begin(1);
    world_prices(10, 0.001);
    assert_false(tune_endpoint(&settings, &result, &why));
    assert_int_equal(why.kind, ERR_STOPPED);
    assert_non_null(strstr(why.message, "--max-cost leaves $0.0010"));
    assert_int_equal(world.calls, 0);
}

static void without_token_counts_every_call_counts_at_its_most(void **state)
{
    (void)state;
    struct tune_settings settings = usual();
    world_begin(1);
    world_prices(1, 10);
    world.silent_share = 1;
    tune(&settings);
    assert_true(world.most_in_flight > 1);
    assert_true(result.level_count > 1);
    assert_string_equal(result.stopped, "");
}

static void an_endpoint_that_suffers_is_left_alone(void **state)
{
    (void)state;
    struct tune_settings settings = usual();
    world_begin(1);
    world.fail_share = 0.5;
    tune(&settings);
    assert_true(world.calls < 40);
    assert_non_null(strstr(result.stopped, "calls failed (server_error)"));
    assert_int_equal(result.concurrency, 0);
}

static void a_key_that_is_refused_ends_it(void **state)
{
    (void)state;
    struct tune_settings settings = usual();
    world_begin(1);
    world.fatal_after = 60;
    tune(&settings);
    assert_true(world.calls < 80);
    assert_true(result.level_count > 1);
    assert_non_null(strstr(result.stopped, "no: 401"));
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusing_endpoints_knee_is_found),
        cmocka_unit_test(a_queueing_endpoints_knee_is_found),
        cmocka_unit_test(without_a_knee_the_highest_level_counts),
        cmocka_unit_test(levels_held_twice_are_charged),
        cmocka_unit_test(a_late_level_is_held_again),
        cmocka_unit_test(max_calls_is_never_exceeded),
        cmocka_unit_test(the_later_phases_keep_their_calls),
        cmocka_unit_test(max_cost_is_never_exceeded),
        cmocka_unit_test(a_dear_endpoint_is_known_from_its_first_reply),
        cmocka_unit_test(no_money_for_one_call_is_told),
        cmocka_unit_test(without_token_counts_every_call_counts_at_its_most),
        cmocka_unit_test(an_endpoint_that_suffers_is_left_alone),
        cmocka_unit_test(a_key_that_is_refused_ends_it),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
