// The simulator over loopback: what it answers, refuses, counts and breaks.
#include "simulator.h"

#include "clock.h"
#include "simulation.h"

#include <signal.h>
#include <sys/wait.h>

static void check_status(const struct http_reply *reply, long status)
{
    if (reply->status != status)
        fail_msg("%ld, not %ld (curl %d): %s", reply->status, status, reply->code, reply->body);
}

static void answers_what_the_pixels_say(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        char *body = chat_body("Question: What is the orientation of the image?", &samples[i].jpeg,
                               ",\"max_tokens\":100,\"temperature\":0.2");
        struct http_reply reply = http_post(&simulation, body);
        check_status(&reply, 200);
        assert_string_equal(reply_content(&reply), json_text(samples[i].truth, "orientation"));
        assert_true(stat_of(reply.json, "usage", "prompt_tokens") > 85);
        http_reply_clear(&reply);
        free(body);
    }
    cJSON *stats = stats_get(&simulation);
    assert_int_equal(stat_of(stats, NULL, "requests"), SAMPLE_COUNT);
    assert_int_equal(stat_of(stats, "by_status", "200"), SAMPLE_COUNT);
    assert_int_equal(stat_of(stats, "bodies", "distinct"), SAMPLE_COUNT);
    assert_int_equal(stat_of(stats, "bodies", "answered"), SAMPLE_COUNT);
    assert_int_equal(stat_of(stats, "bodies", "answered_again"), 0);
    assert_int_equal(stat_of(stats, "tokens", "cached"), 0);
    assert_int_equal(stat_of(stats, NULL, "in_flight"), 0);
    cJSON_Delete(stats);
    simulation_stop(&simulation);
}

static void caches_the_beginning_and_knows_repeats(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    const char *prompts[] = {"Question: How many shapes are there?", "Question: What is shown?",
                             "Question: What is shown?"};
    long long cached[3];
    for (size_t i = 0; i < 3; i++) {
        char *body = chat_body(prompts[i], &samples[0].jpeg, "");
        struct http_reply reply = http_post(&simulation, body);
        check_status(&reply, 200);
        const cJSON *usage = json_member(reply.json, "usage");
        cached[i] = stat_of(usage, "prompt_tokens_details", "cached_tokens");
        assert_true(cached[i] < stat_of(usage, NULL, "prompt_tokens"));
        http_reply_clear(&reply);
        free(body);
    }
    assert_int_equal(cached[0], 0);
    // 640 x 480: 2 x 1 tiles of 512, and the 9 bytes of the system prompt.
    assert_int_equal(cached[1], 85 + 2 * 170 + 3);
    assert_int_equal(cached[2], cached[1]);
    cJSON *stats = stats_get(&simulation);
    assert_int_equal(stat_of(stats, "bodies", "distinct"), 2);
    assert_int_equal(stat_of(stats, "bodies", "repeated"), 1);
    assert_int_equal(stat_of(stats, "bodies", "answered_again"), 1);
    assert_int_equal(stat_of(stats, "tokens", "cached"), 2 * cached[1]);
    assert_int_equal(stat_of(stats, "tokens", "cached") + stat_of(stats, "tokens", "uncached"),
                     stat_of(stats, "tokens", "input"));
    cJSON_Delete(stats);
    simulation_stop(&simulation);
}

