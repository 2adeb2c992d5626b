#include "tokens.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static unsigned divide_up(unsigned a, unsigned b)
{
    return a / b + (a % b != 0);
}

// GPT-4o and 4.1 at high detail: within 2048 x 2048, then the short side at most 768, then 85 and
// 170 for each tile of 512.
static unsigned openai_tiles(unsigned width, unsigned height)
{
    double w = width, h = height, longer = fmax(w, h);
    if (longer > 2048) {
        w *= 2048 / longer;
        h *= 2048 / longer;
    }
    double shorter = fmin(w, h);
    if (shorter > 768) {
        w *= 768 / shorter;
        h *= 768 / shorter;
    }
    return 85 + 170 * (unsigned)(ceil(w / 512 - 1e-9) * ceil(h / 512 - 1e-9));
}

// Patches of 32 within a budget of 1536, at a factor of one: GPT-5 mini counts 1.62 for each.
static unsigned openai_patches(unsigned width, unsigned height)
{
    enum { SIDE = 32, BUDGET = 1536 };
    double w = width, h = height, longer = fmax(w, h);
    if (longer > 2048) {
        w *= 2048 / longer;
        h *= 2048 / longer;
    }
    if (ceil(w / SIDE) * ceil(h / SIDE) > BUDGET) {
        double r = sqrt((double)SIDE * SIDE * BUDGET / (w * h));
        double across = w * r / SIDE, down = h * r / SIDE;
        r *= fmin(floor(across) / across, floor(down) / down);
        w *= r;
        h *= r;
    }
    return (unsigned)(ceil(w / SIDE - 1e-9) * ceil(h / SIDE - 1e-9));
}

static unsigned patches_of_28(unsigned width, unsigned height)
{
    return divide_up(width, 28) * divide_up(height, 28);
}

// The largest sides in the same proportion that meet both limits, which the API reduces to.
static unsigned anthropic(unsigned width, unsigned height, unsigned max_side, unsigned max_tokens)
{
    unsigned longer = width > height ? width : height;
    unsigned low = 1, high = longer < max_side ? longer : max_side, w = width, h = height;
    while (low < high) {
        unsigned side = low + (high - low + 1) / 2;
        w = (unsigned)((unsigned long long)width * side / longer);
        h = (unsigned)((unsigned long long)height * side / longer);
        if (patches_of_28(w, h) <= max_tokens)
            low = side;
        else
            high = side - 1;
    }
    w = (unsigned)((unsigned long long)width * low / longer);
    h = (unsigned)((unsigned long long)height * low / longer);
    return patches_of_28(w > 0 ? w : 1, h > 0 ? h : 1);
}

static unsigned anthropic_standard(unsigned width, unsigned height)
{
    return anthropic(width, height, 1568, 1568);
}

static unsigned anthropic_high(unsigned width, unsigned height)
{
    return anthropic(width, height, 2576, 4784);
}

// Gemini 2: 258 for a small picture, else for each crop.
static unsigned gemini(unsigned width, unsigned height)
{
    if (width <= 384 && height <= 384)
        return 258;
    unsigned shorter = width < height ? width : height;
    unsigned crop = (unsigned)(shorter / 1.5);
    crop = crop < 256 ? 256 : crop > 768 ? 768 : crop;
    return 258 * divide_up(width, crop) * divide_up(height, crop);
}

// Qwen2.5-VL by its reference code: sides rounded to 28, at most 16384 tokens, and two marks.
static unsigned qwen(unsigned width, unsigned height)
{
    enum { FACTOR = 28, MAX_TOKENS = 16384, MIN_TOKENS = 4 };
    double w = fmax(round((double)width / FACTOR), 1), h = fmax(round((double)height / FACTOR), 1);
    double pixels = (double)width * height;
    if (w * h > MAX_TOKENS) {
        double beta = sqrt(pixels / ((double)MAX_TOKENS * FACTOR * FACTOR));
        w = fmax(floor(width / beta / FACTOR), 1);
        h = fmax(floor(height / beta / FACTOR), 1);
    } else if (w * h < MIN_TOKENS) {
        double beta = sqrt((double)MIN_TOKENS * FACTOR * FACTOR / pixels);
        w = ceil(width * beta / FACTOR);
        h = ceil(height * beta / FACTOR);
    }
    return (unsigned)(w * h) + 2;
}

