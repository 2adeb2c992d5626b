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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_as_the_providers_examples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