static void wants_its_key_and_model(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.key = "right-key-123";
    simulation.settings.model = "m";
    simulation_start(&simulation);
    static const struct {
        const char *path, *key, *body;
        long status;
        const char *code;
    } cases[] = {
        {"/v1/chat/completions", NULL, "{}", 401, NULL},
        {"/v1/chat/completions", "wrong", "{}", 401, "invalid_api_key"},
        {"/v1/models", "wrong", NULL, 401, "invalid_api_key"},
        {"/v1/models", "right-key-123", NULL, 200, NULL},
        {"/health", NULL, NULL, 200, NULL},
        {"/v1/chat/completions", "right-key-123",
         "{\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 404,
         "model_not_found"},
        {"/v1/chat/completions", "right-key-123",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 200, NULL},
        {"/any/prefix/chat/completions", "right-key-123",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 200, NULL},
        {"/chat/completions", "right-key-123",
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 200, NULL},
        {"/v1/embeddings", "right-key-123", "{}", 404, NULL},
        {"/v1/chat/completions", "right-key-123", NULL, 405, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_reply reply = http_send(&simulation, cases[i].path, cases[i].key, cases[i].body,
                                            cases[i].body != NULL ? strlen(cases[i].body) : 0);
        check_status(&reply, cases[i].status);
        assert_non_null(reply.json);
        const char *code = json_text(json_member(reply.json, "error"), "code");
        assert_string_equal(code != NULL ? code : "", cases[i].code != NULL ? cases[i].code : "");
        http_reply_clear(&reply);
    }
    simulation_stop(&simulation);
}

// Sends one request with the fault on; returns the reply.
static struct http_reply send_with(const char *fault, const char *extra, cJSON **stats)
{
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.faults = &fault;
    simulation.settings.fault_count = 1;
    simulation_start(&simulation);
    char *body = chat_body("Question: How many shapes are there?", &samples[0].jpeg, extra);
    struct http_reply reply = http_post(&simulation, body);
    free(body);
    *stats = stats_get(&simulation);
    simulation_stop(&simulation);
    return reply;
}

static void has_the_faults_it_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *extra;
        long status;
        CURLcode code;
        const char *finish; // of a 200 that can be read
    } cases[] = {
        {"400", "", 400, CURLE_OK, NULL},
        {"401", "", 401, CURLE_OK, NULL},
        {"402", "", 402, CURLE_OK, NULL},
        {"403", "", 403, CURLE_OK, NULL},
        {"404", "", 404, CURLE_OK, NULL},
        {"413", "", 413, CURLE_OK, NULL},
        {"422", "", 422, CURLE_OK, NULL},
        {"429", "", 429, CURLE_OK, NULL},
        {"500", "", 500, CURLE_OK, NULL},
        {"503", "", 503, CURLE_OK, NULL},
        {"529", "", 529, CURLE_OK, NULL},
        {"reset", "", 0, CURLE_RECV_ERROR, NULL},
        {"cut", "", 200, CURLE_PARTIAL_FILE, NULL},
        {"html", "", 200, CURLE_OK, NULL},
        {"wrong-json", "", 200, CURLE_OK, NULL},
        {"broken-json", "", 200, CURLE_OK, NULL},
        {"empty", "", 200, CURLE_OK, "stop"},
        {"refusal", "", 200, CURLE_OK, "stop"},
        {"length", "", 200, CURLE_OK, "length"},
        {"think", "", 200, CURLE_OK, "stop"},
        {"fence", "", 200, CURLE_OK, "stop"},
        {"no-structured", "", 200, CURLE_OK, "stop"},
        {"no-structured",
         ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\","
         "\"schema\":{\"type\":\"object\"}}}",
         400, CURLE_OK, NULL},
        {"no-temperature", ",\"temperature\":0", 400, CURLE_OK, NULL},
        {"no-max-tokens", ",\"max_tokens\":5", 400, CURLE_OK, NULL},
        {"no-max-tokens", ",\"max_completion_tokens\":5", 200, CURLE_OK, "stop"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *stats;
        struct http_reply reply = send_with(cases[i].fault, cases[i].extra, &stats);
        if (reply.status != cases[i].status || reply.code != cases[i].code)
            fail_msg("%s: status %ld, curl %d: %s", cases[i].fault, reply.status, reply.code,
                     reply.body);
        const cJSON *choice = cJSON_GetArrayItem(json_member(reply.json, "choices"), 0);
        const char *finish = json_text(choice, "finish_reason");
        assert_string_equal(finish != NULL ? finish : "-",
                            cases[i].finish != NULL ? cases[i].finish : "-");
        if (cases[i].status >= 400)
            assert_non_null(json_text(json_member(reply.json, "error"), "message"));
        assert_string_equal(reply.retry, ""); // what comes by chance is over at once
        bool hit = cases[i].status != 200 || strncmp(cases[i].fault, "no-", 3) != 0;
        assert_int_equal(stat_of(stats, "faults", cases[i].fault), hit);
        http_reply_clear(&reply);
        cJSON_Delete(stats);
    }
}

static void draws_faults_by_rate_and_repeatably(void **state)
{
    (void)state;
    const char *faults[] = {"429:0.3", "500:0.2"};
    long statuses[2][60];
    int counts[2] = {0, 0};
    for (int run = 0; run < 2; run++) {
        struct simulation simulation = {.settings = simulation_settings()};
        simulation.settings.faults = faults;
        simulation.settings.fault_count = 2;
        simulation_start(&simulation);
        for (int i = 0; i < 60; i++) {
            // Half of them are new bodies, half are retries of one.
            char prompt[40];
            snprintf(prompt, sizeof prompt, "Hello %d", i % 2 == 0 ? i : 0);
            char *body = chat_body(prompt, NULL, "");
            struct http_reply reply = http_post(&simulation, body);
            statuses[run][i] = reply.status;
            counts[0] += reply.status == 429;
            counts[1] += reply.status == 500;
            http_reply_clear(&reply);
            free(body);
        }
        simulation_stop(&simulation);
    }
    assert_memory_equal(statuses[0], statuses[1], sizeof statuses[0]);
    assert_in_range(counts[0], 16, 60); // of 120, 36 are expected
    assert_in_range(counts[1], 8, 44);  // of 120, 24 are expected
}

