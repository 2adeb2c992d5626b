#include "judged.h"

#include <stdlib.h>

struct judged_slot {
    uint64_t key; // 0: free
    size_t kept_before;
};

static struct judged_slot *find(const struct judged *judged, uint64_t key)
{
    size_t at = (size_t)key & (judged->room - 1);
    while (judged->slots[at].key != 0 && judged->slots[at].key != key)
        at = (at + 1) & (judged->room - 1);
    return &judged->slots[at];
}

static bool grow(struct judged *judged, struct error *why)
{
    if (judged->count * 3 < judged->room * 2)
        return true;
    struct judged larger = {.room = judged->room > 0 ? judged->room * 2 : 1024,
                            .count = judged->count};
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu judged images", larger.room);
    for (size_t i = 0; i < judged->room; i++)
        if (judged->slots[i].key != 0)
            *find(&larger, judged->slots[i].key) = judged->slots[i];
    free(judged->slots);
    *judged = larger;
    return true;
}

bool judged_meet(struct judged *judged, uint64_t key, size_t *kept_before, bool *is_new,
                 struct error *why)
{
    if (!grow(judged, why))
        return false;
    key = key != 0 ? key : 1;
    struct judged_slot *slot = find(judged, key);
    *is_new = slot->key == 0;
    if (*is_new) {
        *slot = (struct judged_slot){key, *kept_before};
        judged->count++;
    }
    *kept_before = slot->kept_before;
    return true;
}

void judged_clear(struct judged *judged)
{
    free(judged->slots);
    *judged = (struct judged){0};
}
