#include "unit.h"

#include "heap.h"
#include "random.h"

struct element {
    uint64_t order;
    size_t place;
};

static bool before(const void *a, const void *b)
{
    return ((const struct element *)a)->order < ((const struct element *)b)->order;
}

static size_t *place(void *element)
{
    return &((struct element *)element)->place;
}

static void comes_out_in_order_whatever_was_removed(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static struct element elements[COUNT];
    struct heap heap = {.before = before, .place = place};
    uint64_t random = 3;
    for (int i = 0; i < COUNT; i++) {
        elements[i].order = random_next(&random) % 1000;
        assert_true(heap_put(&heap, &elements[i]));
    }
    for (int i = 0; i < COUNT; i += 3) {
        heap_remove(&heap, &elements[i]);
        assert_true(elements[i].place == (size_t)HEAP_OUTSIDE);
        heap_remove(&heap, &elements[i]); // being outside already is fine
    }
    uint64_t last = 0;
    int out = 0;
    for (struct element *e = heap_take(&heap); e != NULL; e = heap_take(&heap), out++) {
        assert_true(e->order >= last);
        last = e->order;
    }
    assert_int_equal(out, COUNT - (COUNT + 2) / 3);
    heap_free(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(comes_out_in_order_whatever_was_removed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
