// A provider's own limits of an image lower the settings', and never raise them.
#include "case.h"
#include "limits.h"

#include <string.h>

static void expect_limits(const char *endpoint, const char *base_url, size_t bytes, unsigned side)
{
    struct image_limits limits = {
        .max_base64_bytes = 7 << 20, .refuse_base64_bytes = 10 << 20, .max_side_px = 7000};
    assert_true(limits_tighten(&limits, endpoint, base_url, NULL));
    assert_int_equal(limits.max_base64_bytes, bytes);
    assert_int_equal(limits.max_side_px, side);
}

static void test_tighten(void **state)
{
    (void)state;
    expect_limits("openai", NULL, 7 << 20, 7000);
    expect_limits("anthropic", NULL, 7 << 20, 7000);
    expect_limits("zhipu", NULL, 5000000, 6000);
    expect_limits("zai", "https://gateway.example/v4", 5000000, 6000);
    expect_limits(NULL, "https://open.bigmodel.cn/api/paas/v4", 5000000, 6000);
    expect_limits("https://open.bigmodel.cn/api/paas/v4", NULL, 5000000, 6000);
    expect_limits("vllm", NULL, 7 << 20, 7000);
    expect_limits(NULL, "http://127.0.0.1:1/v1", 7 << 20, 7000);
    expect_limits(NULL, NULL, 7 << 20, 7000);
}

static void test_unknown_name(void **state)
{
    (void)state;
    struct image_limits limits = {.max_side_px = 7000};
    struct error why = {0};
    assert_false(limits_tighten(&limits, "opnai", NULL, &why));
    assert_non_null(strstr(why.message, "opnai"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tighten),
                                       cmocka_unit_test(test_unknown_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
