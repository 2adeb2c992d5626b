#include "capability.h"
#include "endpoint.h"
#include "endpoint_images.h"
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
    expect_refusal((struct endpoint_settings){.endpoint = "builtn", .model = "m"},
                   "did you mean builtin; known are builtin, openai");
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

// Each known endpoint: where its calls go, how the key is sent, and what it takes of an image.
static void test_preset_table(void **state)
{
    (void)state;
    static const char models[] = "/models/m:generateContent";
    static const struct {
        const char *name, *url, *auth, *variable;
        size_t base64_bytes;
        unsigned side_px;
    } wanted[] = {
        {"openai", "https://api.openai.com/v1/chat/completions", "Authorization: Bearer %s",
         "OPENAI_API_KEY", 0, 65535},
        {"anthropic", "https://api.anthropic.com/v1/messages", "x-api-key: %s", "ANTHROPIC_API_KEY",
         10485760, 8000},
        {"gemini", NULL, "x-goog-api-key: %s", "GEMINI_API_KEY", 19000000, 0},
        {"deepseek", "https://api.deepseek.com/chat/completions", "Authorization: Bearer %s",
         "DEEPSEEK_API_KEY", 33554432, 8192},
        {"zhipu", "https://open.bigmodel.cn/api/paas/v4/chat/completions",
         "Authorization: Bearer %s", "ZHIPUAI_API_KEY", 5000000, 6000},
        {"zai", "https://api.z.ai/api/paas/v4/chat/completions", "Authorization: Bearer %s",
         "ZAI_API_KEY", 5000000, 6000},
        {"dashscope", "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
         "Authorization: Bearer %s", "DASHSCOPE_API_KEY", 10000000, 0},
        {"dashscope-intl",
         "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
         "Authorization: Bearer %s", "DASHSCOPE_API_KEY", 10000000, 0},
        {"openrouter", "https://openrouter.ai/api/v1/chat/completions", "Authorization: Bearer %s",
         "OPENROUTER_API_KEY", 0, 0},
        {"gemini-openai",
         "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
         "Authorization: Bearer %s", "GEMINI_API_KEY", 19000000, 0},
        {"vllm", "http://127.0.0.1:8000/v1/chat/completions", "Authorization: Bearer %s", NULL, 0,
         0},
        {"llamacpp", "http://127.0.0.1:8080/v1/chat/completions", "Authorization: Bearer %s", NULL,
         0, 0},
        {"ollama", "http://127.0.0.1:11434/v1/chat/completions", "Authorization: Bearer %s", NULL,
         0, 0},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct endpoint_preset *preset = endpoint_preset_at(i);
        struct endpoint_settings settings = {
            .endpoint = wanted[i].name, .api_key = key, .model = "m"};
        struct endpoint endpoint;
        struct error why = {0};
        assert_true(endpoint_init(&endpoint, &settings, &why));
        assert_string_equal(preset->name, wanted[i].name);
        if (wanted[i].url != NULL)
            assert_string_equal(endpoint.url, wanted[i].url);
        else
            assert_non_null(strstr(endpoint.url, models));
        assert_string_equal(endpoint.provider->auth_header, wanted[i].auth);
        assert_true((preset->key_variable == NULL) == (wanted[i].variable == NULL));
        if (preset->key_variable != NULL)
            assert_string_equal(preset->key_variable, wanted[i].variable);
        struct endpoint_images images;
        assert_true(endpoint_images_find(wanted[i].name, NULL, &images, &why));
        assert_int_equal(images.max_base64_bytes, wanted[i].base64_bytes);
        assert_int_equal(images.max_side_px, wanted[i].side_px);
        // Its own address means it too, except on this machine.
        assert_ptr_equal(endpoint_preset_meant(wanted[i].name, NULL), preset);
        const struct endpoint_preset *there = endpoint_preset_meant(NULL, preset->base_url);
        if (preset->local)
            assert_null(there);
        else
            assert_string_equal(there->key_variable, preset->key_variable);
        endpoint_clear(&endpoint);
    }
    assert_null(endpoint_preset_at(sizeof wanted / sizeof *wanted));
    assert_null(endpoint_preset_meant(NULL, "https://api.openai.com.example/v1"));
    assert_null(endpoint_preset_meant(NULL, NULL));
}

static void expect_addresses(const char *endpoint, const char *base_url, const char *stream,
                             const char *prefix)
{
    struct endpoint_settings settings = {
        .endpoint = endpoint, .base_url = base_url, .api_key = key, .model = "m", .stream = true};
    struct endpoint made;
    struct error why = {0};
    if (!endpoint_init(&made, &settings, &why))
        fail_msg("%s", why.message);
    assert_string_equal(endpoint_address(&made, false), stream);
    assert_string_equal(endpoint_address(&made, true), prefix);
    made.lessons.stream = false;
    assert_string_equal(endpoint_address(&made, false), made.url);
    endpoint_clear(&made);
}

