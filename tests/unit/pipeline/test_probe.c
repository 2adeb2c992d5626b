#include "probe.h"

#include "../client/loopback.h"
#include "text.h"
#include "unit.h"

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    if (strstr(request->head, "/refused/") != NULL)
        loopback_reply(socket, "400 Bad Request", "Content-Type: application/json\r\n",
                       "{\"error\":{\"message\":\"Unsupported value: 'temperature' does not "
                       "support 0.7\",\"code\":\"unsupported_value\",\"param\":\"temperature\"}}");
    else if (strstr(request->body, "\"stream\":true") != NULL)
        loopback_reply(socket, "200 OK", "Content-Type: text/event-stream\r\n",
                       "data: {\"choices\":[{\"delta\":{\"content\":\"ready\"},"
                       "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    else
        loopback_reply(socket, "200 OK", "Content-Type: application/json\r\n",
                       "{\"choices\":[{\"message\":{\"content\":\"ready\"},\"finish_reason\":"
                       "\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}");
    return true;
}

struct world {
    struct loopback *server;
    struct endpoint endpoint;
    struct prober prober;
};

static void open_world(struct world *world, const char *path, unsigned limit)
{
    char base[100];
    struct error why = {0};
    world->server = loopback_start(answer);
    snprintf(base, sizeof base, "http://127.0.0.1:%d/%s", world->server->port, path);
    struct endpoint_settings settings = {.base_url = base, .model = "m"};
    struct client_settings client = {.timeout_ms = 20000, .connect_timeout_ms = 5000};
    assert_true(endpoint_init(&world->endpoint, &settings, &why));
    assert_true(prober_init(&world->prober, &client, limit, &why));
}

static void close_world(struct world *world)
{
    prober_clear(&world->prober);
    endpoint_clear(&world->endpoint);
    loopback_stop(world->server);
}

static struct probe make_probe(const struct world *world)
{
    return (struct probe){.endpoint = &world->endpoint,
                          .ask = {.prompt = "say ready", .temperature = 0.7}};
}

static void counts_calls_and_tokens(void **state)
{
    (void)state;
    struct world world;
    struct error why = {0};
    char seen[200];
    open_world(&world, "v1", 4);
    struct probe probes[5];
    for (size_t i = 0; i < 5; i++)
        probes[i] = make_probe(&world);
    assert_true(prober_send(&world.prober, probes, 5, &why));
    for (size_t i = 0; i < 4; i++) {
        assert_true(probes[i].sent);
        assert_int_equal(probes[i].fault.verdict, FAULT_NONE);
        assert_string_equal(probes[i].reply.text, "ready");
        assert_non_null(strstr(probe_seen(&probes[i], seen, sizeof seen), "HTTP 200"));
    }
    assert_false(probes[4].sent); // the limit is kept
    assert_int_not_equal(probes[4].fault.verdict, FAULT_NONE);
    assert_non_null(strstr(probe_seen(&probes[4], seen, sizeof seen), "limit"));
    assert_int_equal(world.prober.calls, 4);
    assert_int_equal(world.prober.tokens, 4 * 9);
    assert_int_equal(prober_left(&world.prober), 0);
    assert_int_equal(world.server->requests, 4);
    for (size_t i = 0; i < 5; i++)
        probe_clear(&probes[i]);
    close_world(&world);
}

static void a_refusal_teaches_the_probe_alone(void **state)
{
    (void)state;
    struct world world;
    struct error why = {0};
    open_world(&world, "refused/v1", 4);
    struct probe probe = make_probe(&world);
    assert_true(prober_send(&world.prober, &probe, 1, &why));
    assert_int_equal(probe.status, 400);
    assert_string_equal(probe.fault.kind, "parameter_rejected");
    assert_true(probe.learned.no_temperature);
    assert_false(world.endpoint.lessons.no_temperature);
    assert_non_null(strstr(buffer_text(&probe.body), "unsupported_value"));
    probe_clear(&probe);
    close_world(&world);
}

static void a_stream_is_read(void **state)
{
    (void)state;
    struct world world;
    struct error why = {0};
    open_world(&world, "v1", 4);
    world.endpoint.lessons.stream = true;
    struct probe probe = make_probe(&world);
    assert_true(prober_send(&world.prober, &probe, 1, &why));
    assert_int_equal(probe.fault.verdict, FAULT_NONE);
    assert_true(probe.streamed);
    assert_string_equal(probe.reply.text, "ready");
    probe_clear(&probe);
    close_world(&world);
}

static void tokens_are_estimated(void **state)
{
    (void)state;
    assert_int_equal(text_token_estimate(""), 0);
    assert_int_equal(text_token_estimate("four"), 1);
    assert_int_equal(text_token_estimate("图片"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_calls_and_tokens),
        cmocka_unit_test(a_refusal_teaches_the_probe_alone),
        cmocka_unit_test(a_stream_is_read),
        cmocka_unit_test(tokens_are_estimated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
