#include "capability.h"
#include "endpoint.h"
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *find(const char *endpoint, const char *model, enum capability_property property)
{
    const char *word = capability_find(NULL, 0, endpoint, model, property);
    return word != NULL ? word : "-";
}

static void expect(const char *endpoint, const char *model, enum capability_property property,
                   const char *word)
{
    const char *got = find(endpoint, model, property);
    if (strcmp(got, word) != 0)
        fail_msg("%s at %s: property %d is %s, not %s", model, endpoint, property, got, word);
}

static void test_temperature(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint, *model, *word;
    } cases[] = {
        {"openai", "gpt-5", "no"},
        {"openai", "gpt-5-mini-2025-08-07", "no"},
        {"openai", "gpt-5.6-terra", "no"},
        {"openai", "gpt-6-astra", "no"},
        {"openai", "o3", "no"},
        {"openai", "o4-mini", "no"},
        {"openrouter", "openai/gpt-5", "no"},
        {"openai", "GPT-4o-mini", "yes"},
        {"openai", "gpt-4.1-nano", "yes"},
        {"anthropic", "claude-opus-4-7", "no"},
        {"anthropic", "claude-opus-4-8-20260301", "no"},
        {"anthropic", "claude-opus-5", "no"},
        {"anthropic", "claude-opus-5-5", "no"},
        {"anthropic", "claude-fable-5-1", "no"},
        {"anthropic", "claude-sonnet-5-5", "no"},
        {"anthropic", "claude-haiku-5-5", "no"},
        {"openrouter", "anthropic/claude-opus-4.7", "no"},
        {"anthropic", "claude-opus-4-6", "yes"},
        {"anthropic", "claude-opus-4-20250514", "-"},
        {"anthropic", "claude-haiku-4-5", "-"},
        {"gemini", "gemini-3-flash", "yes"},
        {"vllm", "qwen3-vl", "-"},
        {"vllm", "my-gpt-5-clone", "-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].endpoint, cases[i].model, CAPABILITY_temperature, cases[i].word);
}

static void test_other_properties(void **state)
{
    (void)state;
    expect("openai", "gpt-5", CAPABILITY_max_tokens, "max_completion_tokens");
    expect("openai", "gpt-4o", CAPABILITY_max_tokens, "-");
    expect("deepseek", "deepseek-v4-pro", CAPABILITY_vision, "no");
    expect("openrouter", "deepseek/deepseek-v4-pro", CAPABILITY_vision, "no");
    expect("deepseek", "deepseek-flash", CAPABILITY_vision, "-");
    expect("openai", "gpt-3.5-turbo", CAPABILITY_vision, "no");
    expect("openai", "o3-mini", CAPABILITY_vision, "no");
    expect("openai", "o3", CAPABILITY_vision, "yes");
    expect("deepseek", "deepseek-flash", CAPABILITY_structured, "object");
    expect("zhipu", "glm-4.6v", CAPABILITY_structured, "object");
    expect("zai", "glm-4.6v", CAPABILITY_structured, "object");
    expect("openai", "gpt-4o", CAPABILITY_structured, "-");
    expect("deepseek", "deepseek-flash", CAPABILITY_prefix, "yes");
    expect("openrouter", "deepseek/deepseek-flash", CAPABILITY_prefix, "-");
}

static void test_thinking(void **state)
{
    (void)state;
    expect("deepseek", "deepseek-flash", CAPABILITY_thinking_off,
           "{\"thinking\":{\"type\":\"disabled\"}}");
    expect("openai", "gpt-5-nano", CAPABILITY_thinking_off, "{\"reasoning_effort\":\"minimal\"}");
    expect("openai", "gpt-5.6-luna", CAPABILITY_thinking_off, "{\"reasoning_effort\":\"none\"}");
    expect("openai", "gpt-4o", CAPABILITY_thinking_off, "{}");
    expect("openai", "gpt-4o", CAPABILITY_thinking_high, "-");
    expect("anthropic", "claude-sonnet-5", CAPABILITY_thinking_off,
           "{\"thinking\":{\"type\":\"disabled\"}}");
    expect("anthropic", "claude-sonnet-5-5", CAPABILITY_thinking_off,
           "{\"thinking\":{\"type\":\"between_tools\"}}");
    expect("anthropic", "claude-opus-5-5", CAPABILITY_thinking_off,
           "{\"output_config\":{\"effort\":\"low\"}}");
    expect("anthropic", "claude-haiku-4-5", CAPABILITY_thinking_off, "{}");
    // The shape is Anthropic's own: elsewhere it says nothing.
    expect("gateway.example", "claude-sonnet-5", CAPABILITY_thinking_off, "-");
    expect("gemini", "gemini-2.5-flash", CAPABILITY_thinking_off,
           "{\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":0}}}");
    expect("gemini", "gemini-3-pro-preview", CAPABILITY_thinking_low,
           "{\"generationConfig\":{\"thinkingConfig\":{\"thinkingLevel\":\"low\"}}}");
    expect("dashscope-intl", "qwen3-vl-plus", CAPABILITY_thinking_off,
           "{\"enable_thinking\":false}");
    expect("vllm", "anything", CAPABILITY_thinking_off,
           "{\"chat_template_kwargs\":{\"enable_thinking\":false}}");
}

