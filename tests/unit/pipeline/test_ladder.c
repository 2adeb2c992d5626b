#include "ladder.h"

#include "ladder_world.h"

// Answers below one path only, with a model that names colours it did not see.
static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    if (strncmp(request->head, "POST /v1/chat/completions ", 26) != 0)
        return world_refuse(socket, "404 Not Found", "Not Found");
    return world_say(socket, "red, green, blue, yellow, black");
}

static struct diagnosis climb(const struct ladder_settings *settings)
{
    struct error why = {0};
    struct diagnosis diagnosis = {0};
    assert_true(ladder_climb(settings, &diagnosis, &why));
    return diagnosis;
}

static const struct rung *last_rung(const struct diagnosis *diagnosis)
{
    assert_true(diagnosis->rung_count > 0);
    return &diagnosis->rungs[diagnosis->rung_count - 1];
}

static void expect(const struct ladder_settings *settings, enum rung_id rung, enum cause_id cause)
{
    struct diagnosis diagnosis = climb(settings);
    const struct rung *last = last_rung(&diagnosis);
    if (last->id != rung || diagnosis.cause != cause || last->result != RUNG_BROKEN)
        fail_msg("%s (%s) in place of %s: %s", rung_name(last->id), cause_at(diagnosis.cause)->name,
                 rung_name(rung), diagnosis.detail);
    // Each rung below is passed or says that there was nothing to do.
    for (size_t i = 0; i + 1 < diagnosis.rung_count; i++)
        assert_int_not_equal(diagnosis.rungs[i].result, RUNG_BROKEN);
    assert_true(diagnosis.calls <= settings->most_calls);
    diagnosis_clear(&diagnosis);
}

static void it_stops_at_the_first_broken_rung(void **state)
{
    (void)state;
    struct ladder_world world;
    char elsewhere[100];
    world_open(&world, answer);
    struct ladder_settings settings = world.settings;
    settings.endpoint.model = NULL;
    expect(&settings, RUNG_SETTINGS, CAUSE_model_unset);
    settings = world.settings;
    settings.endpoint.base_url = "http://127.0.0.1:1/v1"; // tcpmux: nobody listens
    expect(&settings, RUNG_TCP, CAUSE_connection_refused);
    snprintf(elsewhere, sizeof elsewhere, "http://127.0.0.1:%d", world.server->port);
    settings.endpoint.base_url = elsewhere;
    expect(&settings, RUNG_HTTP, CAUSE_path_v1_missing);
    expect(&world.settings, RUNG_VISION, CAUSE_image_ignored);
    world_close(&world);
}

static void it_keeps_to_its_calls(void **state)
{
    (void)state;
    struct ladder_world world;
    world_open(&world, answer);
    for (unsigned most = 1; most < 4; most++) {
        struct ladder_settings settings = world.settings;
        settings.most_calls = most;
        unsigned before = world.server->requests;
        struct diagnosis diagnosis = climb(&settings);
        assert_true(diagnosis.calls <= most);
        assert_true(world.server->requests - before <= most);
        // Nothing is said of what was not tried.
        assert_int_equal(diagnosis.cause, CAUSE_unexplained);
        assert_non_null(strstr(last_rung(&diagnosis)->seen, "limit of calls is reached"));
        diagnosis_clear(&diagnosis);
    }
    world_close(&world);
}

static void a_larger_image_is_estimated_dearer(void **state)
{
    (void)state;
    struct ladder_settings settings = {.limits = {.max_side_px = 512}};
    long long small = ladder_estimate(&settings);
    settings.limits.max_side_px = 2048;
    assert_true(ladder_estimate(&settings) > small);
    assert_true(small > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stops_at_the_first_broken_rung),
        cmocka_unit_test(it_keeps_to_its_calls),
        cmocka_unit_test(a_larger_image_is_estimated_dearer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
