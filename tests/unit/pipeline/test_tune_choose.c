// What is recommended, and why.
#include "unit.h"

#include "batch.h"
#include "tune_state.h"

#include <stdio.h>
#include <string.h>

static struct run_settings run;
static struct tune_settings settings;
static struct knee knee;
static struct tune_result result;

// Levels 1, 2, 4 ... 64 of an endpoint that serves `capacity` calls at once, a second each.
static void found(double capacity)
{
    run = (struct run_settings){.per_image = 4, .limits = {.max_side_px = 2048}};
    settings = (struct tune_settings){.run = &run};
    knee = (struct knee){.most = 512};
    result = (struct tune_result){0};
    for (unsigned n = 1; n <= 64; n *= 2) {
        double served = n < capacity ? n : capacity;
        knee.levels[knee.count++] = (struct knee_level){.concurrency = n,
                                                        .seconds = 60,
                                                        .replies = 60 * served,
                                                        .calls_per_second = served,
                                                        .mean_ms = 1000 * n / served};
        result.levels[result.level_count++] =
            (struct tune_level){.concurrency = n,
                                .calls = (long long)(60 * served),
                                .replies = (long long)(60 * served),
                                .calls_per_second = served,
                                .p95_ms = 1500 * n / served};
    }
    knee.base_ms = 1000;
    if (capacity >= 64)
        return;
    knee.place = knee.capacity_per_second = capacity;
    result.knee = (unsigned)(capacity + 0.5);
}

static void choose(unsigned concurrency, const char *says)
{
    tune_choose(&settings, &knee, &result);
    if (result.concurrency != concurrency || strstr(result.reason, says) == NULL)
        fail_msg("%u, not %u: %s", result.concurrency, concurrency, result.reason);
}

static void the_knee_is_recommended(void **state)
{
    (void)state;
    found(20);
    choose(20, "a call alone takes 1.00 s, so that 20 in flight use it all; more only waits.");
    found(1);
    choose(1, "1 in flight uses it all");
    found(20);
    knee.refuses = true;
    choose(19, "more is refused");
    found(20);
    knee.limit_per_second = 20;
    choose(20, "headers allow no more");
}

static void without_a_knee_the_highest_sound_level_is(void **state)
{
    (void)state;
    found(64);
    choose(64, "not saturated with 64 calls in flight");
    result.levels[6].calls += 3; // that failed: more than one in fifty
    result.levels[6].replies = 30;
    choose(32, "not saturated with 64 calls");
    result.level_count = 1;
    choose(1, "with 1 call in flight");
}

static void a_latency_goal_goes_before_the_knee(void **state)
{
    (void)state;
    found(20);
    settings.latency_goal_ms = 2000;
    choose(16, "With 16 calls in flight 95 % of the replies come within 2.00 s");
    settings.latency_goal_ms = 100;
    choose(1, "Not even 1 call alone comes within 0.10 s");
    settings.latency_goal_ms = 60000;
    choose(20, "so that 20 in flight");
    settings.latency_goal_ms = 0;
    settings.goal = TUNE_LATENCY;
    choose(14, "seven tenths of the knee of 20");
}

static void throughput_that_still_grows_is_taken(void **state)
{
    (void)state;
    found(20);
    knee.levels[5].calls_per_second = 28; // at 32
    knee.levels[6].calls_per_second = 40; // at 64
    choose(64, "throughput still grows up to 64");
    knee.refuses = true;
    choose(19, "more is refused");
}

static void nothing_sound_recommends_nothing(void **state)
{
    (void)state;
    found(20);
    knee.count = 0;
    choose(0, "vqagen diagnose");
    assert_int_equal(result.batch_size, 0);
}

static void a_client_that_did_not_keep_up_is_told(void **state)
{
    (void)state;
    found(20);
    choose(20, "more only waits.");
    assert_null(strstr(result.reason, "the client"));
    result.levels[5].client_bound = result.levels[6].client_bound = true;
    choose(20, "more only waits. In 2 of 7 levels the client was the limit:");
}

static void the_smallest_side_that_agrees_is(void **state)
{
    (void)state;
    static const struct tune_side sides[] = {{.side_px = 2048, .agreement = 0.97},
                                             {.side_px = 1024, .agreement = 0.95},
                                             {.side_px = 512, .agreement = 0.93},
                                             {.side_px = 256, .agreement = 0.90},
                                             {.side_px = 128, .agreement = 0.99}};
    found(20);
    choose(20, "");
    assert_int_equal(result.max_side, 2048); // the run's own
    memcpy(result.sides, sides, sizeof sides);
    result.side_count = 5;
    choose(20, "");
    assert_int_equal(result.max_side, 512); // beyond one that does not agree none is trusted
    result.sides[0].agreement = -1;
    choose(20, "");
    assert_int_equal(result.max_side, 2048);
}

static void the_quickest_or_cheapest_usable_draft_is(void **state)
{
    (void)state;
    static const struct tune_draft drafts[] = {{1, 0.98, 3, 3, 900},
                                               {4, 0.95, 2.2, 2.2, 950},
                                               {8, 0.90, 2.1, 2.1, 800},
                                               {16, 0.50, 2, 2, 700}};
    found(20);
    choose(20, "");
    assert_int_equal(result.per_image, 4); // the run's own
    memcpy(result.drafts, drafts, sizeof drafts);
    result.draft_count = 2;
    choose(20, "");
    assert_int_equal(result.per_image, 4);
    settings.goal = TUNE_COST;
    choose(20, "");
    assert_int_equal(result.per_image, 1);
    result.draft_count = 4;
    choose(20, "");
    assert_int_equal(result.per_image, 8);
    // Of drafts that brought nothing none is better than another.
    for (size_t i = 0; i < 4; i++)
        result.drafts[i].usable = 0;
    choose(20, "");
    assert_int_equal(result.per_image, 4);
}

static void the_batch_keeps_the_slots_in_use(void **state)
{
    (void)state;
    found(20);
    choose(20, "");
    assert_int_equal(result.batch_size, batch_size_for(20, 4));
    result.drafts[0] = (struct tune_draft){100, 1, 1, 1, 1};
    result.draft_count = 1;
    choose(20, "");
    assert_int_equal(result.batch_size, 4000); // 20 drafts of 100, and as many again
    run.batch_size = 9000;                     // asked for
    choose(20, "");
    assert_int_equal(result.batch_size, 9000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_knee_is_recommended),
        cmocka_unit_test(without_a_knee_the_highest_sound_level_is),
        cmocka_unit_test(a_latency_goal_goes_before_the_knee),
        cmocka_unit_test(throughput_that_still_grows_is_taken),
        cmocka_unit_test(nothing_sound_recommends_nothing),
        cmocka_unit_test(a_client_that_did_not_keep_up_is_told),
        cmocka_unit_test(the_smallest_side_that_agrees_is),
        cmocka_unit_test(the_quickest_or_cheapest_usable_draft_is),
        cmocka_unit_test(the_batch_keeps_the_slots_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
