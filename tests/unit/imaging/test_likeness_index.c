#include "likeness_index.h"
#include "unit.h"

#include <stdlib.h>

static uint64_t next(uint64_t *state) // splitmix64
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static struct likeness make_random(uint64_t *state)
{
    struct likeness look;
    for (int i = 0; i < 4; i++)
        look.words[i] = next(state);
    return look;
}

static struct likeness flip(struct likeness look, unsigned bits, uint64_t *state)
{
    for (unsigned i = 0; i < bits; i++) {
        unsigned bit = (unsigned)(next(state) % LIKENESS_BITS);
        look.words[bit / 64] ^= UINT64_C(1) << (bit % 64);
    }
    return look;
}

// What comparing with all of them gives.
static bool find_slowly(const struct likeness *list, size_t below, const struct likeness *look,
                        unsigned distance, struct likeness_near *near)
{
    bool found = false;
    for (size_t i = 0; i < below; i++) {
        unsigned away = likeness_distance(&list[i], look);
        if (away <= distance && (!found || away < near->distance)) {
            *near = (struct likeness_near){i, away};
            found = true;
        }
    }
    return found;
}

static size_t check_find(const struct likeness_index *index, const struct likeness *list,
                         size_t below, const struct likeness *look, unsigned distance)
{
    struct likeness_near near = {0}, wanted = {0};
    bool expected = find_slowly(list, below, look, distance, &wanted);
    bool found = likeness_index_find(index, look, distance, below, &near);
    assert_int_equal(found, expected);
    if (found) {
        assert_int_equal(near.distance, wanted.distance);
        assert_int_equal(near.number, wanted.number);
    }
    return found;
}

// The same answers as of all pairs, while the index grows through several sortings.
static void compare_with_all_pairs(unsigned clusters, unsigned spread)
{
    enum { COUNT = 3500, EVERY = 11 };
    static const unsigned distances[] = {0, 15, 16, 31, 32, 47};
    struct error why = {0};
    uint64_t state = clusters + spread;
    struct likeness *centres = malloc((clusters + 1) * sizeof *centres);
    struct likeness *list = malloc(COUNT * sizeof *list);
    struct likeness_index *index = likeness_index_new(&why);
    assert_non_null(index);
    for (unsigned i = 0; i < clusters; i++)
        centres[i] = make_random(&state);
    size_t found = 0;
    for (size_t i = 0; i < COUNT; i++) {
        list[i] = clusters == 0 ? make_random(&state)
                                : flip(centres[next(&state) % clusters],
                                       (unsigned)(next(&state) % (spread + 1)), &state);
        if (i % EVERY == 0) {
            struct likeness near =
                flip(list[next(&state) % (i + 1)], (unsigned)(next(&state) % 60), &state);
            unsigned distance = distances[i / EVERY % 6];
            found += check_find(index, list, i, &list[i], distance);
            found += check_find(index, list, i, &near, distance);
            found += check_find(index, list, next(&state) % (i + 1), &near, distance);
        }
        assert_true(likeness_index_add(index, &list[i], &why));
        assert_int_equal(likeness_index_count(index), i + 1);
    }
    assert_in_range(found, 100, 3 * COUNT / EVERY);
    likeness_index_free(index);
    free(list);
    free(centres);
}

static void random_ones(void **state)
{
    (void)state;
    compare_with_all_pairs(0, 0);
}

static void clustered_ones(void **state)
{
    (void)state;
    compare_with_all_pairs(3, 20);
    compare_with_all_pairs(40, 60);
}

static void the_first_of_equally_near_ones(void **state)
{
    (void)state;
    struct error why = {0};
    struct likeness_index *index = likeness_index_new(&why);
    struct likeness zero = {{0}}, one = {{1, 0, 0, 0}}, other = {{0, 0, 0, 2}};
    struct likeness_near near;
    assert_false(likeness_index_find(index, &zero, 47, SIZE_MAX, &near));
    assert_true(likeness_index_add(index, &one, &why));
    assert_true(likeness_index_add(index, &other, &why));
    assert_true(likeness_index_add(index, &zero, &why));
    assert_true(likeness_index_find(index, &zero, 47, 2, &near));
    assert_int_equal(near.number, 0);
    assert_int_equal(near.distance, 1);
    assert_true(likeness_index_find(index, &zero, 0, SIZE_MAX, &near));
    assert_int_equal(near.number, 2);
    assert_false(likeness_index_find(index, &zero, 0, 2, &near));
    likeness_index_free(index);
    likeness_index_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_ones),
                                       cmocka_unit_test(clustered_ones),
                                       cmocka_unit_test(the_first_of_equally_near_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
