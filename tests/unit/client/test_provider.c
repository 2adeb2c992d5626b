#include "provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_find(void **state)
{
    (void)state;
    assert_ptr_equal(provider_find("openai"), &provider_openai);
    assert_ptr_equal(provider_find("anthropic"), &provider_anthropic);
    assert_ptr_equal(provider_find("gemini"), &provider_gemini);
    assert_null(provider_find("nobody"));
}

static void test_extra_body(void **state)
{
    (void)state;
    static const char *const good[] = {"{}", "{\"top_p\": 0.9}", " {\"a\":{\"model\":1}} "};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct error why = {0};
        if (!provider_check_extra_body(&provider_openai, good[i], &why))
            fail_msg("%s: %s", good[i], why.message);
    }
    static const struct {
        const char *text, *said;
        const struct provider *provider; // NULL: OpenAI's
    } bad[] = {
        {"", "not JSON", NULL},
        {"{top_p: 0.9}", "not JSON", NULL},
        {"{} {}", "not JSON", NULL},
        {"[1]", "must be a JSON object", NULL},
        {"{\"model\":\"x\"}", "'model'", NULL},
        {"{\"messages\":[]}", "'messages'", NULL},
        {"{\"stream\":true}", "'stream'", NULL},
        {"{\"n\":2}", "--repeat", NULL},
        {"{\"system\":\"x\"}", "--system-prompt", &provider_anthropic},
        {"{\"messages\":[]}", "'messages'", &provider_anthropic},
        {"{\"stream\":true}", "'stream'", &provider_anthropic},
        {"{\"contents\":[]}", "'contents'", &provider_gemini},
        {"{\"systemInstruction\":{}}", "--system-prompt", &provider_gemini},
        {"{\"generation_config\":{}}", "generationConfig", &provider_gemini},
        {"{\"generationConfig\":{\"candidateCount\":2}}", "--repeat", &provider_gemini},
        {"[]", "must be a JSON object", &provider_gemini},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error why = {0};
        const struct provider *provider =
            bad[i].provider != NULL ? bad[i].provider : &provider_openai;
        assert_false(provider_check_extra_body(provider, bad[i].text, &why));
        assert_int_equal(why.kind, ERR_SETTINGS);
        if (strstr(why.message, bad[i].said) == NULL)
            fail_msg("'%s' does not say %s", why.message, bad[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_extra_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
