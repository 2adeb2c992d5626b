#include "tune_text.h"

#include "price.h"

#include <stdio.h>
#include <string.h>

// Hostile files may hold any number; these bounds keep every text short.
#define LARGEST 1e15

static bool is_none(double value)
{
    return !(value >= 0) || value > LARGEST;
}

char *tune_text_ms(double milliseconds, char text[TUNE_TEXT])
{
    text[0] = '\0';
    if (is_none(milliseconds))
        return text;
    if (milliseconds >= 9995)
        snprintf(text, TUNE_TEXT, "%.1f s", milliseconds / 1000);
    else if (milliseconds >= 999.5)
        snprintf(text, TUNE_TEXT, "%.2f s", milliseconds / 1000);
    else
        snprintf(text, TUNE_TEXT, "%.*f ms", milliseconds < 9.95 ? 1 : 0, milliseconds);
    return text;
}

char *tune_text_count(double count, char text[TUNE_TEXT])
{
    text[0] = '\0';
    if (is_none(count))
        return text;
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%.0f", count), used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

char *tune_text_real(double value, char text[TUNE_TEXT])
{
    text[0] = '\0';
    if (is_none(value))
        return text;
    if (value >= 99.95)
        return tune_text_count(value, text);
    int digits = value == 0 ? 0 : value >= 9.995 ? 1 : value >= 0.0995 ? 2 : 3;
    snprintf(text, TUNE_TEXT, "%.*f", digits, value);
    return text;
}

char *tune_text_share(double share, char text[TUNE_TEXT])
{
    text[0] = '\0';
    if (!is_none(share))
        snprintf(text, TUNE_TEXT, "%.*f %%", share == 0 || share == 1 ? 0 : 1,
                 100 * (share < 1 ? share : 1));
    return text;
}

char *tune_text_cost(double dollars, char text[TUNE_TEXT])
{
    text[0] = '\0';
    if (!is_none(dollars) && dollars < 1e9) // beyond it billionths of a dollar do not fit
        price_write((long long)(dollars * 1e9 + 0.5), text);
    return text;
}

const struct tune_level *tune_recommended_level(const struct tune_result *result)
{
    const struct tune_level *best = NULL;
    for (size_t i = 0; i < result->level_count; i++) {
        const struct tune_level *level = &result->levels[i];
        if (level->concurrency <= result->concurrency &&
            (best == NULL || level->concurrency >= best->concurrency))
            best = level;
    }
    return best;
}

char *tune_text_side(const struct tune_side *side, bool with_quality, char text[TUNE_TEXT])
{
    if (with_quality)
        snprintf(text, TUNE_TEXT, "%u px q%d", side->side_px, side->quality);
    else
        snprintf(text, TUNE_TEXT, "%u px", side->side_px);
    return text;
}

bool tune_qualities_differ(const struct tune_result *result)
{
    for (size_t i = 1; i < result->side_count; i++)
        if (result->sides[i].quality != result->sides[0].quality)
            return true;
    return false;
}

bool tune_counts_items(const struct tune_result *result)
{
    for (size_t i = 0; i < result->level_count; i++)
        if (result->levels[i].items_per_second > 0)
            return true;
    return false;
}
