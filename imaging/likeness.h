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
#include "orient.h"

enum { LIKENESS_BITS = 256, LIKENESS_BYTES = 32, LIKENESS_HEX = 64 };

struct likeness {
    uint64_t words[4];
};

// Of the picture upright, that is turned as asked. detail: how much there is to compare, 0 to 100,
// as PDQ counts it: the sum of all steps from one of the 64 x 64 samples to the next.
struct likeness likeness_of(const struct luma *luma, struct turn turn, unsigned *detail);

unsigned likeness_distance(const struct likeness *a, const struct likeness *b);

// The first word's highest bit first. out takes LIKENESS_HEX + 1 bytes.
void likeness_hex(const struct likeness *likeness, char *out);

// As bytes, for keeping: LIKENESS_BYTES of them, in the order of the hexadecimal digits.
void likeness_write(const struct likeness *likeness, unsigned char *bytes);
struct likeness likeness_read(const unsigned char *bytes);

#endif
