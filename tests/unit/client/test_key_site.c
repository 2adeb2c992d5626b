#include "key_site.h"

#include "unit.h"

static void keys_name_their_site(void **state)
{
    (void)state;
    assert_string_equal(key_site_find("sk-ant-api03-x")->title, "Anthropic");
    assert_string_equal(key_site_find("AIzaSyA")->preset, "gemini");
    assert_string_equal(key_site_find("sk-or-v1-x")->preset, "openrouter");
    assert_string_equal(key_site_find("sk-proj-x")->preset, "openai");
    assert_string_equal(key_site_find("gsk_x")->title, "Groq");
    assert_string_equal(key_site_find("xai-x")->title, "xAI");
    assert_null(key_site_find("sk-0123456789abcdef"));
    assert_null(key_site_find(""));
    assert_null(key_site_find(NULL));
}

static void sites_serve_their_hosts(void **state)
{
    (void)state;
    const struct key_site *site = key_site_find("sk-proj-x");
    assert_true(key_site_serves(site, "https://api.openai.com/v1"));
    assert_true(key_site_serves(site, "https://eu.api.OpenAI.com:443/v1"));
    assert_true(key_site_serves(site, "https://openai.com"));
    assert_false(key_site_serves(site, "https://notopenai.com/v1"));
    assert_false(key_site_serves(site, "https://example.com/openai.com"));
    assert_false(key_site_serves(site, "http://127.0.0.1:8000/v1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_name_their_site),
        cmocka_unit_test(sites_serve_their_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