const struct token_rule *token_rule_at(size_t index)
{
    static const struct token_rule rules[] = {
        {"openai_tiles", openai_tiles},
        {"openai_patches", openai_patches},
        {"anthropic", anthropic_standard},
        {"anthropic_high", anthropic_high},
        {"gemini", gemini},
        {"qwen", qwen},
    };
    return index < sizeof rules / sizeof rules[0] ? &rules[index] : NULL;
}

// Patches of 32 of the picture as it is: GPT-5.5 and later take originals.
static unsigned patches_of_32(unsigned width, unsigned height)
{
    return divide_up(width, 32) * divide_up(height, 32);
}

// Gemini 3's budget for a picture at its default resolution.
static unsigned gemini_3(unsigned width, unsigned height)
{
    (void)width;
    (void)height;
    return 1120;
}

// DeepSeek: from the sides, at most 1024; small pictures are enlarged to some 190.
static unsigned deepseek(unsigned width, unsigned height)
{
    unsigned tokens = patches_of_32(width, height);
    return tokens < 190 ? 190 : tokens > 1024 ? 1024 : tokens;
}

// The first name that the model's begins with. factor: what a rule's token counts with that model,
// from the tables of OpenAI's "Images and vision" guide (85 and 170 a tile of GPT-4o are 2833 and
// 5667 of GPT-4o mini).
static const struct {
    const char *begin;
    unsigned (*count)(unsigned width, unsigned height);
    double factor;
} models[] = {
    {"gpt-4o-mini", openai_tiles, 33.34},
    {"gpt-4.1-mini", openai_patches, 1.62},
    {"gpt-4.1-nano", openai_patches, 2.46},
    {"gpt-4", openai_tiles, 1},
    {"chatgpt-4o", openai_tiles, 1},
    {"gpt-5-mini", openai_patches, 1.62},
    {"gpt-5-nano", openai_patches, 2.46},
    {"gpt-5-codex", openai_patches, 1},
    {"gpt-5.2", openai_patches, 1},
    {"gpt-5.4-mini", openai_patches, 1.62},
    {"gpt-5.4-nano", openai_patches, 2.46},
    {"gpt-5.", patches_of_32, 1},
    {"gpt-5", openai_tiles, 140.0 / 170},
    {"gpt-6", patches_of_32, 1},
    {"o4-mini", openai_patches, 1.72},
    {"o1", openai_tiles, 150.0 / 170},
    {"o3", openai_tiles, 150.0 / 170},
    {"claude-haiku-4", anthropic_standard, 1},
    {"claude-sonnet-4", anthropic_standard, 1},
    {"claude-3", anthropic_standard, 1},
    {"claude-opus-4-6", anthropic_standard, 1},
    {"claude-opus-4-5", anthropic_standard, 1},
    {"claude-opus-4-1", anthropic_standard, 1},
    {"claude", anthropic_high, 1},
    {"gemini-3", gemini_3, 1},
    {"gemini", gemini, 1},
    {"deepseek", deepseek, 1},
    {"qwen3", patches_of_32, 1},
    {"qwen", qwen, 1},
};

unsigned token_estimate(const char *model, unsigned width, unsigned height)
{
    const char *slash = strrchr(model, '/');
    const char *name = slash != NULL ? slash + 1 : model;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (strncasecmp(name, models[i].begin, strlen(models[i].begin)) == 0)
            return (unsigned)ceil(models[i].factor * models[i].count(width, height));
    return patches_of_28(width, height);
}
