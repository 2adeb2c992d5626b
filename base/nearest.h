// Which of some known names a mistyped one may have meant.
#ifndef VQAGEN_NEAREST_H
#define VQAGEN_NEAREST_H

#include <stddef.h>

// Edits (insertions, deletions, changes, swaps of neighbours; the "optimal string alignment"
// distance) that turn a into b. '-' and '_' are the same, case does not count. Names longer than
// 63 bytes are compared by their first 63.
unsigned nearest_distance(const char *a, const char *b);

// A search in the making: begin with {.name = ...}, offer each known name, read `best`. It stays
// NULL when nothing is near enough: an edit for every three letters of the name, rounded up. A
// known name that the mistyped one begins is near too.
struct nearest {
    const char *name;
    const char *best; // borrowed from the offered names
    unsigned distance;
};
void nearest_offer(struct nearest *nearest, const char *known);

#endif
