#include "tokens.h"

#include <math.h>

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
