#include "ladder_world.h"

static const char *status, *words, *models;

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    if (strncmp(request->head, "GET /v1/models", 14) == 0) {
        loopback_reply(socket, "200 OK", "Content-Type: application/json\r\n", models);
        return true;
    }
    return world_refuse(socket, status, words);
}

static void climb(struct ladder_world *world, const char *refused_with, const char *said,
                  const char *list)
{
    struct error why = {0};
    status = refused_with;
    words = said;
    models = list;
    world_open(world, answer);
    assert_true(rung_text(&world->ladder, &why));
    assert_true(world->ladder.ended);
}

static void an_unknown_model_brings_those_there_are(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, "500 Internal Server Error", "no",
          "{\"data\":[{\"id\":\"mm\"},{\"id\":\"something-else\"}]}");
    assert_int_equal(world.diagnosis.cause, CAUSE_model_unknown);
    assert_non_null(strstr(world.diagnosis.fix, "such as mm, something-else"));
    world_close(&world);
}

static void a_listed_model_is_not_unknown(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, "500 Internal Server Error", "no", "{\"data\":[{\"id\":\"m\"}]}");
    assert_int_equal(world.diagnosis.cause, CAUSE_server_error);
    world_close(&world);
}

static void a_named_parameter_is_believed(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, "400 Bad Request",
          "Unsupported parameter: 'verbosity' is not supported with this model.",
          "{\"data\":[{\"id\":\"another\"}]}");
    assert_int_equal(world.diagnosis.cause, CAUSE_parameter_refused);
    world_close(&world);
}

static void a_gateways_word_on_its_server_is_no_wrong_path(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, "526 Invalid SSL Certificate", "Invalid SSL certificate", "{\"data\":[]}");
    assert_int_equal(world.diagnosis.cause, CAUSE_tls);
    assert_int_equal(world.ladder.prober.calls, 1);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_model_brings_those_there_are),
        cmocka_unit_test(a_listed_model_is_not_unknown),
        cmocka_unit_test(a_named_parameter_is_believed),
        cmocka_unit_test(a_gateways_word_on_its_server_is_no_wrong_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
