#include "prefix_cache.h"

#include <stdlib.h>

enum { KEPT_MS = 5 * 60 * 1000 }; // as OpenAI and Anthropic keep theirs

// Places are counted from 1, so that zeroed memory is empty; 0: none.
struct entry {
    struct fingerprint prefix;
    int64_t used_ms;
    size_t next;         // in the bucket
    size_t newer, older; // in order of use
};

struct prefix_cache {
    size_t room, count, newest, oldest, bucket_count;
    size_t *buckets;
    struct entry *entries; // room + 1
};

struct prefix_cache *prefix_cache_new(size_t room, struct error *why)
{
    struct prefix_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->room = room > 0 ? room : 1;
        cache->bucket_count = 2 * cache->room + 1;
        cache->buckets = calloc(cache->bucket_count, sizeof *cache->buckets);
        cache->entries = calloc(cache->room + 1, sizeof *cache->entries);
    }
    if (cache != NULL && cache->buckets != NULL && cache->entries != NULL)
        return cache;
    prefix_cache_free(cache);
    error_set(why, ERR_MEMORY, "no memory for a cache of %zu beginnings", room);
    return NULL;
}

void prefix_cache_free(struct prefix_cache *cache)
{
    if (cache == NULL)
        return;
    free(cache->buckets);
    free(cache->entries);
    free(cache);
}

static size_t *bucket_of(struct prefix_cache *cache, const struct fingerprint *prefix)
{
    return &cache->buckets[prefix->low % cache->bucket_count];
}

static void unlink_use(struct prefix_cache *cache, size_t place)
{
    struct entry *entry = &cache->entries[place];
    *(entry->newer != 0 ? &cache->entries[entry->newer].older : &cache->newest) = entry->older;
    *(entry->older != 0 ? &cache->entries[entry->older].newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct prefix_cache *cache, size_t place, int64_t now_ms)
{
    struct entry *entry = &cache->entries[place];
    entry->used_ms = now_ms;
    entry->newer = 0;
    entry->older = cache->newest;
    *(cache->newest != 0 ? &cache->entries[cache->newest].newer : &cache->oldest) = place;
    cache->newest = place;
}

// A place for one more: a fresh one, or that of the one that was not used for longest.
static size_t make_place(struct prefix_cache *cache)
{
    if (cache->count < cache->room)
        return ++cache->count;
    size_t place = cache->oldest, *link = bucket_of(cache, &cache->entries[place].prefix);
    while (*link != place)
        link = &cache->entries[*link].next;
    *link = cache->entries[place].next;
    unlink_use(cache, place);
    return place;
}

bool prefix_cache_use(struct prefix_cache *cache, const struct fingerprint *prefix, int64_t now_ms)
{
    size_t *bucket = bucket_of(cache, prefix), place = *bucket;
    while (place != 0 && !fingerprint_equal(&cache->entries[place].prefix, prefix))
        place = cache->entries[place].next;
    bool known = place != 0 && now_ms - cache->entries[place].used_ms <= KEPT_MS;
    if (place != 0) {
        unlink_use(cache, place);
    } else {
        place = make_place(cache);
        cache->entries[place].prefix = *prefix;
        cache->entries[place].next = *bucket;
        *bucket = place;
    }
    link_newest(cache, place, now_ms);
    return known;
}
