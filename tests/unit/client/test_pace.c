// The pace against modelled endpoints: what it finds, how it follows, and what must not happen.
#include "unit.h"

#include "pace_model.h"

static struct model model;

enum { SEEDS = 5, LATENCY_MS = 1000 };
static const double unloaded = LATENCY_MS;

static const struct pace_settings automatic = {.automatic = true, .concurrency = 512};

// Means over the seeds.
struct outcome {
    double whole, late; // throughput, as a share of what the capacity allows
    double median;      // latency, in unloaded ones
    double refused;     // share of the calls
    double down, up;    // latencies until a lower and a higher capacity was followed
    double slowest;     // of both, in any run
    double idle;        // longest time without a call that was taken, in latencies
    double told;        // words for people
};

static double ideal_of(const struct model_settings *settings)
{
    double mean_ms = settings->latency_ms * exp(settings->sigma * settings->sigma / 2);
    return settings->steps[0].capacity * 1000 / mean_ms;
}

static void add_following(struct outcome *outcome, const struct model_settings *settings)
{
    double from_down = settings->steps[1].from_ms, from_up = settings->steps[2].from_ms;
    double down = model_follows(&model, from_down, settings->steps[1].capacity) - from_down;
    double up = model_follows(&model, from_up, settings->steps[2].capacity) - from_up;
    outcome->down += down / settings->latency_ms / SEEDS;
    outcome->up += up / settings->latency_ms / SEEDS;
    outcome->slowest = fmax(outcome->slowest, fmax(down, up) / settings->latency_ms);
}

static struct outcome run(struct model_settings settings, struct pace_settings pace,
                          const char *name)
{
    struct outcome outcome = {0};
    double ideal = ideal_of(&settings), end = settings.end_ms;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        settings.seed = seed * 7919;
        model_run(&model, &settings, &pace);
        outcome.whole += model_throughput(&model, 0, end) / ideal / SEEDS;
        outcome.late += model_throughput(&model, end / 2, end) / ideal / SEEDS;
        outcome.median += model_median(&model, end / 3, end) / settings.latency_ms / SEEDS;
        outcome.refused += (double)model.refused / (double)model.begun / SEEDS;
        outcome.idle = fmax(outcome.idle, model.most_idle_ms / settings.latency_ms);
        outcome.told += (double)model.told / SEEDS;
        if (settings.steps[1].from_ms > 0 && settings.steps[2].from_ms > 0)
            add_following(&outcome, &settings);
        model_clear(&model);
    }
    print_message("%s: whole %.3f late %.3f median %.2f refused %.4f down %.1f up %.1f slowest "
                  "%.1f idle %.2f told %.1f\n",
                  name, outcome.whole, outcome.late, outcome.median, outcome.refused, outcome.down,
                  outcome.up, outcome.slowest, outcome.idle, outcome.told);
    return outcome;
}

static struct model_settings endpoint(enum model_kind kind, double sigma)
{
    return (struct model_settings){.kind = kind,
                                   .latency_ms = LATENCY_MS,
                                   .sigma = sigma,
                                   .steps = {{0, 40}},
                                   .end_ms = 100 * unloaded,
                                   .refusal_ms = 5};
}

static struct model_settings dropping(enum model_kind kind, double sigma)
{
    struct model_settings settings = endpoint(kind, sigma);
    settings.steps[1].from_ms = 40 * unloaded;
    settings.steps[1].capacity = 13;
    settings.steps[2].from_ms = 80 * unloaded;
    settings.steps[2].capacity = 40;
    settings.end_ms = 120 * unloaded;
    return settings;
}

static void finds_where_an_endpoint_refuses(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct outcome got =
            run(endpoint(MODEL_REFUSES, wide ? 0.5 : 0.3), automatic, "refuses above 40");
        assert_true(got.whole > 0.85);
        assert_true(got.late > 0.9);
        assert_true(got.refused > 0 && got.refused < 0.01);
        assert_int_equal(model.pace.reason == PACE_FIXED, false);
        assert_true(got.told < 2.5);
    }
}

