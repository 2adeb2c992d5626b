#include "bisect.h"

#include <math.h>

struct search {
    const struct bisect *bisect;
    struct bisect_result *result;
    bool broken, exhausted;
};

// Whether the variant passes. Once a try was broken or the budget is used up, none does.
static bool passes(struct search *search, uint32_t changes)
{
    if (search->broken || search->exhausted)
        return false;
    if (search->result->tries == search->bisect->budget) {
        search->exhausted = true;
        return false;
    }
    search->result->tries++;
    enum bisect_outcome outcome = search->bisect->attempt(search->bisect->context, changes);
    search->broken = outcome == BISECT_BROKEN;
    return outcome == BISECT_PASSED;
}

static uint32_t all_changes(const struct bisect *bisect)
{
    return bisect->count >= 32 ? UINT32_MAX : (1u << bisect->count) - 1;
}

// The first n changes of those in `from`.
static uint32_t first_of(uint32_t from, unsigned n)
{
    uint32_t picked = 0;
    for (; n > 0 && from != 0; n--) {
        picked |= from & -from;
        from &= from - 1;
    }
    return picked;
}

// `enough` passes and `kept` alone fails: finds one change of enough that is needed beside kept, by
// halving how many of them are made. What passes on the way becomes the new `enough`.
static uint32_t find_one(struct search *search, uint32_t kept, uint32_t *enough)
{
    uint32_t open = *enough & ~kept;
    unsigned fails = 0, does = (unsigned)__builtin_popcount(open);
    while (does - fails > 1) {
        unsigned middle = (fails + does) / 2;
        if (passes(search, kept | first_of(open, middle)))
            does = middle;
        else if (search->broken || search->exhausted)
            break;
        else
            fails = middle;
    }
    *enough = kept | first_of(open, does);
    return first_of(open, does) & ~first_of(open, does - 1);
}

// One needed change after another joins `kept`, until kept alone passes.
static void minimise(struct search *search, uint32_t enough)
{
    uint32_t kept = 0;
    while (kept != enough && !search->broken && !search->exhausted) {
        kept |= find_one(search, kept, &enough);
        if (kept == enough || passes(search, kept)) {
            enough = kept;
            break;
        }
    }
    search->result->needed = enough;
}

void bisect_find(const struct bisect *bisect, struct bisect_result *result)
{
    *result = (struct bisect_result){.end = BISECT_NOTHING_HELPS};
    struct search search = {.bisect = bisect, .result = result};
    uint32_t all = all_changes(bisect), hint = bisect->hint & all;
    if (hint != 0 && passes(&search, hint))
        minimise(&search, hint);
    else if (bisect->all_passes || passes(&search, all))
        minimise(&search, all);
    if (search.broken)
        result->end = BISECT_UNSTEADY;
    else if (search.exhausted)
        result->end = BISECT_EXHAUSTED;
    else if (result->needed != 0)
        result->end = BISECT_FOUND;
}

unsigned bisect_narrow(struct bisect_range *range)
{
    unsigned tries = 0;
    while (tries < range->budget && range->fails / range->passes > range->ratio) {
        double middle = sqrt(range->passes * range->fails);
        tries++;
        enum bisect_outcome outcome = range->attempt(range->context, middle);
        if (outcome == BISECT_BROKEN)
            break;
        if (outcome == BISECT_PASSED)
            range->passes = middle;
        else
            range->fails = middle;
    }
    return tries;
}
