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
    assert_null(provider_find("nobody"));
}

static void test_extra_body(void **state)
{
    (void)state;
    static const char *const good[] = {"{}", "{\"top_p\": 0.9}", " {\"a\":{\"model\":1}} "};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct error why = {0};
        if (!provider_check_extra_body(good[i], &why))
            fail_msg("%s: %s", good[i], why.message);
    }
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"", "not JSON"},
        {"{top_p: 0.9}", "not JSON"},
        {"{} {}", "not JSON"},
        {"[1]", "must be a JSON object"},
        {"{\"model\":\"x\"}", "'model'"},
        {"{\"messages\":[]}", "'messages'"},
        {"{\"stream\":true}", "'stream'"},
        {"{\"n\":2}", "--repeat"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error why = {0};
        assert_false(provider_check_extra_body(bad[i].text, &why));
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
