#include "likeness_index.h"

#include <stdlib.h>
#include <string.h>

enum {
    PIECES = 16,
    VALUES = 1 << 16, // of a piece
    FEW = 1024,       // likenesses that are simply compared with
    PENDING = 32,     // looked at together, while memory brings them
    MAX_FLIPS = 1 + 16 + 120,
};

// Those below `sorted` are listed by each of their pieces: the numbers with value v of piece p are
// numbers[p][starts[p][v]] ... numbers[p][starts[p][v + 1] - 1], ascending. The later ones are
// compared with one by one.
struct likeness_index {
    struct likeness *list;
    size_t count, room;
    size_t sorted;
    uint32_t *numbers[PIECES];
    uint32_t *starts[PIECES];
    uint16_t flips[MAX_FLIPS]; // no bit, each bit, each pair of bits
};

static bool sort(struct likeness_index *index, struct error *why);

struct likeness_index *likeness_index_new(struct error *why)
{
    struct likeness_index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        error_set(why, ERR_MEMORY, "no memory to compare pictures");
        return NULL;
    }
    size_t next = 1; // the first one flips nothing
    for (unsigned bit = 0; bit < 16; bit++)
        index->flips[next++] = (uint16_t)(1u << bit);
    for (unsigned high = 1; high < 16; high++)
        for (unsigned low = 0; low < high; low++)
            index->flips[next++] = (uint16_t)(1u << high | 1u << low);
    return index;
}

void likeness_index_free(struct likeness_index *index)
{
    if (index == NULL)
        return;
    for (int piece = 0; piece < PIECES; piece++) {
        free(index->numbers[piece]);
        free(index->starts[piece]);
    }
    free(index->list);
    free(index);
}

size_t likeness_index_count(const struct likeness_index *index)
{
    return index->count;
}

// Comparing with n late ones takes time with n, sorting after every n takes time with 1 / n: least
// at about five times the root of all, as measured.
static bool is_late(const struct likeness_index *index)
{
    size_t late = index->count - index->sorted;
    return late > FEW && late * late > 25 * index->count;
}

bool likeness_index_add(struct likeness_index *index, const struct likeness *likeness,
                        struct error *why)
{
    if (index->count == index->room) {
        size_t room = index->room > 0 ? index->room + index->room / 2 : FEW;
        struct likeness *list =
            room < UINT32_MAX ? realloc(index->list, room * sizeof *list) : NULL;
        if (list == NULL)
            return error_set(why, ERR_MEMORY, "no memory to compare %zu pictures", room);
        index->list = list;
        index->room = room;
    }
    index->list[index->count++] = *likeness;
    return !is_late(index) || sort(index, why);
}

static unsigned piece_of(const struct likeness *likeness, unsigned piece)
{
    return (unsigned)(likeness->words[piece / 4] >> (48 - piece % 4 * 16)) & (VALUES - 1);
}

// Counts how often each value occurs, and puts each number where the lesser values leave off.
static void sort_piece(struct likeness_index *index, unsigned piece)
{
    uint32_t *starts = index->starts[piece], *numbers = index->numbers[piece];
    memset(starts, 0, (VALUES + 2) * sizeof *starts);
    for (size_t i = 0; i < index->count; i++)
        starts[piece_of(&index->list[i], piece) + 2]++;
    for (unsigned value = 2; value < VALUES + 2; value++)
        starts[value] += starts[value - 1];
    for (size_t i = 0; i < index->count; i++)
        numbers[starts[piece_of(&index->list[i], piece) + 1]++] = (uint32_t)i;
}

static bool sort(struct likeness_index *index, struct error *why)
{
    for (unsigned piece = 0; piece < PIECES; piece++) {
        uint32_t **starts = &index->starts[piece], **numbers = &index->numbers[piece];
        if (*starts == NULL)
            *starts = malloc((VALUES + 2) * sizeof **starts);
        uint32_t *larger = realloc(*numbers, index->count * sizeof **numbers);
        if (larger != NULL)
            *numbers = larger;
        if (larger == NULL || *starts == NULL) {
            index->sorted = 0; // all are compared with, which is slow, and right
            return error_set(why, ERR_MEMORY, "no memory to compare %zu pictures", index->count);
        }
        sort_piece(index, piece);
    }
    index->sorted = index->count;
    return true;
}

// What is looked for, and the best found so far: at first a number that none has, at the distance
// asked for.
struct search {
    const struct likeness_index *index;
    const struct likeness *likeness;
    size_t below;
    struct likeness_near near;
    uint32_t pending[PENDING]; // to be compared with
    unsigned pending_count;
};

static void compare(struct search *search, size_t number)
{
    const struct likeness *other = &search->index->list[number];
    struct likeness_near *near = &search->near;
    // Half of the bits is mostly more than enough.
    if (likeness_half_distance(search->likeness, other) > near->distance)
        return;
    unsigned distance = likeness_distance(search->likeness, other);
    if (distance < near->distance || (distance == near->distance && number < near->number))
        *near = (struct likeness_near){number, distance};
}

static void compare_pending(struct search *search)
{
    for (unsigned i = 0; i < search->pending_count; i++)
        compare(search, search->pending[i]);
    search->pending_count = 0;
}

static void look_at_value(struct search *search, unsigned piece, unsigned value)
{
    const uint32_t *starts = search->index->starts[piece];
    const uint32_t *numbers = search->index->numbers[piece];
    for (uint32_t i = starts[value]; i < starts[value + 1] && numbers[i] < search->below; i++) {
        __builtin_prefetch(&search->index->list[numbers[i]]);
        search->pending[search->pending_count++] = numbers[i];
        if (search->pending_count == PENDING)
            compare_pending(search);
    }
}

// With no more than 16 f + 15 bits different, one piece has no more than f. So f bits need to be
// flipped only while the best is 16 f away.
static void look_at_sorted(struct search *search)
{
    static const size_t flips_end[] = {1, 1 + 16, MAX_FLIPS};
    size_t done = 0;
    for (unsigned flipped = 0; flipped <= 2 && search->near.distance >= 16 * flipped; flipped++) {
        for (unsigned piece = 0; piece < PIECES; piece++) {
            unsigned value = piece_of(search->likeness, piece);
            for (size_t i = done; i < flips_end[flipped]; i++)
                look_at_value(search, piece, value ^ search->index->flips[i]);
        }
        compare_pending(search);
        done = flips_end[flipped];
    }
}

bool likeness_index_find(const struct likeness_index *index, const struct likeness *likeness,
                         unsigned distance, size_t below, struct likeness_near *near)
{
    if (distance > LIKENESS_MAX_DISTANCE)
        distance = LIKENESS_MAX_DISTANCE;
    struct search search = {
        .index = index,
        .likeness = likeness,
        .below = below < index->count ? below : index->count,
        .near = {.number = SIZE_MAX, .distance = distance},
    };
    if (index->sorted > 0)
        look_at_sorted(&search);
    for (size_t i = index->sorted; i < search.below; i++)
        compare(&search, i);
    *near = search.near;
    return search.near.number != SIZE_MAX;
}
