#include "heap.h"

#include <stdlib.h>

static void set(struct heap *heap, size_t place, void *element)
{
    heap->list[place] = element;
    *heap->place(element) = place;
}

static void sift_up(struct heap *heap, size_t place)
{
    void *element = heap->list[place];
    while (place > 0 && heap->before(element, heap->list[(place - 1) / 2])) {
        set(heap, place, heap->list[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    set(heap, place, element);
}

static void sift_down(struct heap *heap, size_t place)
{
    void *element = heap->list[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->before(heap->list[child + 1], heap->list[child]))
            child++;
        if (!heap->before(heap->list[child], element))
            break;
        set(heap, place, heap->list[child]);
        place = child;
    }
    set(heap, place, element);
}

bool heap_put(struct heap *heap, void *element)
{
    if (heap->count == heap->room) {
        size_t room = heap->room == 0 ? 64 : heap->room * 2;
        void **list = realloc(heap->list, room * sizeof *list);
        if (list == NULL)
            return false;
        heap->list = list;
        heap->room = room;
    }
    heap->list[heap->count++] = element;
    sift_up(heap, heap->count - 1);
    return true;
}

void *heap_first(const struct heap *heap)
{
    return heap->count > 0 ? heap->list[0] : NULL;
}

void heap_remove(struct heap *heap, void *element)
{
    size_t place = *heap->place(element);
    if (place >= heap->count)
        return;
    *heap->place(element) = (size_t)HEAP_OUTSIDE;
    void *last = heap->list[--heap->count];
    if (last == element)
        return;
    set(heap, place, last);
    sift_up(heap, place);
    sift_down(heap, *heap->place(last));
}

void *heap_take(struct heap *heap)
{
    void *first = heap_first(heap);
    if (first != NULL)
        heap_remove(heap, first);
    return first;
}

void heap_free(struct heap *heap)
{
    free(heap->list);
    heap->list = NULL;
    heap->count = heap->room = 0;
}
