#include "unit.h"

#include "tokens.h"

#include <string.h>

static unsigned count(const char *name, unsigned width, unsigned height)
{
    for (size_t i = 0; token_rule_at(i) != NULL; i++)
        if (strcmp(token_rule_at(i)->name, name) == 0)
            return token_rule_at(i)->count(width, height);
    fail_msg("no rule %s", name);
    return 0;
}

// The values that the providers' own pages give as examples.
static void counts_as_the_providers_examples(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        unsigned width, height, tokens;
    } cases[] = {
        {"openai_tiles", 1024, 1024, 765},
        {"openai_tiles", 2048, 4096, 1105},
        {"openai_tiles", 512, 512, 255},
        {"openai_patches", 1024, 1024, 1024},
        {"openai_patches", 1800, 2400, 1452},
        {"anthropic", 200, 200, 64},
        {"anthropic", 1000, 1000, 1296},
        {"anthropic", 1092, 1092, 1521},
        {"anthropic", 1920, 1080, 1560},
        {"anthropic_high", 1920, 1080, 2691},
        {"anthropic", 2000, 1500, 1564},
        {"anthropic_high", 2000, 1500, 3888},
        {"anthropic", 3840, 2160, 1560},
        {"anthropic_high", 3840, 2160, 4784},
        {"gemini", 384, 384, 258},
        {"gemini", 960, 540, 1548},
        {"qwen", 1, 1, 6},
        {"qwen", 280, 560, 202},
        {"anthropic", 1, 1, 1},
        {"anthropic", 65500, 1, 56},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned tokens = count(cases[i].rule, cases[i].width, cases[i].height);
        if (tokens != cases[i].tokens)
            fail_msg("%s of %u x %u: %u, expected %u", cases[i].rule, cases[i].width,
                     cases[i].height, tokens, cases[i].tokens);
    }
}

static void models_have_the_rules_of_their_providers(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        unsigned width, height, low, high;
    } cases[] = {
        {"gpt-4o", 1024, 1024, 765, 765},
        {"openai/gpt-4o-2024-08-06", 1024, 1024, 765, 765},
        {"GPT-4o-mini", 512, 512, 2833 + 5667, 2833 + 5667 + 2}, // the guide's own figures
        {"gpt-5", 512, 512, 70 + 140, 70 + 140},
        {"o3", 512, 512, 75 + 150, 75 + 150},
        {"gpt-4.1-mini", 1800, 2400, 2352, 2353}, // 1452 x 1.62
        {"gpt-5.6-sol", 2048, 1536, 3072, 3072},
        {"claude-haiku-4-5", 1920, 1080, 1560, 1560},
        {"claude-opus-4-6", 1920, 1080, 1560, 1560},
        {"claude-opus-4-8", 1920, 1080, 2691, 2691},
        {"claude-sonnet-5-5", 1920, 1080, 2691, 2691},
        {"models/gemini-2.5-flash", 960, 540, 1548, 1548},
        {"gemini-3.8-flash", 960, 540, 1120, 1120},
        {"deepseek-flash", 8, 8, 190, 190},
        {"deepseek-flash", 4000, 4000, 1024, 1024},
        {"qwen2.5-vl-7b", 280, 560, 202, 202},
        {"qwen3-vl-plus", 320, 640, 200, 200},
        {"my-own", 280, 280, 100, 100},
        {"", 280, 280, 100, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned tokens = token_estimate(cases[i].model, cases[i].width, cases[i].height);
        if (tokens < cases[i].low || tokens > cases[i].high)
            fail_msg("%s: %u, expected %u to %u", cases[i].model, tokens, cases[i].low,
                     cases[i].high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_as_the_providers_examples),
                                       cmocka_unit_test(models_have_the_rules_of_their_providers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
