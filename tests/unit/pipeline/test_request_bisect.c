#include "request_bisect.h"

#include "ladder_world.h"

// What the server refuses, and in which words.
static size_t longest_text;
static const char *refused_word, *words;

// The bytes of the text that the request asks, by its run of the letter x.
static size_t text_length(const char *body)
{
    size_t longest = 0;
    for (const char *at = strchr(body, 'x'); at != NULL; at = strchr(at, 'x')) {
        size_t length = strspn(at, "x");
        longest = length > longest ? length : longest;
        at += length;
    }
    return longest;
}

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    if ((longest_text > 0 && text_length(request->body) > longest_text) ||
        (refused_word != NULL && strstr(request->body, refused_word) != NULL))
        return world_refuse(socket, "400 Bad Request", words);
    return world_say(socket, "ready");
}

// Sends the ask once and bisects it; the caller closes the world.
static void search(struct ladder_world *world, const struct ask *ask, bool image)
{
    struct error why = {0};
    world_open(world, answer);
    struct ladder *ladder = &world->ladder;
    struct request request = {
        .endpoint = &ladder->endpoint, .ask = *ask, .payload = image ? ladder->payload : NULL};
    struct probe failed = {
        .endpoint = request.endpoint, .ask = request.ask, .payload = request.payload};
    assert_true(prober_send(&ladder->prober, &failed, 1, &why));
    assert_int_not_equal(failed.fault.verdict, FAULT_NONE);
    assert_true(request_bisect(ladder, RUNG_PARAMETERS, "all", &request, false, &failed, &why));
    probe_clear(&failed);
    assert_true(ladder->ended);
    assert_in_range(ladder->prober.calls, 2, LADDER_MOST_CALLS);
    assert_int_equal(world->server->requests, ladder->prober.calls);
}

static void a_text_is_shortened_until_it_passes(void **state)
{
    (void)state;
    enum { LIMIT = 3000, LENGTH = 8000 };
    char prompt[LENGTH + 1];
    memset(prompt, 'x', LENGTH);
    prompt[LENGTH] = '\0';
    longest_text = LIMIT;
    refused_word = NULL;
    words = "The request could not be processed.";
    struct ladder_world world;
    search(&world, &(struct ask){.prompt = prompt, .temperature = 0.5, .max_tokens = 50}, false);
    assert_int_equal(world.diagnosis.cause, CAUSE_text_too_long);
    double passes = 0, fails = 0;
    assert_int_equal(sscanf(world.diagnosis.detail,
                            "The request passes with its text cut to %lf bytes, and fails with "
                            "%lf.",
                            &passes, &fails),
                     2);
    assert_true(passes <= LIMIT && fails > LIMIT && fails < 2 * passes);
    world_close(&world);
}

static void a_parameter_is_found_without_words(void **state)
{
    (void)state;
    longest_text = 0;
    refused_word = "\"seed\"";
    words = "The request could not be processed.";
    struct ladder_world world;
    search(&world,
           &(struct ask){.prompt = "say ready",
                         .temperature = 0.5,
                         .max_tokens = 50,
                         .image = true,
                         .extra_body = "{\"top_p\":0.9,\"seed\":7}"},
           true);
    assert_int_equal(world.diagnosis.cause, CAUSE_parameter_refused);
    assert_non_null(strstr(world.diagnosis.detail, "`seed`"));
    assert_null(strstr(world.diagnosis.detail, "`top_p`"));
    world_close(&world);
}

static void words_save_calls(void **state)
{
    (void)state;
    longest_text = 0;
    refused_word = "\"temperature\"";
    struct ladder_world world;
    const struct ask ask = {.prompt = "say ready",
                            .temperature = 0.5,
                            .max_tokens = 50,
                            .extra_body = "{\"top_p\":0.9,\"seed\":7,\"top_k\":3}"};
    words = "The request could not be processed.";
    search(&world, &ask, false);
    unsigned without = world.ladder.prober.calls;
    world_close(&world);
    words = "temperature is not for this model";
    search(&world, &ask, false);
    assert_int_equal(world.diagnosis.cause, CAUSE_parameter_refused);
    assert_non_null(strstr(world.diagnosis.fix, "--temperature none"));
    assert_true(world.ladder.prober.calls < without);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_shortened_until_it_passes),
        cmocka_unit_test(a_parameter_is_found_without_words),
        cmocka_unit_test(words_save_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