static void test_own_rows_first(void **state)
{
    (void)state;
    struct capability own[] = {
        {.model = "deepseek-v4-pro", .values = {[CAPABILITY_vision] = "yes"}},
        {.endpoint = "my.host", .values = {[CAPABILITY_stream] = "no"}},
        {.model = "*", .values = {[CAPABILITY_stream] = "yes"}},
    };
    assert_string_equal(capability_find(own, 3, "deepseek", "deepseek-v4-pro", CAPABILITY_vision),
                        "yes");
    // What the own row says nothing of comes from the table.
    assert_string_equal(
        capability_find(own, 3, "deepseek", "deepseek-v4-pro", CAPABILITY_structured), "object");
    assert_string_equal(capability_find(own, 3, "MY.HOST", "x", CAPABILITY_stream), "no");
    assert_string_equal(capability_find(own, 3, "other.host", "x", CAPABILITY_stream), "yes");
    assert_null(capability_find(own, 3, "my.host", "x", CAPABILITY_stream_usage));
}

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *model;
        bool fits;
    } cases[] = {
        {"a", "a", true},          {"a", "ab", false},
        {"a*", "a", true},         {"a*", "abc", true},
        {"*c", "abc", true},       {"*b*", "abc", true},
        {"*b", "abc", false},      {"a?c", "a.c", true},
        {"a?c", "ac", false},      {"", "", true},
        {"*", "", true},           {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXcYb", false}, {"c", "a/b/c", true},
        {"b/c", "a/b/c", false},   {"a/*", "a/b/c", true},
        {"**", "abc", true},       {"*ab", "aab", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct capability own = {.model = cases[i].pattern, .values = {[CAPABILITY_vision] = "no"}};
        bool fits = capability_find(&own, 1, "e", cases[i].model, CAPABILITY_vision) != NULL;
        if (fits != cases[i].fits)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].model);
    }
}

static void expect_refusal(struct capability row, const char *said)
{
    struct error why = {0};
    assert_false(capability_check(&row, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    if (strstr(why.message, said) == NULL)
        fail_msg("'%s' does not say '%s'", why.message, said);
}

static void test_checks(void **state)
{
    (void)state;
    struct error why = {0};
    struct capability good = {
        .model = "m",
        .values = {[CAPABILITY_max_tokens] = "none", [CAPABILITY_thinking_off] = "{\"a\": {}}"}};
    assert_true(capability_check(&good, &why));
    expect_refusal((struct capability){.values = {[CAPABILITY_vision] = "no"}}, "a model or an");
    expect_refusal((struct capability){.endpoint = "e"}, "says nothing");
    expect_refusal((struct capability){.model = "m", .values = {[CAPABILITY_vision] = "maybe"}},
                   "'maybe', not one of yes|no");
    expect_refusal((struct capability){.model = "m", .values = {[CAPABILITY_vision] = "ye"}},
                   "'ye'");
    expect_refusal((struct capability){.model = "m", .values = {[CAPABILITY_thinking_low] = "[1]"}},
                   "not a JSON object");
}

// Every built-in row passes the checks that users' rows pass, and says something that counts.
static void test_table(void **state)
{
    (void)state;
    size_t count = 0;
    const struct capability *row;
    for (; (row = capability_row(count)) != NULL; count++) {
        struct error why = {0};
        if (!capability_check(row, &why))
            fail_msg("row %zu: %s", count, why.message);
    }
    assert_true(count > 40);
    for (size_t i = 0; i < CAPABILITY_KEYS; i++) {
        struct capability any = {0};
        *capability_at(&any, i) = capability_key(i);
        assert_string_equal(i == 0   ? any.model
                            : i == 1 ? any.endpoint
                                     : any.values[i - 2],
                            capability_key(i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_temperature), cmocka_unit_test(test_other_properties),
        cmocka_unit_test(test_thinking),    cmocka_unit_test(test_own_rows_first),
        cmocka_unit_test(test_patterns),    cmocka_unit_test(test_checks),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
