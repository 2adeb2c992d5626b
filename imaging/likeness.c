#include "likeness.h"

#include "orient.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 64,        // samples a side that are transformed
    FREQUENCIES = 16, // a side that are kept: 1 to 16 half waves
    COSINE_BITS = 14,
};

// round(2^14 cos(j pi / 128)) for j = 0 ... 64: a quarter of a wave.
static const int cosines[SIDE + 1] = {
    16384, 16379, 16364, 16340, 16305, 16261, 16207, 16143, 16069, 15986, 15893, 15791, 15679,
    15557, 15426, 15286, 15137, 14978, 14811, 14635, 14449, 14256, 14053, 13842, 13623, 13395,
    13160, 12916, 12665, 12406, 12140, 11866, 11585, 11297, 11003, 10702, 10394, 10080, 9760,
    9434,  9102,  8765,  8423,  8076,  7723,  7366,  7005,  6639,  6270,  5897,  5520,  5139,
    4756,  4370,  3981,  3590,  3196,  2801,  2404,  2006,  1606,  1205,  804,   402,   0,
};

static void shrink(const struct luma *luma, uint32_t samples[SIDE][SIDE]);
static void turn_samples(uint32_t samples[SIDE][SIDE], struct turn turn);
static unsigned measure_detail(uint32_t samples[SIDE][SIDE]);
static void transform(uint32_t samples[SIDE][SIDE], int64_t *waves);
static int64_t find_median(const int64_t *waves);

struct likeness likeness_of(const struct luma *luma, int orientation, unsigned *detail)
{
    static_assert(FREQUENCIES * FREQUENCIES == LIKENESS_BITS, "a bit for each");
    uint32_t samples[SIDE][SIDE];
    int64_t waves[LIKENESS_BITS];
    shrink(luma, samples);
    turn_samples(samples, orient_turn(orientation));
    *detail = measure_detail(samples);
    transform(samples, waves);
    int64_t median = find_median(waves);
    struct likeness likeness = {{0}};
    for (unsigned i = 0; i < LIKENESS_BITS; i++)
        if (waves[i] > median)
            likeness.words[i / 64] |= UINT64_C(1) << (63 - i % 64);
    return likeness;
}

// The sum of the samples before position / SIDE, times SIDE: whole, as positions are 64ths.
static uint64_t sum_before(const uint64_t *sums, uint64_t position)
{
    uint64_t whole = position / SIDE, part = position % SIDE;
    uint64_t sum = sums[whole] * SIDE;
    return part == 0 ? sum : sum + part * (sums[whole + 1] - sums[whole]);
}

// Averages of areas, of which each sample at an edge counts with the part that lies in it. The
// samples have 12 bits.
static void shrink(const struct luma *luma, uint32_t samples[SIDE][SIDE])
{
    enum { MORE_BITS = 4 };
    uint64_t sums[2 * LUMA_SIDE + 1] = {0};
    uint32_t rows[SIDE][2 * LUMA_SIDE]; // of each column of the result, the sums in each row
    for (unsigned y = 0; y < luma->height; y++) {
        const unsigned char *row = luma->samples + (size_t)y * luma->width;
        for (unsigned x = 0; x < luma->width; x++)
            sums[x + 1] = sums[x] + row[x];
        for (unsigned i = 0; i < SIDE; i++)
            rows[i][y] = (uint32_t)(sum_before(sums, (uint64_t)(i + 1) * luma->width) -
                                    sum_before(sums, (uint64_t)i * luma->width));
    }
    uint64_t area = (uint64_t)luma->width * luma->height;
    for (unsigned i = 0; i < SIDE; i++) {
        for (unsigned y = 0; y < luma->height; y++)
            sums[y + 1] = sums[y] + rows[i][y];
        for (unsigned j = 0; j < SIDE; j++) {
            uint64_t sum = sum_before(sums, (uint64_t)(j + 1) * luma->height) -
                           sum_before(sums, (uint64_t)j * luma->height);
            samples[j][i] = (uint32_t)(((sum << MORE_BITS) + area / 2) / area);
        }
    }
}

