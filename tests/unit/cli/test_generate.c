// What the run and the simulator are told, and what comes back to main.
#include "access.h"
#include "case.h"
#include "command.h"
#include "json.h"
#include "log.h"
#include "stand_ins.h"

// Runs the whole program in this process.
static bool run(const char *line, const char *const *variables, int *exit_code, struct error *why)
{
    char text[1000], *words[CASE_WORDS + 1], *rest = text, *environment[CASE_WORDS + 1];
    int count = 0;
    size_t length = 0;
    snprintf(text, sizeof text, "vqagen %s", line);
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " "))
        words[count++] = word;
    words[count] = NULL;
    for (; variables != NULL && *variables != NULL; variables++)
        environment[length++] = strdup(*variables);
    environment[length] = NULL;
    *why = (struct error){0};
    *exit_code = 0;
    memset(&seen, 0, sizeof seen);
    seen.run_result = true;
    bool good = command_run(count, words, environment, exit_code, why);
    print_message("%s: %s\n", line, why->message);
    while (length > 0)
        free(environment[--length]);
    return good;
}

// The tightest of the provider's limits and the user's.
static void test_image_limits(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        unsigned side;
        size_t base64;
        uint64_t pixels;
    } cases[] = {
        {"--endpoint https://api.z.ai/api/paas/v4", 2048, 5000000, 0},
        {"--endpoint deepseek --max-side 16000 --max-bytes 1M", 8192, 1000000, 0},
        {"--endpoint https://api.anthropic.com --max-side 16000 --max-bytes 10MiB", 8000, 10485760,
         0},
        {"--endpoint openai --max-side 5000", 5000, 7340032, 0},
        {"--endpoint openai --max-side 16000", 16000, 7340032, 30000000},
        {"--endpoint vllm --max-side 16000", 16000, 7340032, 0},
        {"--base-url https://api.z.ai/api/paas/v4 --max-side 7000", 6000, 5000000, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[200];
        int exit_code;
        struct error why;
        snprintf(line, sizeof line, "generate photos -o out --model m %s", cases[i].options);
        assert_true(
            run(line, VARIABLES("VQAGEN_API_KEY=sk-0123456789abcdefghij"), &exit_code, &why));
        assert_int_equal(seen.run.limits.max_side_px, cases[i].side);
        assert_int_equal(seen.run.limits.max_base64_bytes, cases[i].base64);
        assert_int_equal(seen.run.limits.max_result_pixels, cases[i].pixels);
    }
}

static void test_run_settings(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    assert_true(run("generate photos -o out --base-url http://h/v1 --model m --model-name verbatim "
                    "--allow-http -n 7 --format fill_in_blank:5 --language zh --options 5 --tries "
                    "2 --repeat 3 --seed 18446744073709551615 --limit 9 --retry rejected "
                    "--temperature none --answer-temperature 0.5 --max-tokens 100 --batch-size 10 "
                    "-c 3 --timeout 500ms --connect-timeout 2 "
                    "--first-byte-timeout 90s --idle-timeout 1500ms --retry-wait 250ms "
                    "--outage-patience 2h --retries "
                    "0 --max-reply-bytes 1M",
                    VARIABLES("VQAGEN_API_KEY=sk-0123456789abcdefghij"), &exit_code, &why));
    assert_int_equal(seen.generated, 1);
    const struct run_settings *got = &seen.run;
    assert_string_equal(seen.base_url, "http://h/v1");
    assert_int_equal(got->upstreams[0].endpoint.naming, MODEL_NAMING_VERBATIM);
    assert_true(got->upstreams[0].endpoint.allow_plain_http);
    assert_null(got->upstreams[0].name);
    assert_int_equal(got->per_image, 7);
    assert_int_equal(got->share_multiple_choice, 0);
    assert_int_equal(got->share_fill_in_blank, 5);
    assert_int_equal(got->language, LANGUAGE_ZH);
    assert_int_equal(got->options, 5);
    assert_int_equal(got->tries, 2);
    assert_int_equal(got->repeat, 3);
    assert_true(got->seed == UINT64_MAX);
    assert_int_equal(got->limit, 9);
    assert_int_equal(got->retry_what, RETRY_REJECTED);
    assert_true(got->temperature < 0);
    assert_true(got->answer_temperature == 0.5);
    assert_int_equal(got->max_tokens, 100);
    assert_int_equal(got->batch_size, 10);
    assert_int_equal(got->upstreams[0].pace.concurrency, 3);
    assert_int_equal(got->timeout_ms, 500);
    assert_int_equal(got->connect_timeout_ms, 2000);
    assert_int_equal(got->first_byte_timeout_ms, 90000);
    assert_int_equal(got->idle_timeout_ms, 1500);
    assert_int_equal(got->outage_patience_ms, 7200000);
    assert_int_equal(got->retry.retries, 0);
    assert_int_equal(got->retry.base_ms, 250);
    assert_int_equal(got->max_reply_bytes, 1000000);
    assert_int_equal(*got->stop, 0);
}

