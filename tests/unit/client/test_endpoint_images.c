#include "endpoint_images.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *endpoint, const char *base_url, unsigned side, uint64_t pixels,
                   size_t base64)
{
    struct endpoint_images images;
    struct error why = {0};
    if (!endpoint_images_find(endpoint, base_url, &images, &why))
        fail_msg("%s: %s", endpoint, why.message);
    assert_int_equal(images.max_side_px, side);
    assert_int_equal(images.max_pixels, pixels);
    assert_int_equal(images.max_base64_bytes, base64);
}

static void finds_by_name_and_by_host(void **state)
{
    (void)state;
    expect(NULL, NULL, 0, 0, 0);
    expect("builtin", NULL, 0, 0, 0);
    expect("vllm", NULL, 0, 0, 0);
    expect("Anthropic", NULL, 8000, 0, 10485760);
    expect("openai", NULL, 65535, 30000000, 0);
    expect("zhipu", NULL, 6000, 0, 5000000);
    expect(NULL, "https://api.anthropic.com", 8000, 0, 10485760);
    expect("https://API.DeepSeek.com/v1", NULL, 8192, 0, 32 << 20);
    expect("https://notapi.deepseek.com.example.org/v1", NULL, 0, 0, 0);
    expect("https://badapi.deepseek.com/v1", NULL, 0, 0, 0);
    expect("not a url://", NULL, 0, 0, 0);
}

static void takes_the_tightest_of_each(void **state)
{
    (void)state;
    expect("anthropic", "https://bedrock-runtime.eu-west-1.amazonaws.com", 8000, 0, 5242880);
    expect("deepseek", "https://api.anthropic.com/v1", 8000, 0, 10485760);
    expect("openai", "https://api.z.ai/api/paas/v4", 6000, 30000000, 5000000);
    expect("openai", "http://127.0.0.1:9/v1", 65535, 30000000, 0);
}

static void refuses_unknown_names(void **state)
{
    (void)state;
    struct endpoint_images images;
    struct error why = {0};
    assert_false(endpoint_images_find("antropic", NULL, &images, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    assert_non_null(strstr(why.message, "'antropic'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_name_and_by_host),
        cmocka_unit_test(takes_the_tightest_of_each),
        cmocka_unit_test(refuses_unknown_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
