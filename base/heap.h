// A binary heap of pointers that know their place in it, so that one can be taken out of the
// middle.
#ifndef VQAGEN_HEAP_H
#define VQAGEN_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct heap {
    void **list;
    size_t count, room;
    bool (*before)(const void *a, const void *b); // whether a comes out before b
    size_t *(*place)(void *element);              // where the element keeps its place
};

enum { HEAP_OUTSIDE = -1 }; // (size_t)HEAP_OUTSIDE is the place of an element that is in no heap

bool heap_put(struct heap *heap, void *element); // false without memory
void *heap_first(const struct heap *heap);       // NULL when empty
void heap_remove(struct heap *heap, void *element);
void *heap_take(struct heap *heap); // the first one, removed; NULL when empty
void heap_free(struct heap *heap);  // the elements stay

#endif