static void test_addresses(void **state)
{
    (void)state;
    static const char openai[] = "https://api.openai.com/v1/chat/completions";
    expect_addresses("openai", NULL, openai, openai);
    expect_addresses("deepseek", NULL, "https://api.deepseek.com/chat/completions",
                     "https://api.deepseek.com/beta/chat/completions");
    expect_addresses("deepseek", "https://gate.example/ds/v1?key=x",
                     "https://gate.example/ds/v1/chat/completions?key=x",
                     "https://gate.example/ds/beta/chat/completions?key=x");
    static const char gemini[] = "http://10.0.0.1:99/v1beta/models/m:streamGenerateContent?alt=sse";
    expect_addresses("gemini", "http://10.0.0.1:99", gemini,
                     "http://10.0.0.1:99/v1beta/models/m:generateContent");
    expect_addresses("gemini", "http://10.0.0.1:99/v1beta?a=b",
                     "http://10.0.0.1:99/v1beta/models/m:streamGenerateContent?alt=sse&a=b",
                     "http://10.0.0.1:99/v1beta/models/m:generateContent?a=b");
}

static struct endpoint_lessons begun_with(struct endpoint_settings settings, char **thinking)
{
    struct endpoint made;
    struct error why = {0};
    settings.api_key = key;
    if (!endpoint_init(&made, &settings, &why))
        fail_msg("%s", why.message);
    struct endpoint_lessons lessons = made.lessons;
    assert_memory_equal(&made.begun, &made.lessons, sizeof lessons);
    if (thinking != NULL) {
        *thinking = made.thinking;
        made.thinking = NULL;
    }
    endpoint_clear(&made);
    return lessons;
}

// What the capability table and the user's rows say is in force from the first call on.
static void test_known_from_the_start(void **state)
{
    (void)state;
    struct endpoint_lessons lessons =
        begun_with((struct endpoint_settings){.endpoint = "openai", .model = "gpt-5"}, NULL);
    assert_true(lessons.no_temperature && lessons.max_completion_tokens && !lessons.stream);
    assert_false(lessons.prefix || lessons.thinking);
    static const struct capability own[] = {{.endpoint = "openai",
                                             .values = {[CAPABILITY_temperature] = "yes",
                                                        [CAPABILITY_max_tokens] = "none",
                                                        [CAPABILITY_structured] = "none",
                                                        [CAPABILITY_stream] = "no",
                                                        [CAPABILITY_stream_usage] = "no",
                                                        [CAPABILITY_thinking_low] = "{\"x\":1}"}}};
    char *thinking = NULL;
    lessons = begun_with((struct endpoint_settings){.endpoint = "openai",
                                                    .model = "gpt-5",
                                                    .stream = true,
                                                    .thinking = THINKING_LOW,
                                                    .capabilities = own,
                                                    .capability_count = 1},
                         &thinking);
    assert_string_equal(thinking, "{\"x\":1}");
    free(thinking);
    assert_true(!lessons.no_temperature && !lessons.max_completion_tokens && lessons.no_max_tokens);
    assert_true(!lessons.stream && lessons.no_stream_usage && lessons.thinking);
    assert_int_equal(lessons.structured, STRUCTURED_NONE);
    // A provider is known by its address too.
    lessons = begun_with(
        (struct endpoint_settings){.base_url = "https://api.deepseek.com", .model = "x"}, NULL);
    assert_int_equal(lessons.structured, STRUCTURED_OBJECT);
}

static void test_prefix_use(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint;
        enum prefix_use use;
        bool sent;
    } cases[] = {
        {"deepseek", PREFIX_AUTO, true}, {"deepseek", PREFIX_OFF, false},
        {"openai", PREFIX_AUTO, false},  {"openai", PREFIX_ON, true},
        {"zhipu", PREFIX_AUTO, false},   {"anthropic", PREFIX_ON, true},
        {"gemini", PREFIX_AUTO, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoint_lessons lessons = begun_with(
            (struct endpoint_settings){
                .endpoint = cases[i].endpoint, .model = "m", .prefix = cases[i].use},
            NULL);
        assert_int_equal(lessons.prefix, cases[i].sent);
    }
    expect_refusal(
        (struct endpoint_settings){
            .endpoint = "gemini", .api_key = key, .model = "m", .prefix = PREFIX_ON},
        "--prefix on");
}

static void test_refused_before_work(void **state)
{
    (void)state;
    struct endpoint_settings settings = {
        .endpoint = "deepseek", .api_key = key, .model = "deepseek-v4-pro"};
    expect_refusal(settings, "deepseek-v4-pro takes no images");
    static const struct capability own[] = {
        {.model = "deepseek-v4-pro", .values = {[CAPABILITY_vision] = "yes"}}};
    settings.capabilities = own;
    settings.capability_count = 1;
    begun_with(settings, NULL);
    expect_refusal((struct endpoint_settings){.base_url = "http://gpu/v1",
                                              .model = "m",
                                              .thinking = THINKING_OFF},
                   "thinking_off");
    // What never thinks need be told nothing.
    char *thinking = NULL;
    struct endpoint_lessons lessons = begun_with(
        (struct endpoint_settings){
            .endpoint = "openai", .model = "gpt-4o", .thinking = THINKING_OFF},
        &thinking);
    assert_null(thinking);
    assert_false(lessons.thinking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_base_urls),
        cmocka_unit_test(test_other_formats),
        cmocka_unit_test(test_model_in_path),
        cmocka_unit_test(test_bad_addresses),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_plain_http),
        cmocka_unit_test(test_model_names),
        cmocka_unit_test(test_private_hosts),
        cmocka_unit_test(test_structured_start),
        cmocka_unit_test(test_preset_table),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_known_from_the_start),
        cmocka_unit_test(test_prefix_use),
        cmocka_unit_test(test_refused_before_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