// Each refusal stops everything for three latencies, as a Retry-After of a second may.
static void refusals_that_cost_time_stay_rare(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_REFUSES, 0.3);
    settings.wait_ms = 3 * unloaded;
    settings.end_ms = 200 * unloaded;
    struct outcome got = run(settings, automatic, "refuses, and asks to wait");
    assert_true(got.late > 0.85);
    assert_true(got.refused < 0.01);
}

static void finds_where_an_endpoint_slows(void **state)
{
    (void)state;
    static const enum model_kind kinds[] = {MODEL_SHARES, MODEL_QUEUES};
    for (int i = 0; i < 4; i++) {
        struct outcome got =
            run(endpoint(kinds[i / 2], i % 2 ? 0.5 : 0.3), automatic, "slows above 40");
        assert_true(got.whole > 0.88);
        assert_true(got.late > 0.93);
        assert_true(got.median < 1.5);
        assert_true(got.told < 2.5);
    }
}

// A batching server is slower with each call more and never refuses: the most for its latency lies
// where both have doubled; that is at 40, and the throughput there half of what it ever can be.
static void finds_the_middle_where_all_is_gradual(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_GRADUAL, 0.3);
    settings.end_ms = 200 * unloaded;
    struct outcome got = run(settings, automatic, "slower with each call");
    assert_true(got.late > 0.35 && got.late < 0.75);
    assert_true(got.median > 1.4 && got.median < 4);
}

static void follows_a_capacity_that_changes(void **state)
{
    (void)state;
    static const enum model_kind kinds[] = {MODEL_REFUSES, MODEL_SHARES, MODEL_QUEUES};
    static const char *const names[] = {"refuses, a third for a while", "shares", "queues"};
    for (int i = 0; i < 3; i++) {
        struct outcome got = run(dropping(kinds[i], 0.3), automatic, names[i]);
        assert_true(got.down < 16);
        assert_true(got.up < 16);
        assert_true(got.slowest < 25);
        assert_true(got.refused < 0.06);
    }
}

// Nothing is taken for a time: it keeps asking, seldom, and is back soon after.
static void does_not_stall_under_sustained_refusal(void **state)
{
    (void)state;
    struct model_settings settings = dropping(MODEL_REFUSES, 0.3);
    settings.steps[1].capacity = 0;
    settings.steps[2].from_ms = 70 * unloaded;
    struct outcome got = run(settings, automatic, "refuses all for a while");
    assert_true(got.idle > 29 && got.idle < 45); // 30 of them are the endpoint's
    assert_true(got.refused < 0.05);
    assert_true(got.whole > 0.4);
}

static void one_slow_reply_changes_nothing(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_SHARES, 0.3);
    settings.slow_call = 1500;
    struct outcome got = run(settings, automatic, "one very slow reply");
    assert_true(got.late > 0.93);
    assert_true(got.median < 1.5);
}

static void kinds_of_calls_are_told_apart(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_SHARES, 0.3);
    settings.two_kinds = true; // the mean call takes 1.75 latencies
    struct outcome got = run(settings, automatic, "every fourth takes four times as long");
    assert_true(got.late * 1.75 > 0.9);
}

static void goes_as_far_as_it_may(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_SHARES, 0.3);
    settings.steps[0].capacity = 400;
    settings.end_ms = 40 * unloaded;
    struct pace_settings pace = {.automatic = true, .concurrency = 100};
    struct outcome got = run(settings, pace, "may take 100 of 400");
    assert_true(got.late > 0.24 && got.late < 0.26);
    assert_int_equal(model.pace.limit, 100);
    assert_int_equal(model.pace.reason, PACE_CEILING);
}

