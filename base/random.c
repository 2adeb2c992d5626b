#include "random.h"

#include "digest.h"

#include <string.h>

uint64_t random_from(uint64_t seed, const char *id, const char *purpose)
{
    unsigned char number[8];
    for (int i = 0; i < 8; i++)
        number[i] = (unsigned char)(seed >> (8 * i));
    struct digester digester = digester_begin();
    digester_add(&digester, number, sizeof number);
    digester_add(&digester, id, strlen(id) + 1);
    digester_add(&digester, purpose, strlen(purpose) + 1);
    struct digest digest = digester_end(&digester);
    uint64_t state = 0;
    for (int i = 0; i < 8; i++)
        state |= (uint64_t)digest.bytes[i] << (8 * i);
    return state;
}

uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t random_below(uint64_t *state, uint64_t below)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % below;
    uint64_t value;
    do
        value = random_next(state);
    while (value >= limit);
    return value % below;
}

double random_unit(uint64_t *state)
{
    return (double)(random_next(state) >> 11) * 0x1p-53;
}

void random_order(uint64_t *state, size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)random_below(state, i);
        size_t held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
}
