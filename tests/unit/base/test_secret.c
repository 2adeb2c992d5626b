#include "unit.h"

#include "secret.h"

#include <stdio.h>
#include <string.h>

static void keys_are_shortened_wherever_they_stand(void **state)
{
    (void)state;
    secret_register("sk-proj-abcdefghijklmnop9xQz");
    secret_register("short"); // an ordinary word is not a secret
    char text[200] = "key sk-proj-abcdefghijklmnop9xQz, again sk-proj-abcdefghijklmnop9xQz; short";
    assert_string_equal(secret_hide(text), "key sk-p...9xQz, again sk-p...9xQz; short");
    char brief[16];
    assert_string_equal(secret_shorten("abcdefghijkl", brief), "ab...kl");
    assert_string_equal(secret_shorten("abcdef", brief), "***");
    assert_string_equal(secret_shorten("", brief), "*");
}

static void passwords_of_urls(void **state)
{
    (void)state;
    secret_register_url("http://host.example:8080/a@b:cdefghij");
    secret_register_url("http://name-only@host.example");
    secret_register_url("http://user:p4ssw0rd@proxy.example:3128/path");
    char text[] = "a@b:cdefghij name-only p4ssw0rd Basic dXNlcjpwNHNzdzByZA== proxy.example";
    assert_string_equal(secret_hide(text),
                        "a@b:cdefghij name-only *** Basic dXNl...ZA== proxy.example");
}

static void a_run_has_many_keys(void **state)
{
    (void)state;
    for (int i = 0; i < 32; i++) {
        char key[40];
        snprintf(key, sizeof key, "key-number-%02d-0123456789", i);
        secret_register(key);
        assert_null(strstr(secret_hide(key), "number"));
    }
}

static void test_base64(void **state)
{
    (void)state;
    char long_run[400], text[500];
    memset(long_run, 'q', 300);
    long_run[300] = '\0';
    snprintf(text, sizeof text, "<%s> data:image/jpeg;base64,%.40s", long_run, long_run);
    assert_string_equal(secret_hide_base64(text), "<qqqqqqqqqqqqqqqq...> data:image/jpeg;base64,"
                                                  "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq");
    snprintf(text, sizeof text, "%s", long_run);
    assert_string_equal(secret_hide_base64(text), "qqqqqqqqqqqqqqqq...");
    char nothing[] = "";
    assert_string_equal(secret_hide_base64(nothing), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_shortened_wherever_they_stand),
        cmocka_unit_test(passwords_of_urls),
        cmocka_unit_test(a_run_has_many_keys),
        cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
