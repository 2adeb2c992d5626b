// How fast near-duplicates are found, and what memory that takes: an index of a million likenesses,
// random ones and ones in clusters, each looked for before it is added, as screening does.
//
//   ninja -C build/release bench_likeness && build/release/scripts/bench/bench_likeness [COUNT
//   [DISTANCE]]
#include "likeness_index.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

// Near one of a thousand scenes: 64 to 96 bits of it differ, so that they lie in clusters but are
// no duplicates; one in four is a near-duplicate of its scene.
static struct likeness make_clustered(const struct likeness *scenes, uint64_t *state)
{
    struct likeness look = scenes[next(state) % 1000];
    unsigned flips =
        next(state) % 4 == 0 ? (unsigned)(next(state) % 20) : 64 + (unsigned)(next(state) % 32);
    while (flips-- > 0) {
        uint64_t bit = next(state) % LIKENESS_BITS;
        look.words[bit / 64] ^= UINT64_C(1) << (bit % 64);
    }
    return look;
}

static void measure(const char *name, size_t count, unsigned distance, bool clustered)
{
    struct error why = {0};
    uint64_t state = 7;
    struct likeness scenes[1000];
    for (int i = 0; i < 1000; i++)
        scenes[i] = make_random(&state);
    size_t memory = mallinfo2().uordblks + mallinfo2().hblkhd, found = 0;
    struct likeness_index *index = likeness_index_new(&why);
    clock_t begun = clock(), last = begun;
    for (size_t i = 0; index != NULL && i < count; i++) {
        struct likeness look = clustered ? make_clustered(scenes, &state) : make_random(&state);
        struct likeness_near near;
        if (i == count - count / 10)
            last = clock();
        if (likeness_index_find(index, &look, distance, SIZE_MAX, &near))
            found++;
        else if (!likeness_index_add(index, &look, &why))
            break;
    }
    double all = (double)(clock() - begun) * 1e6 / CLOCKS_PER_SEC;
    double late = (double)(clock() - last) * 1e6 / CLOCKS_PER_SEC;
    size_t kept = likeness_index_count(index);
    memory = mallinfo2().uordblks + mallinfo2().hblkhd - memory;
    printf("%-10s distance %2u: %zu images, %zu kept, %zu found; %.1f s of CPU, %.1f us an image, "
           "%.1f us in the last tenth; %.0f bytes a kept image\n",
           name, distance, count, kept, found, all / 1e6, all / (double)count,
           late / ((double)count / 10), (double)memory / (double)kept);
    likeness_index_free(index);
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    size_t images = count > 1 ? strtoull(arguments[1], NULL, 10) : 1000000;
    unsigned distance = count > 2 ? (unsigned)strtoul(arguments[2], NULL, 10) : 31;
    measure("random", images, distance, false);
    measure("clustered", images, distance, true);
    return 0;
}
