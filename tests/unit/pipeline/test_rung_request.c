#include "ladder_world.h"

// What the server refuses; set by each test.
static struct script {
    const char *word;           // in a body: such requests are refused
    unsigned from, to;          // so are those from this one on, and before that one
    const char *turns;          // and those that stand as '-' here
    const char *status, *words; // with which
    bool whole;                 // a stream is answered in one piece
} script;

static const char stream_reply[] =
    "data: {\"choices\":[{\"delta\":{\"content\":\"green\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    if ((script.word != NULL && strstr(request->body, script.word) != NULL) ||
        (server->requests >= script.from && server->requests < script.to) ||
        (script.turns != NULL && server->requests <= strlen(script.turns) &&
         script.turns[server->requests - 1] == '-'))
        return world_refuse(socket, script.status, script.words);
    if (strstr(request->body, "\"stream\":true") == NULL || script.whole)
        return world_say(socket, "green");
    loopback_reply(socket, "200 OK", "Content-Type: text/event-stream\r\n", stream_reply);
    return true;
}

static struct ladder_world world;

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

typedef bool rung(struct ladder *ladder, struct error *why);

static void begin(struct script how)
{
    struct error why = {0};
    script = how;
    if (script.status == NULL)
        script.status = "400 Bad Request";
    if (script.words == NULL)
        script.words = "no";
    world_open(&world, answer);
    world.ladder.tiny = probe_picture_at(&world.ladder.picture, &world.settings.limits,
                                         PROBE_TINY_SIDE, PROBE_TINY_QUALITY, &why);
    assert_non_null(world.ladder.tiny);
    world.settings.system_prompt = "Be exact.";
    world.settings.temperature = 0.7;
    world.settings.max_tokens = 50;
}

static const struct rung *last_rung(void)
{
    return &world.diagnosis.rungs[world.diagnosis.rung_count - 1];
}

static void climb(rung *climb_rung, enum rung_id id, enum cause_id cause)
{
    struct error why = {0};
    if (!climb_rung(&world.ladder, &why))
        fail_msg("%s", why.message);
    enum cause_id found = world.ladder.ended ? world.diagnosis.cause : CAUSE_none;
    if (last_rung()->id != id || found != cause)
        fail_msg("%s (%s) in place of %s (%s): %s", rung_name(last_rung()->id),
                 cause_at(found)->name, rung_name(id), cause_at(cause)->name,
                 world.diagnosis.detail);
    assert_int_equal(world.ladder.ended, last_rung()->result == RUNG_BROKEN);
}

static void expect_words(const char *text, const char *words)
{
    if (text == NULL || strstr(text, words) == NULL)
        fail_msg("\"%s\" has no \"%s\"", text != NULL ? text : "(null)", words);
}

static void parameters_are_those_of_a_run(void **state)
{
    (void)state;
    begin((struct script){0});
    world.settings.extra_body = "{\"top_k\":3}";
    climb(rung_parameters, RUNG_PARAMETERS, CAUSE_none);
    assert_string_equal(last_rung()->tried,
                        "temperature 0.7, max tokens 50, a system prompt, --extra-body");
    script.word = "\"top_k\"";
    climb(rung_parameters, RUNG_PARAMETERS, CAUSE_parameter_refused);
    expect_words(world.diagnosis.detail, "`top_k`");
}

static void a_negative_temperature_is_none(void **state)
{
    (void)state;
    begin((struct script){.word = "\"temperature\""});
    world.settings.temperature = -1;
    climb(rung_parameters, RUNG_PARAMETERS, CAUSE_none);
    assert_string_equal(last_rung()->tried, "max tokens 50, a system prompt");
}

static void structured_output_says_which_form(void **state)
{
    (void)state;
    begin((struct script){0});
    world.ladder.endpoint.lessons.structured = STRUCTURED_SCHEMA;
    climb(rung_structured, RUNG_STRUCTURED, CAUSE_none);
    assert_string_equal(last_rung()->tried, "a JSON Schema");
    world.ladder.endpoint.lessons.structured = STRUCTURED_OBJECT;
    climb(rung_structured, RUNG_STRUCTURED, CAUSE_none);
    assert_string_equal(last_rung()->tried, "a JSON object");
}

static void a_key_that_fails_midway_is_no_parameter(void **state)
{
    (void)state;
    static const struct {
        rung *climb;
        enum rung_id id;
    } rungs[] = {{rung_parameters, RUNG_PARAMETERS},
                 {rung_structured, RUNG_STRUCTURED},
                 {rung_stream, RUNG_STREAM},
                 {rung_together, RUNG_TOGETHER}};
    begin((struct script){.to = 99, .status = "401 Unauthorized", .words = "bad key"});
    for (size_t i = 0; i < 4; i++) {
        world.ladder.ended = false;
        climb(rungs[i].climb, rungs[i].id, CAUSE_key_missing);
    }
    assert_int_equal(world.server->requests, 3 + 3 + 1); // nothing was searched for
}

static void a_stream_passes_with_its_first_token(void **state)
{
    (void)state;
    begin((struct script){0});
    climb(rung_stream, RUNG_STREAM, CAUSE_none);
    expect_words(last_rung()->seen, "first token after");
    assert_false(world.ladder.endpoint.lessons.stream); // of this rung alone
    script.whole = true;
    climb(rung_stream, RUNG_STREAM, CAUSE_none);
    expect_words(last_rung()->seen, "in one piece");
}

