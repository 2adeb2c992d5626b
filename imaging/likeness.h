// What a picture looks like, in 256 bits: pictures that look alike have few bits that differ.
//
// Made as PDQ makes it (github.com/facebook/ThreatExchange, hashing/hashing.pdf): the luma averaged
// to 64 x 64, its discrete cosine transform, and of the 16 x 16 lowest frequencies without the
// constant ones whether each is above their median. Re-encoding, scaling and changes of brightness
// or contrast flip few bits; two unlike pictures differ in about half. In integers throughout, so
// that the bits are the same on every machine.
#ifndef VQAGEN_LIKENESS_H
#define VQAGEN_LIKENESS_H

#include "luma.h"

enum { LIKENESS_BITS = 256, LIKENESS_BYTES = 32, LIKENESS_HEX = 64 };

struct likeness {
    uint64_t words[4];
};

// Of the picture upright: orientation is EXIF's, 1-8. detail: how much there is to compare, 0 to
// 100, as PDQ counts it: the sum of all steps from one of the 64 x 64 samples to the next.
struct likeness likeness_of(const struct luma *luma, int orientation, unsigned *detail);

unsigned likeness_distance(const struct likeness *a, const struct likeness *b);

// Over the first half of the bits: never more than the distance, and quickly told.
static inline unsigned likeness_half_distance(const struct likeness *a, const struct likeness *b)
{
    // Counted in groups of bits, both words at once: the plain x86-64 has no instruction for it.
    const uint64_t pairs = UINT64_C(0x5555555555555555), fours = UINT64_C(0x3333333333333333);
    const uint64_t bytes = UINT64_C(0x0f0f0f0f0f0f0f0f);
    uint64_t x = a->words[0] ^ b->words[0], y = a->words[1] ^ b->words[1];
    x -= (x >> 1) & pairs;
    y -= (y >> 1) & pairs;
    x = (x & fours) + ((x >> 2) & fours) + (y & fours) + ((y >> 2) & fours);
    x = (x & bytes) + ((x >> 4) & bytes);
    return (unsigned)((x * UINT64_C(0x0101010101010101)) >> 56);
}

// The first word's highest bit first. out takes LIKENESS_HEX + 1 bytes.
void likeness_hex(const struct likeness *likeness, char *out);

// As bytes, for keeping: LIKENESS_BYTES of them, in the order of the hexadecimal digits.
void likeness_write(const struct likeness *likeness, unsigned char *bytes);
struct likeness likeness_read(const unsigned char *bytes);

#endif
