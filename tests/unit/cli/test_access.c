#include "access.h"

#include "case.h"
#include "stand_ins.h"

// Reads a line and chooses; the caller clears. required is true.
static bool choose(struct settings *settings, const char *line, const char *const *variables,
                   struct error *why)
{
    bool good = case_read(settings, FOR_GENERATE, line, variables, why);
    print_message("%s: %s\n", line, why->message);
    assert_true(good);
    char *environment[CASE_WORDS + 1];
    size_t length = 0;
    for (; variables != NULL && *variables != NULL; variables++)
        environment[length++] = strdup(*variables);
    environment[length] = NULL;
    good = access_choose(settings, environment, true, why);
    while (length > 0)
        free(environment[--length]);
    return good;
}

static void test_endpoint_key_and_origin(void **state)
{
    (void)state;
    case_file("key", "  sk-from-file\n", 0600);
    case_file("s.yaml", "api_key_file: key\n", 0644);
    case_file("u.yaml", "endpoint: openai\nbase_url: http://file.example/v1\n", 0644);
    static const struct {
        const char *line;
        const char *variables[4];
        const char *endpoint, *base_url, *key, *key_from; // NULL: not set
    } cases[] = {
        {"generate --endpoint openai",
         {"OPENAI_API_KEY=sk-openai"},
         "openai",
         NULL,
         "sk-openai",
         "environment OPENAI_API_KEY"},
        {"generate",
         {"OPENAI_API_KEY=sk-openai"},
         "openai",
         NULL,
         "sk-openai",
         "environment OPENAI_API_KEY"},
        {"generate",
         {"DEEPSEEK_API_KEY=sk-deep"},
         "deepseek",
         NULL,
         "sk-deep",
         "environment DEEPSEEK_API_KEY"},
        {"generate",
         {"OPENAI_API_KEY=", "DEEPSEEK_API_KEY=sk-deep"},
         "deepseek",
         NULL,
         "sk-deep",
         "environment DEEPSEEK_API_KEY"},
        {"generate", {"OPENAI_BASE_URL=http://gate/v1"}, "openai", "http://gate/v1", NULL, NULL},
        // The general key goes before the provider's.
        {"generate --endpoint openai",
         {"VQAGEN_API_KEY=sk-general", "OPENAI_API_KEY=sk-openai"},
         "openai",
         NULL,
         "sk-general",
         "environment VQAGEN_API_KEY"},
        {"generate --endpoint openai --api-key-file key",
         {"VQAGEN_API_KEY=sk-general"},
         "openai",
         NULL,
         "sk-from-file",
         "key file key (command line)"},
        {"generate --endpoint openai",
         {"VQAGEN_API_KEY_FILE=key", "OPENAI_API_KEY=sk-openai"},
         "openai",
         NULL,
         "sk-from-file",
         "key file key (environment VQAGEN_API_KEY_FILE)"},
        {"generate --endpoint openai -s s.yaml",
         {"OPENAI_API_KEY=sk-openai"},
         "openai",
         NULL,
         "sk-openai",
         "environment OPENAI_API_KEY"},
        {"generate --endpoint openai -s s.yaml",
         {NULL},
         "openai",
         NULL,
         "sk-from-file",
         "key file key (s.yaml line 1)"},
        // A provider's key goes to that provider only.
        {"generate --base-url http://gate/v1",
         {"OPENAI_API_KEY=sk-openai"},
         NULL,
         "http://gate/v1",
         NULL,
         NULL},
        {"generate --endpoint http://gate/v1",
         {"OPENAI_API_KEY=sk-openai"},
         "http://gate/v1",
         NULL,
         NULL,
         NULL},
        {"generate --base-url https://api.openai.com/v1",
         {"OPENAI_API_KEY=sk-openai"},
         NULL,
         "https://api.openai.com/v1",
         "sk-openai",
         "environment OPENAI_API_KEY"},
        {"generate --base-url https://api.openai.com.evil.example/v1",
         {"OPENAI_API_KEY=sk-openai"},
         NULL,
         "https://api.openai.com.evil.example/v1",
         NULL,
         NULL},
        {"generate --endpoint deepseek",
         {"OPENAI_API_KEY=sk-openai"},
         "deepseek",
         NULL,
         NULL,
         NULL},
        {"generate --endpoint openai --base-url http://gate/v1",
         {"OPENAI_API_KEY=sk-openai"},
         "openai",
         "http://gate/v1",
         "sk-openai",
         "environment OPENAI_API_KEY"},
        // Nearer layers win over farther ones.
        {"generate --endpoint deepseek",
         {"VQAGEN_BASE_URL=http://gate/v1"},
         "deepseek",
         NULL,
         NULL,
         NULL},
        {"generate --base-url http://x/v1",
         {"VQAGEN_ENDPOINT=http://gate/v1"},
         NULL,
         "http://x/v1",
         NULL,
         NULL},
        {"generate --base-url http://x/v1",
         {"VQAGEN_ENDPOINT=openai", "OPENAI_API_KEY=sk-openai"},
         "openai",
         "http://x/v1",
         "sk-openai",
         "environment OPENAI_API_KEY"},
        {"generate -s u.yaml",
         {"OPENAI_BASE_URL=http://env.example/v1"},
         "openai",
         "http://env.example/v1",
         NULL,
         NULL},
        {"generate -s u.yaml", {NULL}, "openai", "http://file.example/v1", NULL, NULL},
        // An empty key is handed on, so that its refusal names it; the built-in model has none.
        {"generate --endpoint openai",
         {"OPENAI_API_KEY="},
         "openai",
         NULL,
         "",
         "environment OPENAI_API_KEY"},
        {"generate --endpoint openai",
         {"VQAGEN_API_KEY=", "OPENAI_API_KEY=sk-openai"},
         "openai",
         NULL,
         "sk-openai",
         "environment OPENAI_API_KEY"},
        {"generate --endpoint builtin", {"VQAGEN_API_KEY=sk-general"}, "builtin", NULL, NULL, NULL},
        {"generate --endpoint vllm", {"OPENAI_API_KEY=sk-openai"}, "vllm", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct settings settings;
        struct error why;
        bool good = choose(&settings, cases[i].line, cases[i].variables, &why);
        print_message("  %s %s\n", cases[i].variables[0], why.message);
        assert_true(good);
        const char *const got[] = {
            settings_text(&settings, OPTION_ENDPOINT), settings_text(&settings, OPTION_BASE_URL),
            settings_text(&settings, OPTION_API_KEY), settings.list[OPTION_API_KEY].from};
        const char *const expected[] = {cases[i].endpoint, cases[i].base_url, cases[i].key,
                                        cases[i].key_from};
        for (size_t field = 0; field < 4; field++) {
            assert_int_equal(got[field] == NULL, expected[field] == NULL);
            if (got[field] != NULL)
                assert_string_equal(got[field], expected[field]);
        }
        settings_clear(&settings);
    }
}

static void refused(const char *line, const char *const *variables, const char *says)
{
    struct settings settings;
    struct error why;
    assert_false(choose(&settings, line, variables, &why));
    print_message("  %s\n", why.message);
    assert_int_equal(why.kind, ERR_SETTINGS);
    assert_non_null(strstr(why.message, says));
    settings_clear(&settings);
}

static void test_nothing_is_set(void **state)
{
    (void)state;
    refused("generate", NULL, "--endpoint builtin needs neither key nor network");
    refused("generate", VARIABLES("VQAGEN_API_KEY=sk-general"), "only a key (VQAGEN_API_KEY)");
    refused("generate", VARIABLES("OPENAI_API_KEY=a", "DEEPSEEK_API_KEY=b"),
            "--endpoint openai or --endpoint deepseek");
    refused("generate --endpoint http://a/v1 --base-url http://b/v1", NULL, "take one of them");
    refused("generate --endpoint builtin --base-url http://b/v1", NULL, "take one of them");
    // Nothing is needed for what makes no call.
    struct settings settings;
    struct error why;
    char *environment[] = {NULL};
    assert_true(case_read(&settings, FOR_GENERATE, "generate", NULL, &why));
    assert_true(access_choose(&settings, environment, false, &why));
    assert_null(settings_text(&settings, OPTION_ENDPOINT));
    settings_clear(&settings);
}

static void test_key_files(void **state)
{
    (void)state;
    char big[20000];
    memset(big, 'k', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    case_file("open", "sk-123456\n", 0644);
    case_file("group", "sk-123456\n", 0640);
    case_file("empty", " \n", 0600);
    case_file("big", big, 0600);
    case_file("good", "\n sk-123456 \r\n", 0400);
    refused("generate --endpoint openai --api-key-file open", NULL, "chmod 600 open");
    refused("generate --endpoint openai --api-key-file group", NULL, "mode 640");
    refused("generate --endpoint openai --api-key-file empty", NULL, "empty is empty");
    refused("generate --endpoint openai --api-key-file none", NULL, "cannot open none");
    refused("generate --endpoint openai --api-key-file big", NULL, "cannot read big");
    refused("generate --endpoint openai --api-key-file /", NULL, "--api-key-file: /");
    struct error why = {0};
    char *key = access_read_key("good", true, &why);
    assert_string_equal(key, "sk-123456");
    free(key);
    key = access_read_key("open", false, &why);
    assert_string_equal(key, "sk-123456");
    free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endpoint_key_and_origin),
        cmocka_unit_test(test_nothing_is_set),
        cmocka_unit_test(test_key_files),
    };
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