static void rates_a_minute_are_kept(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_SHARES, 0.3);
    settings.end_ms = 240 * unloaded;
    settings.per_minute = 600;
    struct pace_settings fixed = {.concurrency = 40, .requests_per_minute = 590};
    double minutes = settings.end_ms / 60000, rate = 600.0 / 60 / ideal_of(&settings);
    struct outcome set = run(settings, fixed, "590 a minute, by the settings");
    assert_true(set.refused < 0.001);
    assert_true(set.whole > 0.93 * rate);
    settings.tells = true;
    struct pace_settings told[] = {{.concurrency = 40}, automatic};
    for (int i = 0; i < 2; i++) {
        struct outcome got = run(settings, told[i], "600 a minute, by headers");
        assert_true(got.refused * 600 * minutes < 40);
        assert_true(got.whole > 0.9 * rate);
        assert_true(got.idle < 20); // spread over the minute
    }
}

static void nothing_to_send_is_no_sign(void **state)
{
    (void)state;
    struct model_settings settings = endpoint(MODEL_SHARES, 0.3);
    settings.idle_from = 50 * unloaded;
    settings.idle_to = 70 * unloaded;
    struct outcome got = run(settings, automatic, "nothing to send for a while");
    assert_true(got.whole > 0.7);
    assert_true(model.pace.limit > 30 && model.pace.limit < 100);
}

static void a_fixed_number_is_kept(void **state)
{
    (void)state;
    struct pace pace;
    struct bucket_cost cost = {0, 0};
    struct pace_call calls[4];
    pace_init(&pace, &(struct pace_settings){.concurrency = 3});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pace_wait_ms(&pace, &cost, 0), 0);
        calls[i] = pace_begin(&pace, 0, &cost, 0);
    }
    assert_int_equal(pace_wait_ms(&pace, &cost, 0), -1);
    struct pace_result refused = {.outcome = PACE_REFUSED, .used = {-1, -1}};
    assert_false(pace_end(&pace, &calls[0], &refused, 10));
    assert_int_equal(pace_wait_ms(&pace, &cost, 10), 0);
    assert_int_equal(pace.limit, 3);
    assert_string_equal(pace_reason_text(pace.reason), "as set");
    assert_string_equal(pace_reason_word(pace.reason), "fixed");
}

// At most one decrease a latency interval, however many refusals come.
static void a_storm_of_refusals_is_one_decrease(void **state)
{
    (void)state;
    struct pace pace;
    struct bucket_cost cost = {0, 0};
    static struct pace_call calls[64];
    pace_init(&pace, &automatic);
    pace.limit = 64;
    pace.latency_ms = 1000;
    for (int i = 0; i < 64; i++)
        calls[i] = pace_begin(&pace, 0, &cost, 0);
    struct pace_result refused = {.outcome = PACE_REFUSED, .used = {-1, -1}};
    pace_end(&pace, &calls[0], &refused, 100);
    unsigned once = pace.limit;
    assert_in_range(once, 50, 62);
    for (int i = 1; i < 30; i++)
        pace_end(&pace, &calls[i], &refused, 100 + i);
    assert_int_equal(pace.limit, once);
    pace_end(&pace, &calls[30], &refused, 1200);
    assert_true(pace.limit < once);
    // The next call begins when others have ended.
    assert_true(pace_wait_ms(&pace, &cost, 1201) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_where_an_endpoint_refuses),
                                       cmocka_unit_test(refusals_that_cost_time_stay_rare),
                                       cmocka_unit_test(finds_where_an_endpoint_slows),
                                       cmocka_unit_test(finds_the_middle_where_all_is_gradual),
                                       cmocka_unit_test(follows_a_capacity_that_changes),
                                       cmocka_unit_test(does_not_stall_under_sustained_refusal),
                                       cmocka_unit_test(one_slow_reply_changes_nothing),
                                       cmocka_unit_test(kinds_of_calls_are_told_apart),
                                       cmocka_unit_test(goes_as_far_as_it_may),
                                       cmocka_unit_test(rates_a_minute_are_kept),
                                       cmocka_unit_test(nothing_to_send_is_no_sign),
                                       cmocka_unit_test(a_fixed_number_is_kept),
                                       cmocka_unit_test(a_storm_of_refusals_is_one_decrease)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
