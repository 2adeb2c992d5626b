// About how many tokens a picture costs, by the formulas that providers publish.
#ifndef VQAGEN_TOKENS_H
#define VQAGEN_TOKENS_H

#include <stddef.h>

struct token_rule {
    const char *name; // "openai_tiles", ...
    unsigned (*count)(unsigned width, unsigned height);
};

const struct token_rule *token_rule_at(size_t index); // NULL past the end

#endif
