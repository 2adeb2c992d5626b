#include "estimate.h"

#include <string.h>

static const double newest_share = 0.1; // of the running means

void estimate_init(struct estimate *estimate, const char *provider)
{
    static const double first_output = 150;
    *estimate = (struct estimate){.rule = token_rule_at(0)}; // OpenAI's tiles
    const struct token_rule *rule;
    for (size_t i = 0; (rule = token_rule_at(i)) != NULL; i++)
        if (strcmp(rule->name, provider) == 0)
            estimate->rule = rule;
    for (int step = 0; step < ESTIMATE_STEPS; step++)
        estimate->output[step] = first_output;
}

static double guess(const struct estimate *estimate, const struct demand *demand)
{
    return (double)demand->text_bytes / 4 + estimate->rule->count(demand->width, demand->height);
}

struct bucket_cost estimate_cost(const struct estimate *estimate, const struct demand *demand)
{
    double ratio = estimate->ratio > 0 ? estimate->ratio : 1;
    return (struct bucket_cost){.input = ratio * guess(estimate, demand),
                                .output = estimate->output[demand->step]};
}

void estimate_learn(struct estimate *estimate, const struct demand *demand,
                    const struct usage *usage)
{
    double guessed = guess(estimate, demand);
    if (usage->input_tokens > 0 && guessed > 0) {
        double ratio = (double)usage->input_tokens / guessed;
        estimate->ratio += estimate->ratio > 0 ? newest_share * (ratio - estimate->ratio) : ratio;
    }
    if (usage->output_tokens >= 0)
        estimate->output[demand->step] +=
            newest_share * ((double)usage->output_tokens - estimate->output[demand->step]);
}
