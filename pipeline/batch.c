#include "batch.h"

enum { FEWEST = 1000, MOST = 100000, ROUND = 100, SPARE = 2 };

unsigned batch_size_for(unsigned concurrency, unsigned per_image)
{
    unsigned long long items = (unsigned long long)concurrency * per_image * SPARE;
    items = (items + ROUND - 1) / ROUND * ROUND;
    return items < FEWEST ? FEWEST : items > MOST ? MOST : (unsigned)items;
}
