// About how many tokens a picture costs, by the formulas that providers publish.
#ifndef VQAGEN_TOKENS_H
#define VQAGEN_TOKENS_H

#include <stddef.h>

struct token_rule {
    const char *name; // "openai_tiles", ...
    unsigned (*count)(unsigned width, unsigned height);
};

const struct token_rule *token_rule_at(size_t index); // NULL past the end

// About how many tokens the picture costs with the model of that name: by the rule that its
// provider publishes for it, and for models that no rule is known of by patches of 28.
unsigned token_estimate(const char *model, unsigned width, unsigned height);

#endif
