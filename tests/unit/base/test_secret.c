#include "unit.h"

#include "secret.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_are_shortened_wherever_they_stand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