static void test_images_and_defaults(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    assert_true(run("generate photos -o out --endpoint vllm --max-side 640 --quality 70 "
                    "--min-quality 60 --max-bytes 1MiB --max-pixels 1M --image-workers 2 "
                    "--payload-memory 8MiB",
                    NULL, &exit_code, &why));
    const struct run_settings *got = &seen.run;
    assert_int_equal(got->limits.max_side_px, 640);
    assert_int_equal(got->limits.quality, 70);
    assert_int_equal(got->limits.min_quality, 60);
    assert_int_equal(got->limits.max_base64_bytes, 1048576);
    assert_int_equal(got->limits.refuse_base64_bytes, 10485760);
    assert_int_equal(got->limits.max_pixels, 1000000);
    assert_int_equal(got->image_workers, 2);
    assert_int_equal(got->payload_memory, 8388608);
    assert_int_equal(got->retry_what, RETRY_NOTHING);
    assert_int_equal(got->share_multiple_choice, 70);
    assert_null(got->topics);
    assert_null(got->upstreams[0].endpoint.api_key);
}

static void test_settings_json(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    assert_true(run("generate photos -o out --base-url http://u:hunter22@h/v1?key=hunter22 -c 3",
                    VARIABLES("VQAGEN_API_KEY=sk-0123456789abcdefghij"), &exit_code, &why));
    cJSON *json = cJSON_Parse(seen.json);
    assert_non_null(json);
    const cJSON *concurrency = json_member(json, "concurrency");
    assert_int_equal(json_integer(concurrency, "value", -1), 3);
    assert_string_equal(json_text(concurrency, "from"), "command line");
    assert_string_equal(json_text(json_member(json, "api-key"), "value"), "sk-0...ghij");
    assert_string_equal(json_text(json_member(json, "api-key"), "from"),
                        "environment VQAGEN_API_KEY");
    assert_string_equal(json_text(json_member(json, "base-url"), "value"), "http://***@h/v1?***");
    assert_string_equal(json_text(json_member(json, "input"), "value"), "photos");
    assert_string_equal(json_text(json_member(json, "seed"), "from"), "default");
    assert_null(json_member(json, "topics")); // not set
    assert_null(strstr(seen.json, "123456789"));
    assert_null(strstr(seen.json, "hunter22"));
    cJSON_Delete(json);
}

static void test_builtin(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    assert_true(run("generate photos -o out --endpoint builtin", NULL, &exit_code, &why));
    assert_string_equal(seen.run.upstreams[0].name, "builtin");
    assert_string_equal(seen.base_url, "http://127.0.0.1:4711/v1");
    assert_string_equal(seen.run.upstreams[0].endpoint.model, "builtin");
    assert_int_equal(seen.started, 1);
    assert_int_equal(seen.stopped, 1);
    assert_true(run("generate photos --endpoint builtin --dry-run", NULL, &exit_code, &why));
    assert_int_equal(seen.previewed, 1);
    assert_int_equal(seen.generated + seen.started + seen.stopped, 0);
    assert_string_equal(seen.run.upstreams[0].endpoint.model, "builtin");
}