static void a_stalled_call_never_ends(void **state)
{
    (void)state;
    const char *fault = "stall";
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.faults = &fault;
    simulation.settings.fault_count = 1;
    simulation_start(&simulation);
    char url[100];
    char *body = chat_body("Hello", NULL, "");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/v1/chat/completions", simulation.port);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 300L);
    assert_int_equal(curl_easy_perform(curl), CURLE_OPERATION_TIMEDOUT);
    curl_easy_cleanup(curl);
    free(body);
    // Once the client has gone, the call is given up.
    long long in_flight = 1;
    for (int i = 0; i < 600 && in_flight > 0; i++) {
        usleep(20000);
        cJSON *stats = stats_get(&simulation);
        in_flight = stat_of(stats, NULL, "in_flight");
        cJSON_Delete(stats);
    }
    assert_int_equal(in_flight, 0);
    simulation_stop(&simulation);
}

static void *post_one(void *argument)
{
    struct simulation *simulation = argument;
    char *body = chat_body("Hello", NULL, "");
    struct http_reply reply = http_post(simulation, body);
    long status = reply.status;
    http_reply_clear(&reply);
    free(body);
    return (void *)status;
}

static void capacity_makes_others_wait(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.latency = "fixed:250ms";
    simulation.settings.capacity = "3";
    simulation_start(&simulation);
    pthread_t threads[12];
    int64_t begun = clock_now_ms();
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_one, &simulation), 0);
    for (size_t i = 0; i < 12; i++) {
        void *status;
        pthread_join(threads[i], &status);
        assert_int_equal((long)status, 200);
    }
    // Twelve calls by threes are four times 250 ms: less would mean more than three at once.
    assert_true(clock_now_ms() - begun >= 1000);
    cJSON *stats = stats_get(&simulation);
    assert_int_equal(stat_of(stats, NULL, "max_working"), 3);
    assert_int_equal(stat_of(stats, NULL, "working"), 0);
    assert_int_equal(stat_of(stats, NULL, "waiting"), 0);
    assert_int_equal(stat_of(stats, "by_status", "200"), 12);
    cJSON_Delete(stats);
    simulation_stop(&simulation);
}

static void ends_with_calls_in_flight(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.latency = "fixed:3600s";
    simulation.settings.capacity = "2";
    simulation_start(&simulation);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_one, &simulation), 0);
    long long seen = 0;
    while (seen < 4) {
        cJSON *stats = stats_get(&simulation);
        seen = stat_of(stats, NULL, "working") + stat_of(stats, NULL, "waiting");
        cJSON_Delete(stats);
        usleep(5000);
    }
    simulation_stop(&simulation);
    for (size_t i = 0; i < 4; i++) {
        void *status;
        pthread_join(threads[i], &status);
        assert_int_equal((long)status, 0);
    }
}

static void refuses_a_body_over_the_limit(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    size_t length = (64u << 20) + 1;
    char *body = malloc(length);
    assert_non_null(body);
    memset(body, ' ', length);
    struct http_reply reply = http_send(&simulation, "/v1/chat/completions", NULL, body, length);
    check_status(&reply, 413);
    http_reply_clear(&reply);
    reply = http_send(&simulation, "/v1/chat/completions", NULL, body, length - 1);
    check_status(&reply, 400); // blanks are no JSON, but they are read
    http_reply_clear(&reply);
    free(body);
    simulation_stop(&simulation);
}

static void canned_answers_look_at_nothing(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.answers = "canned";
    simulation_start(&simulation);
    char *body = chat_body("Question: How many shapes are there?", &samples[0].jpeg, "");
    struct http_reply reply = http_post(&simulation, body);
    check_status(&reply, 200);
    assert_true(strlen(reply_content(&reply)) > 3);
    http_reply_clear(&reply);
    free(body);
    simulation_stop(&simulation);
}

