#include "path_guess.h"

#include "provider.h"

#include "unit.h"

#include <string.h>

static size_t guess(const char *name, const char *base, struct path_guess *guesses,
                    struct endpoint *endpoint)
{
    struct endpoint_settings settings = {
        .endpoint = name, .base_url = base, .api_key = "sk-0123456789", .model = "m"};
    struct error why = {0};
    if (!endpoint_init(endpoint, &settings, &why))
        fail_msg("%s", why.message);
    return path_guess_list(endpoint, guesses);
}

static void the_likeliest_comes_first(void **state)
{
    (void)state;
    static const struct {
        const char *name, *base, *url;
        enum path_change change;
    } cases[] = {
        {NULL, "http://h.local:8000", "http://h.local:8000/v1/chat/completions", PATH_V1_ADDED},
        {NULL, "http://h.local/llm", "http://h.local/llm/v1/chat/completions", PATH_V1_ADDED},
        {NULL, "http://h.local/api/v4/v1", "http://h.local/api/v4/chat/completions",
         PATH_V1_REMOVED},
        {NULL, "http://h.local/v2", "http://h.local/v1/chat/completions", PATH_OTHER},
        {NULL, "https://open.bigmodel.cn/v1", "https://open.bigmodel.cn/chat/completions",
         PATH_V1_REMOVED},
        {"gemini", "http://h.local/x", "http://h.local/x/v1beta/models/m:generateContent",
         PATH_OTHER},
        {"anthropic", "http://h.local/x", "http://h.local/v1/messages", PATH_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct path_guess guesses[PATH_GUESSES];
        struct endpoint endpoint;
        size_t count = guess(cases[i].name, cases[i].base, guesses, &endpoint);
        assert_true(count >= 3 && count <= PATH_GUESSES);
        assert_string_equal(guesses[0].url, cases[i].url);
        assert_int_equal(guesses[0].change, cases[i].change);
        for (size_t a = 0; a < count; a++) {
            assert_string_not_equal(guesses[a].url, endpoint.url);
            size_t origin = strcspn(strstr(endpoint.url, "://") + 3, "/") + 3 +
                            (size_t)(strstr(endpoint.url, "://") - endpoint.url);
            assert_int_equal(strncmp(guesses[a].url, endpoint.url, origin), 0);
            for (size_t b = 0; b < a; b++)
                assert_string_not_equal(guesses[a].url, guesses[b].url);
        }
        path_guess_clear(guesses, count);
        endpoint_clear(&endpoint);
    }
}

static void a_providers_own_path_is_known(void **state)
{
    (void)state;
    struct path_guess guesses[PATH_GUESSES];
    struct endpoint endpoint;
    size_t count = guess(NULL, "https://open.bigmodel.cn/v1", guesses, &endpoint), found = 0;
    for (size_t i = 0; i < count; i++)
        found += strcmp(guesses[i].base, "https://open.bigmodel.cn/api/paas/v4") == 0;
    assert_int_equal(found, 1);
    path_guess_clear(guesses, count);
    endpoint_clear(&endpoint);
}

static void other_protocols_are_among_them(void **state)
{
    (void)state;
    struct path_guess guesses[PATH_GUESSES];
    struct endpoint endpoint;
    size_t count = guess(NULL, "http://h.local:1/v1", guesses, &endpoint), found = 0;
    for (size_t i = 0; i < count; i++)
        found += guesses[i].provider == &provider_anthropic &&
                 strcmp(guesses[i].url, "http://h.local:1/v1/messages") == 0;
    for (size_t i = 0; i < count; i++)
        found += guesses[i].provider == &provider_gemini;
    assert_int_equal(found, 2);
    path_guess_clear(guesses, count);
    endpoint_clear(&endpoint);
}

static void a_reply_tells_its_protocol(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const struct provider *provider;
    } cases[] = {
        {"{\"choices\":[{\"message\":{\"content\":\"x\"}}]}", &provider_openai},
        {"{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}",
         &provider_anthropic},
        {"{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}}]}", &provider_gemini},
        {"{\"status\":\"ok\"}", NULL},
        {"<html>", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_ptr_equal(path_guess_protocol(cases[i].body, strlen(cases[i].body)),
                         cases[i].provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_likeliest_comes_first),
        cmocka_unit_test(a_providers_own_path_is_known),
        cmocka_unit_test(other_protocols_are_among_them),
        cmocka_unit_test(a_reply_tells_its_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
