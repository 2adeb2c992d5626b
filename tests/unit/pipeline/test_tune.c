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
    assert_int_equal(world.count, 0);
}

static void expect_known_knees(enum world_mode mode)
{
    static const unsigned capacities[] = {3, 8, 37, 150};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        unsigned capacity = capacities[i], found = 0;
        for (uint64_t seed = 1; seed <= 10; seed++) {
            struct tune_settings settings = usual();
            world_begin(seed);
            world.capacity = capacity;
            world.mode = mode;
            tune(&settings);
            bool near = fabs(result.knee / (double)capacity - 1) <= (capacity < 8 ? 0.34 : 0.15);
            found += near;
            if (!near)
                print_message("capacity %u, seed %d: %u\n", capacity, (int)seed, result.knee);
            if (result.calls > knee_most_calls(capacity))
                fail_msg("capacity %u, seed %d: %lld calls", capacity, (int)seed, result.calls);
        }
        if (found < 9)
            fail_msg("capacity %u: %u of 10 found", capacity, found);
    }
}

static void a_refusing_endpoints_knee_is_found(void **state)
{
    (void)state;
    expect_known_knees(WORLD_REFUSES);
}

static void a_queueing_endpoints_knee_is_found(void **state)
{
    (void)state;
    expect_known_knees(WORLD_QUEUES);
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusing_endpoints_knee_is_found),
        cmocka_unit_test(a_queueing_endpoints_knee_is_found),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