static void turn_samples(uint32_t samples[SIDE][SIDE], struct turn turn)
{
    uint32_t stored[SIDE][SIDE];
    memcpy(stored, samples, sizeof stored);
    for (unsigned y = 0; y < SIDE; y++)
        for (unsigned x = 0; x < SIDE; x++) {
            unsigned row = turn.swap_axes ? x : y, column = turn.swap_axes ? y : x;
            row = turn.reverse_rows ? SIDE - 1 - row : row;
            column = turn.reverse_columns ? SIDE - 1 - column : column;
            samples[y][x] = stored[row][column];
        }
}

static unsigned step(uint32_t a, uint32_t b)
{
    enum { WHITE = 255 << 4 };
    return (a > b ? a - b : b - a) * 100 / WHITE;
}

// PDQ divides by 90 "from manual experimentation", and advises against hashes below 50.
static unsigned measure_detail(uint32_t samples[SIDE][SIDE])
{
    enum { STEPS_OF_ONE = 90 };
    unsigned sum = 0;
    for (unsigned i = 0; i < SIDE; i++)
        for (unsigned j = 0; j + 1 < SIDE; j++)
            sum += step(samples[i][j], samples[i][j + 1]) + step(samples[j][i], samples[j + 1][i]);
    return sum / STEPS_OF_ONE < 100 ? sum / STEPS_OF_ONE : 100;
}

// 2^14 cos((2 x + 1) k pi / 128), from the quarter wave.
static int cosine(unsigned x, unsigned k)
{
    unsigned turn = (2 * x + 1) * k % (4 * SIDE);
    if (turn > 2 * SIDE)
        turn = 4 * SIDE - turn;
    return turn <= SIDE ? cosines[turn] : -cosines[2 * SIDE - turn];
}

static void transform(uint32_t samples[SIDE][SIDE], int64_t *waves)
{
    int factors[FREQUENCIES][SIDE];
    int64_t half[FREQUENCIES][SIDE]; // transformed from top to bottom
    for (unsigned k = 0; k < FREQUENCIES; k++)
        for (unsigned x = 0; x < SIDE; x++)
            factors[k][x] = cosine(x, k + 1);
    for (unsigned k = 0; k < FREQUENCIES; k++)
        for (unsigned x = 0; x < SIDE; x++) {
            int64_t sum = 0;
            for (unsigned y = 0; y < SIDE; y++)
                sum += (int64_t)factors[k][y] * samples[y][x];
            half[k][x] = sum / (1 << COSINE_BITS);
        }
    for (unsigned k = 0; k < FREQUENCIES; k++)
        for (unsigned j = 0; j < FREQUENCIES; j++) {
            int64_t sum = 0;
            for (unsigned x = 0; x < SIDE; x++)
                sum += half[k][x] * factors[j][x];
            waves[k * FREQUENCIES + j] = sum / (1 << COSINE_BITS);
        }
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t find_median(const int64_t *waves)
{
    int64_t sorted[LIKENESS_BITS];
    memcpy(sorted, waves, sizeof sorted);
    qsort(sorted, LIKENESS_BITS, sizeof *sorted, compare);
    return sorted[LIKENESS_BITS / 2 - 1];
}

unsigned likeness_distance(const struct likeness *a, const struct likeness *b)
{
    unsigned distance = 0;
    for (int i = 0; i < 4; i++)
        distance += (unsigned)__builtin_popcountll(a->words[i] ^ b->words[i]);
    return distance;
}

void likeness_hex(const struct likeness *likeness, char *out)
{
    for (int i = 0; i < 4; i++)
        sprintf(out + i * 16, "%016llx", (unsigned long long)likeness->words[i]);
}

void likeness_write(const struct likeness *likeness, unsigned char *bytes)
{
    for (int i = 0; i < LIKENESS_BYTES; i++)
        bytes[i] = (unsigned char)(likeness->words[i / 8] >> (56 - i % 8 * 8));
}

struct likeness likeness_read(const unsigned char *bytes)
{
    struct likeness likeness = {{0}};
    for (int i = 0; i < LIKENESS_BYTES; i++)
        likeness.words[i / 8] |= (uint64_t)bytes[i] << (56 - i % 8 * 8);
    return likeness;
}
