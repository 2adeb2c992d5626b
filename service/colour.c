#include "colour.h"

#include <string.h>

static const char *const names[2][COLOUR_NONE] = {
    [LANGUAGE_EN] = {"red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black",
                     "white", "grey"},
    [LANGUAGE_ZH] = {"红色", "橙色", "黄色", "绿色", "蓝色", "紫色", "粉色", "棕色", "黑色", "白色",
                     "灰色"},
};

static int hue_degrees(int red, int green, int blue, int highest, int chroma);
static enum colour colour_of_hue(int hue, int highest, int saturation);

// Thresholds in HSV: names for hues follow their usual places on the colour circle; brown is dark
// orange and pink is light or purplish red, which no hue alone tells.
enum colour colour_of(unsigned char red, unsigned char green, unsigned char blue)
{
    int highest = red > green ? red : green;
    highest = highest > blue ? highest : blue;
    int lowest = red < green ? red : green;
    lowest = lowest < blue ? lowest : blue;
    int chroma = highest - lowest;
    if (highest < 48)
        return COLOUR_BLACK;
    int saturation = chroma * 100 / highest;
    if (saturation < 16 || chroma < 18)
        return highest >= 218 ? COLOUR_WHITE : highest < 64 ? COLOUR_BLACK : COLOUR_GREY;
    return colour_of_hue(hue_degrees(red, green, blue, highest, chroma), highest, saturation);
}

static int hue_degrees(int red, int green, int blue, int highest, int chroma)
{
    if (highest == red)
        return (60 * (green - blue) / chroma + 360) % 360;
    if (highest == green)
        return 60 * (blue - red) / chroma + 120;
    return 60 * (red - green) / chroma + 240;
}

static enum colour colour_of_hue(int hue, int highest, int saturation)
{
    bool light = highest >= 190 && saturation < 55;
    if (hue < 14 || hue >= 346)
        return light ? COLOUR_PINK : COLOUR_RED;
    if (hue < 44)
        return highest < 178 ? COLOUR_BROWN : COLOUR_ORANGE;
    if (hue < 68)
        return COLOUR_YELLOW;
    if (hue < 168)
        return COLOUR_GREEN;
    if (hue < 254)
        return COLOUR_BLUE;
    if (hue < 300)
        return COLOUR_PURPLE;
    return highest >= 178 ? COLOUR_PINK : COLOUR_PURPLE;
}

const char *colour_name(enum colour colour, enum language language)
{
    return colour < COLOUR_NONE ? names[language][colour] : "";
}

enum colour colour_find(const char *name)
{
    enum colour colour = COLOUR_RED;
    while (colour < COLOUR_NONE && strcmp(names[LANGUAGE_EN][colour], name) != 0)
        colour++;
    return colour;
}
