#include "token_count.h"

#include "unit.h"

static void counts_tokens(void **state)
{
    (void)state;
    assert_int_equal(text_tokens(""), 0);
    assert_int_equal(text_tokens("a"), 1);
    assert_int_equal(text_tokens("12345678"), 2);
    assert_int_equal(text_tokens("图片里"), 3);
    assert_int_equal(text_tokens("图a"), 2);
    assert_int_equal(image_tokens(1024, 1024, false), 85 + 4 * 170); // OpenAI's own example
    assert_int_equal(image_tokens(2048, 4096, false), 85 + 6 * 170); // and its second
    assert_int_equal(image_tokens(4096, 8192, true), 85);
    assert_int_equal(image_tokens(1, 1, false), 85 + 170);
    assert_int_equal(image_tokens(512, 512, false), 85 + 170);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_tokens)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
