#include "image_bisect.h"

#include "ladder_world.h"

static size_t largest_body;
static bool moody;
static atomic_uint asked;

// Of a moody server, only the first request is refused.
static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    if (moody ? asked++ == 0 : request->length > largest_body)
        return world_refuse(socket, "400 Bad Request", "The request could not be processed.");
    return world_say(socket, "ready");
}

static void open_failed(struct ladder_world *world, struct request *request, struct probe *failed)
{
    struct error why = {0};
    world_open(world, answer);
    *request = (struct request){.endpoint = &world->ladder.endpoint,
                                .ask = {.prompt = "see?", .temperature = -1, .image = true},
                                .payload = world->ladder.payload};
    *failed = (struct probe){
        .endpoint = request->endpoint, .ask = request->ask, .payload = request->payload};
    assert_true(prober_send(&world->ladder.prober, failed, 1, &why));
    assert_int_not_equal(failed->fault.verdict, FAULT_NONE);
}

static void a_limit_of_bytes_is_found(void **state)
{
    (void)state;
    struct ladder_world world;
    struct request request;
    struct probe failed;
    struct error why = {0};
    moody = false;
    largest_body = 20000;
    open_failed(&world, &request, &failed);
    assert_true(request.payload->length > largest_body);
    assert_true(image_bisect(&world.ladder, RUNG_IMAGE, "an image", &request, &failed, &why));
    assert_true(world.ladder.ended);
    assert_int_equal(world.diagnosis.cause, CAUSE_image_bytes);
    assert_in_range(world.ladder.prober.calls, 3, LADDER_MOST_CALLS);
    probe_clear(&failed);
    world_close(&world);
}

static void a_passing_fault_leads_nobody_astray(void **state)
{
    (void)state;
    struct ladder_world world;
    struct request request;
    struct probe failed;
    struct error why = {0};
    bool passes = false;
    moody = true;
    asked = 0;
    open_failed(&world, &request, &failed);
    assert_true(
        request_confirm(&world.ladder, RUNG_IMAGE, "an image", &request, &failed, &passes, &why));
    assert_true(passes);
    assert_int_equal(world.diagnosis.cause, CAUSE_fails_by_turns);
    probe_clear(&failed);
    world_close(&world);
}

static void a_payload_is_described(void **state)
{
    (void)state;
    char text[100];
    payload_describe(&(struct payload){.width = 1024, .height = 768, .length = 210000}, text,
                     sizeof text);
    assert_string_equal(text, "1024 x 768 px, 210 kB of base64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_of_bytes_is_found),
        cmocka_unit_test(a_passing_fault_leads_nobody_astray),
        cmocka_unit_test(a_payload_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
