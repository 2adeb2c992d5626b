#include "seen.h"

#include "digest.h"

#include <stdlib.h>
#include <string.h>

// A part of SHA-256, so that no input can be made that slows the table down.
static uint64_t hash_id(const char *id)
{
    struct digest digest = digest_of(id, strlen(id));
    uint64_t hash;
    memcpy(&hash, digest.bytes, sizeof hash);
    return hash != 0 ? hash : 1;
}

static uint64_t *find_slot(uint64_t *slots, size_t room, uint64_t hash)
{
    size_t at = hash & (room - 1);
    while (slots[at] != 0 && slots[at] != hash)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static bool grow(struct seen *seen, struct error *why)
{
    size_t room = seen->room > 0 ? 2 * seen->room : 1024;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (slots == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu ids", seen->count);
    for (size_t i = 0; i < seen->room; i++)
        if (seen->slots[i] != 0)
            *find_slot(slots, room, seen->slots[i]) = seen->slots[i];
    free(seen->slots);
    seen->slots = slots;
    seen->room = room;
    return true;
}

bool seen_add(struct seen *seen, const char *id, bool *is_new, struct error *why)
{
    if (3 * (seen->count + 1) > 2 * seen->room && !grow(seen, why))
        return false;
    uint64_t hash = hash_id(id);
    uint64_t *slot = find_slot(seen->slots, seen->room, hash);
    *is_new = *slot == 0;
    if (*is_new) {
        *slot = hash;
        seen->count++;
    }
    return true;
}

void seen_clear(struct seen *seen)
{
    free(seen->slots);
    *seen = (struct seen){0};
}
