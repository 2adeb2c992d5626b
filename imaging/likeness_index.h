// Likenesses in the order in which they came, and the nearest earlier one of a given one.
//
// The 256 bits are cut into 16 pieces of 16. Of two likenesses no more than d bits apart, one piece
// at least differs by no more than d / 16 bits: so only those are compared that share such a piece.
// The answer is that of comparing with all of them. Nothing is ever taken out.
//
// Takes 96 bytes a likeness, up to half as much again while it grows, and 4 MiB.
#ifndef VQAGEN_LIKENESS_INDEX_H
#define VQAGEN_LIKENESS_INDEX_H

#include "likeness.h"

enum { LIKENESS_MAX_DISTANCE = 47 }; // that can be asked for: pieces that differ by up to 2 bits

struct likeness_index;

struct likeness_index *likeness_index_new(struct error *why); // NULL: ERR_MEMORY
void likeness_index_free(struct likeness_index *index);       // NULL is fine

size_t likeness_index_count(const struct likeness_index *index);

// Its number is the count before. False: ERR_MEMORY.
bool likeness_index_add(struct likeness_index *index, const struct likeness *likeness,
                        struct error *why);

struct likeness_near {
    size_t number;
    unsigned distance;
};

// Of those with a number below `below`, the nearest no farther than `distance` bits (at most
// LIKENESS_MAX_DISTANCE); of equally near ones the first. False: there is none.
bool likeness_index_find(const struct likeness_index *index, const struct likeness *likeness,
                         unsigned distance, size_t below, struct likeness_near *near);

#endif
