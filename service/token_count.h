// How many tokens the simulator counts for what it is sent.
#ifndef VQAGEN_TOKEN_COUNT_H
#define VQAGEN_TOKEN_COUNT_H

#include <stdbool.h>

// About 4 bytes a token; a Chinese, Japanese or Korean character is one.
long long text_tokens(const char *text);

// OpenAI's rule for gpt-4o: fit into 2048 x 2048, then the shorter side to 768, then 85 tokens and
// 170 for each tile of 512 x 512.
long long image_tokens(unsigned width, unsigned height, bool low_detail);

#endif
