// Random choices that are a function of their names, never of order or time: every choice in a
// dataset comes from a hash of the run's seed, the item's id and the purpose of the choice.
#ifndef VQAGEN_RANDOM_H
#define VQAGEN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// The start of a sequence for one purpose: the first 8 bytes of SHA-256(seed, id, purpose).
uint64_t random_from(uint64_t seed, const char *id, const char *purpose);

// The next number of the sequence (SplitMix64, Steele, Lea and Flood 2014).
uint64_t random_next(uint64_t *state);

// Uniform in 0 .. below-1, without modulo bias; below must not be 0.
uint64_t random_below(uint64_t *state, uint64_t below);

// Uniform in [0, 1).
double random_unit(uint64_t *state);

// Fisher-Yates: leaves in order[0..count) a random order of 0 .. count-1.
void random_order(uint64_t *state, size_t *order, size_t count);

#endif