static void a_detail_of_streams_is_learned_away(void **state)
{
    (void)state;
    begin((struct script){.word = "\"stream_options\"",
                          .words = "Unknown parameter: 'stream_options'."});
    climb(rung_stream, RUNG_STREAM, CAUSE_none);
    assert_int_equal(world.server->requests, 2);
    expect_words(world.diagnosis.steps, "learned, as a run does");
    expect_words(last_rung()->seen, "first token after");
    // With no call left for it the refusal itself is told.
    world.ladder.prober.limit = 3;
    climb(rung_stream, RUNG_STREAM, CAUSE_stream_refused);
    expect_words(last_rung()->seen, "HTTP 400");
    assert_int_equal(world.server->requests, 3);
}

static void a_refused_stream_is_confirmed(void **state)
{
    (void)state;
    begin((struct script){.word = "\"stream\":true"});
    climb(rung_stream, RUNG_STREAM, CAUSE_stream_refused);
    expect_words(world.diagnosis.detail, "passes when it does not ask for a stream");
    expect_words(world.diagnosis.fix, "no run can learn it"); // "no" names nothing
    assert_int_equal(world.server->requests, 2);
    script = (struct script){.from = 3, .to = 4, .status = "400 Bad Request", .words = "no"};
    climb(rung_stream, RUNG_STREAM, CAUSE_fails_by_turns);
}

static void three_at_once_pass(void **state)
{
    (void)state;
    begin((struct script){0});
    climb(rung_together, RUNG_TOGETHER, CAUSE_none);
    assert_string_equal(last_rung()->tried, "3 calls");
    assert_int_equal(world.server->requests, 3);
}

static void what_one_alone_passes_is_concurrency(void **state)
{
    (void)state;
    begin((struct script){.turns = "+--++-+", .status = "429 Too Many Requests", .words = "busy"});
    climb(rung_together, RUNG_TOGETHER, CAUSE_concurrency_refused);
    expect_words(world.diagnosis.fix, "--concurrency 1");
    expect_words(world.diagnosis.steps, "one alone -> HTTP 200");
    expect_words(world.diagnosis.steps, "3 at once again -> HTTP 429");
    assert_int_equal(world.server->requests, 7);
}

// One of three that fails by chance says nothing of how many there are.
static void one_fault_of_three_is_no_concurrency(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        enum cause_id cause;
    } cases[] = {{"400 Bad Request", CAUSE_fails_by_turns},
                 {"500 Internal Server Error", CAUSE_fails_by_turns},
                 {"429 Too Many Requests", CAUSE_rate_limited}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin((struct script){.turns = "+-+", .status = cases[i].status});
        climb(rung_together, RUNG_TOGETHER, cases[i].cause);
        expect_words(world.diagnosis.steps, "3 at once again -> all answered");
        assert_int_equal(world.server->requests, 7);
        world_close(&world);
    }
    // Without calls left the word of the refusal counts.
    begin((struct script){.turns = "+-+", .status = "503 Service Unavailable", .words = "busy"});
    world.ladder.prober.limit = 5;
    climb(rung_together, RUNG_TOGETHER, CAUSE_concurrency_refused);
    assert_int_equal(world.server->requests, 4);
}

// A search of the rungs below may have used them up: nothing is passed that was not tried.
static void too_few_calls_are_no_concurrency(void **state)
{
    (void)state;
    begin((struct script){0});
    world.ladder.prober.limit = 1;
    climb(rung_together, RUNG_TOGETHER, CAUSE_none);
    assert_int_equal(last_rung()->result, RUNG_SKIPPED);
    assert_int_equal(world.server->requests, 0);
    world.ladder.prober.limit = 2;
    climb(rung_together, RUNG_TOGETHER, CAUSE_none);
    assert_int_equal(last_rung()->result, RUNG_PASSED);
    assert_string_equal(last_rung()->tried, "2 calls");
    // Refused, and no call is left to try one alone.
    world.ladder.prober.limit = 4;
    script = (struct script){.to = 99, .status = "429 Too Many Requests", .words = "busy"};
    climb(rung_together, RUNG_TOGETHER, CAUSE_overloaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(parameters_are_those_of_a_run, tear_down),
        cmocka_unit_test_teardown(a_negative_temperature_is_none, tear_down),
        cmocka_unit_test_teardown(structured_output_says_which_form, tear_down),
        cmocka_unit_test_teardown(a_key_that_fails_midway_is_no_parameter, tear_down),
        cmocka_unit_test_teardown(a_stream_passes_with_its_first_token, tear_down),
        cmocka_unit_test_teardown(a_detail_of_streams_is_learned_away, tear_down),
        cmocka_unit_test_teardown(a_refused_stream_is_confirmed, tear_down),
        cmocka_unit_test_teardown(three_at_once_pass, tear_down),
        cmocka_unit_test_teardown(what_one_alone_passes_is_concurrency, tear_down),
        cmocka_unit_test_teardown(one_fault_of_three_is_no_concurrency, tear_down),
        cmocka_unit_test_teardown(too_few_calls_are_no_concurrency, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