static void writes_a_line_for_each_request(void **state)
{
    (void)state;
    char path[] = "/tmp/vqagen-simulator-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.log = path;
    simulation_start(&simulation);
    struct http_reply good = http_post(
        &simulation, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    struct http_reply bad = http_post(&simulation, "{");
    simulation_stop(&simulation);
    struct buffer log;
    struct error why = {0};
    buffer_init(&log, 1 << 16);
    assert_true(file_read(path, &log, &why));
    cJSON *first = json_parse(log.data, strcspn(log.data, "\n"), &why);
    const char *rest = strchr(log.data, '\n') + 1;
    cJSON *second = json_parse(rest, strcspn(rest, "\n"), &why);
    // Two connections end in any order.
    long long one = json_integer(first, "status", 0), other = json_integer(second, "status", 0);
    assert_int_equal(one < other ? one : other, 200);
    assert_int_equal(one < other ? other : one, 400);
    cJSON_Delete(first);
    cJSON_Delete(second);
    buffer_clear(&log);
    http_reply_clear(&good);
    http_reply_clear(&bad);
    close(file);
    unlink(path);
}

static void refuses_settings_that_make_no_sense(void **state)
{
    (void)state;
    const char *faults[] = {"teapot"}, *sum[] = {"500:0.7", "429:0.4"};
    struct simulator_settings cases[10];
    for (size_t i = 0; i < 10; i++)
        cases[i] = simulation_settings();
    cases[0].host = "0.0.0.0";
    cases[1].host = "example.org";
    cases[2].latency = "soon";
    cases[3].faults = faults;
    cases[3].fault_count = 1;
    cases[4].structured = "xml";
    cases[5].answers = "guess";
    cases[6].faults = sum;
    cases[6].fault_count = 2;
    cases[7].port = 70000;
    cases[8].capacity = "8@5s";
    cases[9].capacity_mode = "drop";
    for (size_t i = 0; i < 10; i++) {
        struct error why = {0};
        assert_false(simulator_run(&cases[i], &why));
        assert_int_equal(why.kind, ERR_SETTINGS);
    }
}

static void says_that_a_port_is_taken(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    struct simulator_settings again = simulation_settings();
    struct error why = {0};
    again.port = simulation.port;
    assert_false(simulator_run(&again, &why));
    assert_int_equal(why.kind, ERR_ENDPOINT);
    assert_non_null(strstr(why.message, "in use"));
    simulation_stop(&simulation);
}

// This program itself is what simulator_start runs, see main.
static void runs_as_a_child(void **state)
{
    (void)state;
    struct simulator_child child;
    struct error why = {0};
    if (!simulator_start(&child, 7, &why))
        fail_msg("%s", why.message);
    struct simulation simulation = {.port = child.port};
    struct http_reply reply = http_send(&simulation, "/health", NULL, NULL, 0);
    check_status(&reply, 200);
    http_reply_clear(&reply);
    // An interrupt is the parent's business.
    kill(child.process, SIGINT);
    usleep(50000);
    reply = http_send(&simulation, "/health", NULL, NULL, 0);
    check_status(&reply, 200);
    http_reply_clear(&reply);
    pid_t process = child.process;
    simulator_stop(&child);
    assert_int_equal(kill(process, 0), -1);
    assert_int_equal(child.process, -1);
    simulator_stop(&child);
}

static void tells_why_a_child_does_not_start(void **state)
{
    (void)state;
    struct simulator_child child;
    struct error why = {0};
    setenv("TEST_CHILD_FAILS", "1", 1);
    assert_false(simulator_start(&child, 7, &why));
    unsetenv("TEST_CHILD_FAILS");
    assert_int_equal(why.kind, ERR_ENDPOINT);
    assert_non_null(strstr(why.message, "exit code 3"));
    assert_int_equal(child.process, -1);
    simulator_stop(&child);
}

// As `vqagen simulate --port 0 --ready-fd N --parent-fd M --seed S`.
static int simulate(int count, char **arguments)
{
    struct simulator_settings settings = simulation_settings();
    struct error why = {0};
    if (getenv("TEST_CHILD_FAILS") != NULL)
        return 3;
    for (int i = 2; i + 1 < count; i += 2) {
        if (strcmp(arguments[i], "--ready-fd") == 0)
            settings.ready_file = atoi(arguments[i + 1]);
        else if (strcmp(arguments[i], "--parent-fd") == 0)
            settings.parent_file = atoi(arguments[i + 1]);
        else if (strcmp(arguments[i], "--seed") == 0)
            settings.seed = strtoull(arguments[i + 1], NULL, 10);
        else if (strcmp(arguments[i], "--port") != 0)
            return 2;
    }
    return simulator_run(&settings, &why) ? 0 : 1;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "simulate") == 0)
        return simulate(count, arguments);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_what_the_pixels_say),
        cmocka_unit_test(caches_the_beginning_and_knows_repeats),
        cmocka_unit_test(wants_its_key_and_model),
        cmocka_unit_test(has_the_faults_it_is_told),
        cmocka_unit_test(draws_faults_by_rate_and_repeatably),
        cmocka_unit_test(a_stalled_call_never_ends),
        cmocka_unit_test(capacity_makes_others_wait),
        cmocka_unit_test(ends_with_calls_in_flight),
        cmocka_unit_test(refuses_a_body_over_the_limit),
        cmocka_unit_test(canned_answers_look_at_nothing),
        cmocka_unit_test(writes_a_line_for_each_request),
        cmocka_unit_test(refuses_settings_that_make_no_sense),
        cmocka_unit_test(says_that_a_port_is_taken),
        cmocka_unit_test(runs_as_a_child),
        cmocka_unit_test(tells_why_a_child_does_not_start),
    };
    return cmocka_run_group_tests(tests, simulation_set_up, simulation_tear_down);
}