static void test_ends(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    assert_false(run("generate -o out --endpoint vllm", NULL, &exit_code, &why));
    assert_int_equal(why.kind, ERR_USAGE);
    assert_non_null(strstr(why.message, "INPUT is missing"));
    assert_false(run("generate photos --endpoint vllm", NULL, &exit_code, &why));
    assert_non_null(strstr(why.message, "vqagen generate photos -o out"));
    assert_false(run("generate photos -o out", NULL, &exit_code, &why));
    assert_int_equal(error_exit_code(why.kind), 3);
    assert_int_equal(seen.generated, 0);
    // A preview needs no endpoint and no folder.
    assert_true(run("generate photos --dry-run", NULL, &exit_code, &why));
    assert_int_equal(seen.previewed, 1);
    assert_string_equal(seen.run.upstreams[0].name, "builtin");
    assert_string_equal(seen.run.upstreams[0].endpoint.model, "builtin");
    // Nor does it need a model or a key, but it takes the endpoint that is named.
    assert_true(run("generate photos --dry-run --endpoint openai", NULL, &exit_code, &why));
    assert_int_equal(seen.previewed, 1);
    assert_null(seen.run.upstreams[0].name);
    assert_non_null(seen.run.upstreams[0].endpoint.api_key);
    assert_non_null(seen.run.upstreams[0].endpoint.model);
}

static void test_commands(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"genrate photos", "did you mean generate?"},
        {"publish", "`vqagen help` lists them"},
        {"/", "vqagen generate / -o DIR"},
        {"--quiet generate", "a command comes first"},
        {"help genrate", "did you mean generate?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(run(cases[i].line, NULL, &exit_code, &why));
        assert_int_equal(why.kind, ERR_USAGE);
        assert_non_null(strstr(why.message, cases[i].says));
    }
    char *none[] = {why.message, NULL}, *environment[] = {NULL};
    why = (struct error){0};
    assert_false(command_run(1, none, environment, &exit_code, &why));
    assert_int_equal(why.kind, ERR_USAGE);
}

static void test_simulate(void **state)
{
    (void)state;
    int exit_code;
    struct error why;
    assert_true(run("simulate --port 0 --key abc --fault 429:0.1 --fault reset --strict --ready-fd "
                    "5 --seed 18446744073709551615",
                    VARIABLES("VQAGEN_SIMULATOR_FAULT=500", "VQAGEN_SIMULATOR_CAPACITY=3"),
                    &exit_code, &why));
    assert_int_equal(seen.simulator.port, 0);
    assert_string_equal(seen.faults, "429:0.1;reset;");
    assert_string_equal(seen.key, "abc");
    assert_true(seen.simulator.strict);
    assert_int_equal(seen.simulator.ready_file, 5);
    assert_int_equal(seen.simulator.parent_file, -1);
    assert_string_equal(seen.capacity, "3");
    assert_true(seen.simulator.seed == UINT64_MAX);
    assert_null(seen.simulator.model);
    assert_true(
        run("simulate", VARIABLES("VQAGEN_SIMULATOR_FAULT=500, 503:0.5"), &exit_code, &why));
    assert_string_equal(seen.faults, "500;503:0.5;");
    assert_string_equal(seen.key, "");
    case_file("key", "from-file\n", 0644);
    assert_true(
        run("simulate --key-file key", VARIABLES("VQAGEN_SIMULATOR_KEY=x"), &exit_code, &why));
    assert_string_equal(seen.key, "from-file");
    assert_false(run("simulate --key-file key --key x", NULL, &exit_code, &why));
    assert_int_equal(why.kind, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_settings),
        cmocka_unit_test(test_image_limits),
        cmocka_unit_test(test_images_and_defaults),
        cmocka_unit_test(test_settings_json),
        cmocka_unit_test(test_builtin),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_simulate),
    };
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
