// The built-in prices. samples/prices.yaml holds the same rows, for users to change; a test holds
// the two against each other.
//
// Prices are for prompts under 100,000 tokens, which no call of vqagen reaches; longer ones cost
// more with some models. Sources: the model table of Anthropic's "claude-api" skill
// (github.com/anthropics/skills); the catalogues models.dev (github.com/anomalyco/models.dev),
// llm-prices (github.com/simonw/llm-prices) and genai-prices (github.com/pydantic/genai-prices).
// The date is that of the catalogue's row, or the month it was read in. Anthropic charges 1.25
// times the input price for what is put into the cache for five minutes, and a tenth for what is
// read from it where its table says nothing else ("Prompt caching" in its docs).
#include "price.h"

#define SKILL "Anthropic's model table"
#define MODELS_DEV "models.dev"
#define LLM_PRICES "llm-prices"
#define GENAI_PRICES "genai-prices"

static const struct price table[] = {
    // model, input, cached, cache write, output, batch, date, source
    {"claude-fable-5-1", 10, 0.25, 12.5, 50, 0.5, "2026-10-06", SKILL},
    {"claude-opus-5-5", 4, 0.20, 5, 20, 0.5, "2026-10-06", SKILL},
    {"claude-opus-5", 5, 0.50, 6.25, 25, 0.5, "2026-10-06", SKILL},
    {"claude-opus-4-8", 5, 0.50, 6.25, 25, 0.5, "2026-10-06", SKILL},
    {"claude-sonnet-5-5", 2, 0.20, 2.5, 10, 0.5, "2026-10-06", SKILL},
    {"claude-sonnet-4-6", 3, 0.30, 3.75, 15, 0.5, "2026-10-06", SKILL},
    {"claude-haiku-5-5", 0.10, 0.01, 0.125, 0.50, 0.5, "2026-10-06", SKILL},
    {"claude-haiku-4-5", 1, 0.10, 1.25, 5, 0.5, "2026-10-06", SKILL},
    {"gpt-6-astra", 10, 1, -1, 50, 0.5, "2026-09-04", MODELS_DEV},
    {"gpt-5.6-sol", 2, 0.20, -1, 10, 0.5, "2026-08-31", MODELS_DEV},
    {"gpt-5.5", 5, 0.50, -1, 30, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-5.4", 2.50, 0.25, -1, 15, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-5.4-mini", 0.75, 0.075, -1, 4.50, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-5.4-nano", 0.20, 0.02, -1, 1.25, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-5-mini", 0.25, 0.025, -1, 2, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-4.1", 2, 0.50, -1, 8, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-4.1-mini", 0.40, 0.10, -1, 1.60, 0.5, "2026-07-01", LLM_PRICES},
    {"gpt-4o-mini", 0.15, 0.075, -1, 0.60, 0.5, "2026-07-01", LLM_PRICES},
    // Introductory until 2026-12-31, then twice that.
    {"gemini-3.8-flash", 0.75, 0.075, -1, 3.75, 0.5, "2026-10-31", MODELS_DEV},
    {"gemini-3.6-flash", 1.50, 0.15, -1, 7.50, 0.5, "2026-07-01", LLM_PRICES},
    {"gemini-3.5-flash-lite", 0.30, 0.03, -1, 2.50, 0.5, "2026-07-01", LLM_PRICES},
    {"gemini-3.1-pro-preview", 2, 0.20, -1, 12, 0.5, "2026-02-28", MODELS_DEV},
    {"gemini-2.5-flash", 0.30, 0.03, -1, 2.50, 0.5, "2026-07-01", LLM_PRICES},
    {"gemini-2.5-flash-lite", 0.10, 0.01, -1, 0.40, 0.5, "2026-07-01", LLM_PRICES},
    // At peak hours, 01:00 to 04:00 and 06:00 to 10:00 UTC; half of it at others.
    {"deepseek-flash", 0.30, 0.006, -1, 1.20, -1, "2026-09-10", MODELS_DEV},
    {"qwen3-vl-plus", 0.20, 0.04, -1, 1.60, 0.5, "2026-10-31", MODELS_DEV},
    {"qwen3-vl-flash", 0.05, 0.01, -1, 0.40, 0.5, "2026-10-31", MODELS_DEV},
    {"glm-5.3-flash", 0.15, 0.03, -1, 0.50, 0.5, "2026-08-26", GENAI_PRICES},
    {"glm-4.6v", 0.30, -1, -1, 0.90, 0.5, "2025-12-31", MODELS_DEV},
    {"mistral-medium", 1.50, -1, -1, 7.50, -1, "2026-10-31", MODELS_DEV},
};

const struct price *price_at(size_t index)
{
    return index < sizeof table / sizeof *table ? &table[index] : NULL;
}

const struct price *price_find(const char *model)
{
    return price_search(table, sizeof table / sizeof *table, model);
}
