#include "token_count.h"

#include <stddef.h>

long long text_tokens(const char *text)
{
    long long bytes = 0, characters = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        // From U+2E80 on a character has three bytes that begin with 0xe2 0xba or more.
        bool wide = *at >= 0xe3 || (*at == 0xe2 && at[1] >= 0xba);
        characters += wide;
        bytes += !wide;
        size_t length = !wide ? 1 : *at >= 0xf0 ? 4 : 3;
        while (length-- > 0 && *at != '\0')
            at++;
    }
    return characters + (bytes + 3) / 4;
}

long long image_tokens(unsigned width, unsigned height, bool low_detail)
{
    if (low_detail)
        return 85;
    double w = width, h = height, longer = w > h ? w : h;
    if (longer > 2048) {
        w = w * 2048 / longer;
        h = h * 2048 / longer;
    }
    double shorter = w < h ? w : h;
    if (shorter > 768) {
        w = w * 768 / shorter;
        h = h * 768 / shorter;
    }
    long long across = (long long)((w + 511.999) / 512), down = (long long)((h + 511.999) / 512);
    return 85 + 170 * across * down;
}
