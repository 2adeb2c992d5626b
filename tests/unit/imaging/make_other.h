// GIF, BMP, TGA and PSD files of the four quarters, written by hand.
#ifndef VQAGEN_MAKE_OTHER_H
#define VQAGEN_MAKE_OTHER_H

#include "make_files.h"

static inline unsigned quarter_of(unsigned x, unsigned y, unsigned width, unsigned height)
{
    return (y >= height / 2) * 2 + (x >= width / 2);
}

// Uncompressed in effect: a clear code before the codes would become longer than 8 bits.
static inline struct file make_gif(unsigned width, unsigned height, bool transparent)
{
    struct file file = {0}, codes = {0};
    file_add(&file, "GIF89a", 6);
    file_add_number(&file, width, 2, false);
    file_add_number(&file, height, 2, false);
    file_add(&file, "\xf6\0\0", 3); // a palette of 128
    unsigned char palette[128 * 3] = {0};
    memcpy(palette, quarters, sizeof quarters);
    file_add(&file, palette, sizeof palette);
    if (transparent)
        file_add(&file, "\x21\xf9\4\1\0\0\0\0", 8); // entry 0
    file_add(&file, "\x2c\0\0\0\0", 5);
    file_add_number(&file, width, 2, false);
    file_add_number(&file, height, 2, false);
    file_add(&file, "\0\7", 2);
    for (unsigned i = 0; i < width * height; i++) {
        if (i % 100 == 0)
            file_add(&codes, "\x80", 1);
        file_add(&codes, &(char){(char)quarter_of(i % width, i / width, width, height)}, 1);
    }
    file_add(&codes, "\x81", 1);
    for (size_t at = 0; at < codes.length; at += 200) {
        size_t size = codes.length - at < 200 ? codes.length - at : 200;
        file_add_number(&file, (uint32_t)size, 1, false);
        file_add(&file, codes.bytes + at, size);
    }
    file_add(&file, "\0;", 2);
    file_free(&codes);
    return file;
}

static inline struct file make_bmp(unsigned width, unsigned height, bool downwards)
{
    struct file file = {0};
    size_t row = (width * 3 + 3) / 4 * 4;
    file_add(&file, "BM", 2);
    file_add_number(&file, (uint32_t)(54 + row * height), 4, false);
    file_add_number(&file, 0, 4, false);
    file_add_number(&file, 54, 4, false);
    file_add_number(&file, 40, 4, false);
    file_add_number(&file, width, 4, false);
    file_add_number(&file, downwards ? (uint32_t) - (int32_t)height : height, 4, false);
    file_add_number(&file, 1, 2, false);
    file_add_number(&file, 24, 2, false);
    for (int i = 0; i < 6; i++)
        file_add_number(&file, 0, 4, false);
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++)
            for (int c = 2; c >= 0; c--)
                file_add(&file,
                         &quarters[quarter_of(x, downwards ? y : height - 1 - y, width, height)][c],
                         1);
        file_add(&file, "\0\0\0", row - width * 3);
    }
    return file;
}

// In runs of 8 or 4 bits a pixel, with the second quarter's colour in plain pieces.
static inline struct file make_bmp_runs(unsigned width, unsigned height, unsigned bits)
{
    struct file file = {0};
    file_add(&file, "BM\0\0\0\0\0\0\0\0", 10);
    file_add_number(&file, 54 + 16, 4, false);
    file_add_number(&file, 40, 4, false);
    file_add_number(&file, width, 4, false);
    file_add_number(&file, height, 4, false);
    file_add_number(&file, 1, 2, false);
    file_add_number(&file, bits, 2, false);
    file_add_number(&file, bits == 8 ? 1 : 2, 4, false);
    file_add(&file, "\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0", 20);
    for (int i = 0; i < 4; i++)
        file_add(&file, (unsigned char[4]){quarters[i][2], quarters[i][1], quarters[i][0], 0}, 4);
    for (unsigned y = height; y-- > 0;) {
        for (unsigned half = 0; half < 2; half++) {
            unsigned quarter = (y >= height / 2) * 2 + half;
            unsigned count = half == 0 ? width / 2 : width - width / 2;
            unsigned char code = (unsigned char)(bits == 8 ? quarter : quarter * 17);
            if (quarter != 1) {
                file_add(&file, (unsigned char[2]){(unsigned char)count, code}, 2);
                continue;
            }
            file_add(&file, (unsigned char[2]){0, (unsigned char)count}, 2);
            unsigned size = bits == 8 ? count : (count + 1) / 2;
            for (unsigned i = 0; i < (size + 1) / 2 * 2; i++)
                file_add(&file, &code, 1);
        }
        file_add(&file, y > 0 ? "\0\0" : "\0\1", 2);
    }
    return file;
}

// Of OS/2 1, with the quarters' colours as the last of the palette.
static inline struct file make_bmp_core(unsigned width, unsigned height, unsigned bits)
{
    struct file file = {0};
    unsigned colours = 1u << bits;
    file_add(&file, "BM\0\0\0\0\0\0\0\0", 10);
    file_add_number(&file, 26 + 3 * colours, 4, false);
    file_add_number(&file, 12, 4, false);
    file_add_number(&file, width, 2, false);
    file_add_number(&file, height, 2, false);
    file_add_number(&file, 1, 2, false);
    file_add_number(&file, bits, 2, false);
    for (unsigned i = 0; i < colours; i++) {
        const unsigned char *rgb = quarters[i < colours - 4 ? 0 : i - (colours - 4)];
        file_add(&file, (unsigned char[3]){rgb[2], rgb[1], rgb[0]}, 3);
    }
    for (unsigned y = height; y-- > 0;) {
        unsigned char row[256] = {0};
        for (unsigned x = 0; x < width; x++) {
            unsigned index = colours - 4 + quarter_of(x, y, width, height);
            row[x * bits / 8] |= (unsigned char)(index << (8 - bits - x * bits % 8));
        }
        file_add(&file, row, (width * bits + 31) / 32 * 4);
    }
    return file;
}

static inline struct file make_tga(unsigned width, unsigned height, bool runs)
{
    struct file file = {0};
    file_add(&file, runs ? "\0\0\12\0\0\0\0\0\0\0\0\0" : "\0\0\2\0\0\0\0\0\0\0\0\0", 12);
    file_add_number(&file, width, 2, false);
    file_add_number(&file, height, 2, false);
    file_add(&file, "\x18\x20", 2); // from the top downwards
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++) {
            if (runs)
                file_add(&file, "\x80", 1);
            for (int c = 2; c >= 0; c--)
                file_add(&file, &quarters[quarter_of(x, y, width, height)][c], 1);
        }
    }
    return file;
}

static inline struct file make_psd(unsigned width, unsigned height, int depth)
{
    struct file file = {0};
    file_add(&file, "8BPS\0\1\0\0\0\0\0\0\0\3", 14);
    file_add_number(&file, height, 4, true);
    file_add_number(&file, width, 4, true);
    file_add_number(&file, (uint32_t)depth, 2, true);
    file_add_number(&file, 3, 2, true); // RGB
    for (int i = 0; i < 3; i++)
        file_add_number(&file, 0, 4, true); // no palette, resources or layers
    file_add_number(&file, 0, 2, true);     // not compressed
    for (int c = 0; c < 3; c++)
        for (unsigned i = 0; i < width * height; i++)
            for (int byte = 0; byte < depth / 8; byte++)
                file_add(&file, &quarters[quarter_of(i % width, i / width, width, height)][c], 1);
    return file;
}

#endif
