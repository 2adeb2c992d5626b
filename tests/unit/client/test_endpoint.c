#include "endpoint.h"
#include "provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char key[] = "sk-abcdefghijklmnopqrstuvwxyz";

// What the settings lead to: the URL, or what the message must contain.
static void expect_url(const char *endpoint, const char *base_url, const char *api_key,
                       const char *url, const char *name)
{
    struct endpoint_settings settings = {
        .endpoint = endpoint, .base_url = base_url, .api_key = api_key, .model = "m"};
    struct endpoint made;
    struct error why = {0};
    if (!endpoint_init(&made, &settings, &why))
        fail_msg("%s, %s: %s", endpoint != NULL ? endpoint : "-", base_url != NULL ? base_url : "-",
                 why.message);
    assert_string_equal(made.url, url);
    assert_string_equal(made.name, name);
    endpoint_clear(&made);
}

static void expect_refusal(struct endpoint_settings settings, const char *said)
{
    struct endpoint made;
    struct error why = {0};
    assert_false(endpoint_init(&made, &settings, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    if (strstr(why.message, said) == NULL)
        fail_msg("'%s' does not say '%s'", why.message, said);
    assert_null(strstr(why.message, key));
}

static void test_presets(void **state)
{
    (void)state;
    expect_url("openai", NULL, key, "https://api.openai.com/v1/chat/completions", "openai");
    expect_url("DeepSeek", NULL, key, "https://api.deepseek.com/chat/completions", "deepseek");
    expect_url("zhipu", NULL, key, "https://open.bigmodel.cn/api/paas/v4/chat/completions",
               "zhipu");
    expect_url("gemini-openai", NULL, key,
               "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
               "gemini-openai");
    expect_url("anthropic", NULL, key, "https://api.anthropic.com/v1/messages", "anthropic");
    expect_url("gemini", NULL, key,
               "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent",
               "gemini");
    expect_url("vllm", NULL, NULL, "http://127.0.0.1:8000/v1/chat/completions", "vllm");
    expect_url("llamacpp", NULL, "", "http://127.0.0.1:8080/v1/chat/completions", "llamacpp");
    expect_url("ollama", NULL, "EMPTY", "http://127.0.0.1:11434/v1/chat/completions", "ollama");
    const struct endpoint_preset *preset;
    size_t count = 0;
    for (; (preset = endpoint_preset_at(count)) != NULL; count++) {
        assert_non_null(provider_find(preset->provider));
        assert_ptr_equal(endpoint_preset_find(preset->name), preset);
        assert_true(preset->local == (preset->key_variable == NULL));
    }
    assert_int_equal(count, 13);
}

static void test_base_urls(void **state)
{
    (void)state;
    static const char whole[] = "http://10.1.2.3:9000/v1/chat/completions";
    expect_url(NULL, "http://10.1.2.3:9000/v1", NULL, whole, "10.1.2.3");
    expect_url(NULL, "http://10.1.2.3:9000/v1/", NULL, whole, "10.1.2.3");
    expect_url(NULL, " http://10.1.2.3:9000/v1//\n", NULL, whole, "10.1.2.3");
    expect_url(NULL, whole, NULL, whole, "10.1.2.3");
    expect_url("custom", "http://10.1.2.3:9000/v1/chat/completions/", NULL, whole, "10.1.2.3");
    expect_url("http://10.1.2.3:9000/v1", NULL, NULL, whole, "10.1.2.3");
    expect_url(NULL, "http://10.1.2.3:9000/v1/v1", NULL, whole, "10.1.2.3");
    expect_url("builtin", "http://127.0.0.1:4567/v1", NULL,
               "http://127.0.0.1:4567/v1/chat/completions", "builtin");
    expect_url("vllm", "http://gpu:8000", NULL, "http://gpu:8000/v1/chat/completions", "vllm");
    expect_url(NULL, "http://gpu:8000", NULL, "http://gpu:8000/chat/completions", "gpu");
    expect_url(NULL, "https://api.example.com/openai?api-version=2", key,
               "https://api.example.com/openai/chat/completions?api-version=2", "api.example.com");
    expect_url(NULL, "http://[::1]:8000/v1", NULL, "http://[::1]:8000/v1/chat/completions", "::1");
}

// Addresses of the other wire formats, as people paste them.
static void test_other_formats(void **state)
{
    (void)state;
    static const char messages[] = "https://gate.example/v1/messages";
    expect_url("anthropic", "https://gate.example", key, messages, "anthropic");
    expect_url("anthropic", "https://gate.example/", key, messages, "anthropic");
    expect_url("anthropic", "https://gate.example/v1", key, messages, "anthropic");
    expect_url("anthropic", "https://gate.example/v1/v1/", key, messages, "anthropic");
    expect_url("anthropic", "https://gate.example/v1/messages", key, messages, "anthropic");
    expect_url("anthropic", "https://gate.example/anthropic", key,
               "https://gate.example/anthropic/v1/messages", "anthropic");
    static const char content[] = "http://10.0.0.1/v1beta/models/m:generateContent";
    expect_url("gemini", "http://10.0.0.1", NULL, content, "gemini");
    expect_url("gemini", "http://10.0.0.1/v1beta", NULL, content, "gemini");
    expect_url("gemini", content, NULL, content, "gemini");
    expect_url("gemini", "http://10.0.0.1/v1", NULL, "http://10.0.0.1/v1/models/m:generateContent",
               "gemini");
}

// The model's name stands in the path of Gemini's address.
static void test_model_in_path(void **state)
{
    (void)state;
    static const struct {
        const char *model, *path;
    } cases[] = {
        {"gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"},
        {"models/gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"},
        {"tunedModels/mine", "/tunedModels/mine:generateContent"},
        {"/data/Mine", "/models/mine:generateContent"},
        {"a b?c#d%e:f", "/models/a%20b%3fc%23d%25e%3af:generateContent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoint_settings settings = {
            .endpoint = "gemini", .api_key = key, .model = cases[i].model};
        struct endpoint made;
        struct error why = {0};
        if (!endpoint_init(&made, &settings, &why))
            fail_msg("%s: %s", cases[i].model, why.message);
        const char *version = strstr(made.url, "/v1beta");
        assert_non_null(version);
        assert_string_equal(version + strlen("/v1beta"), cases[i].path);
        endpoint_clear(&made);
    }
}

static void test_bad_addresses(void **state)
{
    (void)state;
    expect_refusal((struct endpoint_settings){.model = "m"}, "no endpoint is set");
    expect_refusal((struct endpoint_settings){.endpoint = "anthropic", .model = "m"},
                   "set ANTHROPIC_API_KEY or VQAGEN_API_KEY");
    expect_refusal((struct endpoint_settings){.endpoint = "gemini", .api_key = key},
                   "no model is set for gemini");
    expect_refusal((struct endpoint_settings){.endpoint = "opnai", .model = "m"},
                   "openai, anthropic, gemini, deepseek, zhipu");
    expect_refusal((struct endpoint_settings){.endpoint = "custom", .model = "m"}, "--base-url");
    expect_refusal((struct endpoint_settings){.base_url = "api.example.com/v1", .model = "m"},
                   "needs https://");
    expect_refusal((struct endpoint_settings){.base_url = "ftp://example.com", .model = "m"},
                   "neither https:// nor http://");
    expect_refusal((struct endpoint_settings){.base_url = "http://", .model = "m"},
                   "cannot be read");
    struct endpoint_settings secret = {
        .base_url = "https://me:sk-abcdefghijklmnopqrstuvwxyz@example.com/v1", .model = "m"};
    expect_refusal(secret, "user name or password");
    secret.base_url = "https://me:sk-abcdefghijklmnopqrstuvwxyz@exa mple.com/v1";
    expect_refusal(secret, "cannot be read");
    secret.base_url = "me:sk-abcdefghijklmnopqrstuvwxyz@example.com/v1";
    expect_refusal(secret, "needs https://");
}

static void test_keys(void **state)
{
    (void)state;
    struct endpoint_settings settings = {.endpoint = "deepseek", .model = "m"};
    expect_refusal(settings,
                   "there is no key for DeepSeek: set DEEPSEEK_API_KEY or VQAGEN_API_KEY");
    settings.api_key = "";
    expect_refusal(settings, "the key is empty");
    static const struct {
        const char *api_key, *said;
    } cases[] = {
        {"1", "placeholder '1'"},
        {"your-api-key", "placeholder"},
        {"<your key>", "a blank"},
        {"\"sk-abcdefghijklmnopqrstuvwxyz\"", "a quotation mark"},
        {"'sk-abcdefghijklmnopqrstuvwxyz'", "a quotation mark"},
        {"sk-abcdefghijklmnopqrstuvwxyz\n", "a line break"},
        {"sk-abcdefghijklmnopqrstuvwxyz\r", "a line break"},
        {"Bearer sk-abcdefghijklmnopqrstuvwxyz", "without 'Bearer'"},
        {"sk-\xe2\x80\xa6", "outside ASCII"},
        {"sk-\x01", "a control character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        settings.api_key = cases[i].api_key;
        expect_refusal(settings, cases[i].said);
    }
    // A key with a line break would end the header, for a local server too.
    expect_refusal((struct endpoint_settings){.endpoint = "vllm", .api_key = "a\nb", .model = "m"},
                   "a line break");
    expect_refusal((struct endpoint_settings){.base_url = "https://example.com/v1", .model = "m"},
                   "VQAGEN_API_KEY");
}

static void test_plain_http(void **state)
{
    (void)state;
    struct endpoint_settings settings = {
        .base_url = "http://example.com/v1", .api_key = key, .model = "m"};
    expect_refusal(settings, "unencrypted");
    settings.allow_plain_http = true;
    struct endpoint endpoint;
    struct error why = {0};
    assert_true(endpoint_init(&endpoint, &settings, &why));
    assert_string_equal(endpoint.key, key);
    assert_false(endpoint.local);
    endpoint_clear(&endpoint);
    expect_url(NULL, "http://192.168.1.5/v1", key, "http://192.168.1.5/v1/chat/completions",
               "192.168.1.5");
    // A local preset pointed at a public host sends no key in the clear either.
    settings = (struct endpoint_settings){
        .endpoint = "vllm", .base_url = "http://gpu.example.com", .api_key = key, .model = "m"};
    expect_refusal(settings, "unencrypted");
}

static void test_model_names(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        enum model_naming naming;
        bool local;
        const char *sent;
    } cases[] = {
        {"gpt-4o", MODEL_NAMING_AUTO, false, "gpt-4o"},
        {"Qwen/Qwen2-VL", MODEL_NAMING_AUTO, false, "Qwen/Qwen2-VL"},
        {"/models/Qwen2-VL-7B/", MODEL_NAMING_AUTO, false, "qwen2-vl-7b"},
        {"/models/Qwen2-VL-7B/", MODEL_NAMING_AUTO, true, "/models/Qwen2-VL-7B/"},
        {"/models/Qwen2-VL-7B/", MODEL_NAMING_VERBATIM, false, "/models/Qwen2-VL-7B/"},
        {"/models/Qwen2-VL-7B//", MODEL_NAMING_NORMALIZED, true, "qwen2-vl-7b"},
        {"Qwen/Qwen2-VL", MODEL_NAMING_NORMALIZED, false, "qwen2-vl"},
        {"///", MODEL_NAMING_AUTO, false, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *sent = endpoint_model_name(cases[i].model, cases[i].naming, cases[i].local);
        assert_string_equal(sent, cases[i].sent);
        free(sent);
    }
    expect_refusal((struct endpoint_settings){.endpoint = "vllm"}, "no model is set");
    expect_refusal((struct endpoint_settings){.endpoint = "vllm", .model = "  "},
                   "no model is set");
    expect_refusal((struct endpoint_settings){.endpoint = "openai", .api_key = key, .model = "//"},
                   "--model-name verbatim");
}

static void test_private_hosts(void **state)
{
    (void)state;
    static const char *const inner[] = {
        "http://127.0.0.1:80/", "http://127.9.9.9",     "http://10.0.0.1",
        "http://172.16.0.1",    "http://172.31.255.1",  "http://192.168.0.1",
        "http://169.254.1.1",   "http://[::1]:8000/v1", "http://[fd00::1]",
        "http://[fe80::1]",     "http://localhost",     "http://LOCALHOST.",
        "http://gpu",           "http://gpu.local",     "http://a.b.internal",
        "http://nas.lan",       "http://x.home.arpa",   "http://[::ffff:10.0.0.1]",
        "http://0.0.0.0",
    };
    static const char *const outer[] = {
        "http://8.8.8.8",
        "http://172.32.0.1",
        "http://172.15.0.1",
        "http://192.169.0.1",
        "http://example.com",
        "http://localhost.example.com",
        "http://10.0.0.1.nip.io",
        "http://[2001:db8::1]",
        "http://.local",
        "not a url",
        "",
    };
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (!endpoint_host_is_private(inner[i]))
            fail_msg("%s is private", inner[i]);
    for (size_t i = 0; i < sizeof outer / sizeof *outer; i++)
        if (endpoint_host_is_private(outer[i]))
            fail_msg("%s is public", outer[i]);
}

static void test_structured_start(void **state)
{
    (void)state;
    struct endpoint_settings settings = {.endpoint = "openai", .api_key = key, .model = "m"};
    struct endpoint endpoint;
    struct error why = {0};
    assert_true(endpoint_init(&endpoint, &settings, &why));
    assert_int_equal(endpoint.lessons.structured, STRUCTURED_SCHEMA);
    endpoint_clear(&endpoint);
    settings.endpoint = "deepseek";
    assert_true(endpoint_init(&endpoint, &settings, &why));
    assert_int_equal(endpoint.lessons.structured, STRUCTURED_OBJECT);
    endpoint_clear(&endpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),       cmocka_unit_test(test_base_urls),
        cmocka_unit_test(test_other_formats), cmocka_unit_test(test_model_in_path),
        cmocka_unit_test(test_bad_addresses), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_plain_http),    cmocka_unit_test(test_model_names),
        cmocka_unit_test(test_private_hosts), cmocka_unit_test(test_structured_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
