// Several endpoints: what an entry says, what it takes from the common settings, and its key.
#include "endpoints.h"

#include "case.h"
#include "stand_ins.h"

static struct settings settings;
static struct endpoints endpoints;

static bool read_list(const char *line, const char *const *variables, struct error *why)
{
    *why = (struct error){0};
    bool good = case_read(&settings, FOR_GENERATE, line, variables, why);
    char *environment[CASE_WORDS + 1];
    size_t length = 0;
    for (; variables != NULL && *variables != NULL; variables++)
        environment[length++] = strdup(*variables);
    environment[length] = NULL;
    good = good && endpoints_read(&settings, environment, &endpoints, why);
    print_message("%s: %s\n", line, why->message);
    while (length > 0)
        free(environment[--length]);
    return good;
}

static void finish(void)
{
    endpoints_clear(&endpoints);
    settings_clear(&settings);
}

static void test_entries(void **state)
{
    (void)state;
    struct error why;
    case_file("key", "sk-of-a-file\n", 0600);
    assert_true(read_list(
        "generate --model common --concurrency 9 --endpoints "
        "base_url=http://a.example/v1,weight=3,api_key_file=key "
        "--endpoints openai,model=own,concurrency=auto,role=fallback,name=spare "
        "--endpoints http://127.0.0.1:1/v1?x=y,key_variable=THIRD",
        VARIABLES("OPENAI_API_KEY=sk-openai", "THIRD=sk-third", "VQAGEN_API_KEY=sk-general"),
        &why));
    assert_int_equal(endpoints.count, 3);
    static const struct {
        const char *endpoint, *base_url, *model, *key, *name;
        unsigned weight;
        uint64_t concurrency;
        bool fallback, own_concurrency;
    } wanted[] = {
        {"", "http://a.example/v1", "common", "sk-of-a-file", "", 3, 9, false, false},
        {"openai", "", "own", "sk-openai", "spare", 1, 0, true, true},
        {"http://127.0.0.1:1/v1?x=y", "", "common", "sk-third", "", 1, 9, false, false},
    };
    for (size_t i = 0; i < 3; i++) {
        const struct endpoint_entry *entry = &endpoints.list[i];
        const enum option_id ids[] = {OPTION_ENDPOINT, OPTION_BASE_URL, OPTION_MODEL,
                                      OPTION_API_KEY};
        const char *const texts[] = {wanted[i].endpoint, wanted[i].base_url, wanted[i].model,
                                     wanted[i].key};
        for (size_t j = 0; j < 4; j++) {
            const char *text = settings_text(&entry->settings, ids[j]);
            assert_string_equal(text != NULL ? text : "", texts[j]);
        }
        assert_string_equal(entry->name != NULL ? entry->name : "", wanted[i].name);
        assert_int_equal(entry->weight, wanted[i].weight);
        assert_int_equal(settings_number(&entry->settings, OPTION_CONCURRENCY),
                         wanted[i].concurrency);
        assert_int_equal(entry->fallback, wanted[i].fallback);
        assert_int_equal(entry->own_concurrency, wanted[i].own_concurrency);
    }
    finish();
}

static void test_file(void **state)
{
    (void)state;
    struct error why;
    case_file("s.yaml",
              "model: m\nendpoints:\n  - {base_url: 'http://a/v1', weight: 2}\n"
              "  - endpoint: vllm\n    role: fallback\n  - http://b/v1\nretries: 2\n",
              0644);
    assert_true(read_list("generate -s s.yaml", NULL, &why));
    assert_int_equal(endpoints.count, 3);
    assert_int_equal(endpoints.list[0].weight, 2);
    assert_true(endpoints.list[1].fallback);
    assert_string_equal(settings_text(&endpoints.list[2].settings, OPTION_ENDPOINT), "http://b/v1");
    assert_int_equal(settings_number(&settings, OPTION_RETRIES), 2);
    finish();
    // The nearer layer stands, in both directions.
    assert_true(read_list("generate -s s.yaml --endpoint vllm", NULL, &why));
    assert_int_equal(endpoints.count, 0);
    assert_string_equal(settings_text(&settings, OPTION_ENDPOINT), "vllm");
    finish();
    assert_true(
        read_list("generate --endpoints vllm", VARIABLES("VQAGEN_BASE_URL=http://x/v1"), &why));
    assert_int_equal(endpoints.count, 1);
    assert_null(settings_text(&settings, OPTION_BASE_URL));
    finish();
}

static void test_prices(void **state)
{
    (void)state;
    struct error why;
    assert_true(
        read_list("generate --model m --endpoints vllm,price=0.15/0.60 --endpoints llamacpp "
                  "--endpoints ollama,price=2/0.5/8",
                  NULL, &why));
    assert_true(endpoints.list[0].priced && !endpoints.list[1].priced && endpoints.list[2].priced);
    assert_true(endpoints.list[0].price.input == 0.15 && endpoints.list[0].price.output == 0.60);
    assert_true(endpoints.list[2].price.cached == 0.5 && endpoints.list[2].price.output == 8);
    finish();
    case_file("p.yaml", "model: m\nendpoints:\n  - {endpoint: vllm, price: 1/4}\n", 0644);
    assert_true(read_list("generate -s p.yaml", NULL, &why));
    assert_true(endpoints.list[0].priced && endpoints.list[0].price.output == 4);
    finish();
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *line, *told;
        enum error_kind kind;
    } cases[] = {
        {"generate --endpoints weight=2", "neither endpoint nor base_url", ERR_USAGE},
        {"generate --endpoints vllm,wieght=2", "did you mean weight", ERR_USAGE},
        {"generate --endpoints vllm,weight=0", "from 1 to 1000", ERR_USAGE},
        {"generate --endpoints vllm,weight=", "weight has no value", ERR_USAGE},
        {"generate --endpoints vllm,role=x", "neither primary nor fallback", ERR_USAGE},
        {"generate --endpoints vllm,concurrency=x", "concurrency", ERR_USAGE},
        {"generate --endpoints vllm,price=0.15", "price=0.15/0.60", ERR_USAGE},
        {"generate --endpoints vllm,price=0.15,role=fallback", "price=0.15/0.60", ERR_USAGE},
        {"generate --endpoints vllm,key=sk-secret-secret", "key_variable=NAME", ERR_USAGE},
        {"generate --endpoints vllm --endpoints openai,key_variable=NONE", "number 2",
         ERR_SETTINGS},
        {"generate --endpoints builtin", "stands alone", ERR_USAGE},
        {"generate --endpoints vllm --endpoint openai", "both given", ERR_SETTINGS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error why;
        assert_false(read_list(cases[i].line, NULL, &why));
        assert_non_null(strstr(why.message, cases[i].told));
        assert_null(strstr(why.message, "sk-secret"));
        assert_int_equal(why.kind, cases[i].kind);
        finish();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_entries), cmocka_unit_test(test_file),
                                       cmocka_unit_test(test_prices),
                                       cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
