// A provider's prefix cache: the beginnings that it would know again. Bounded: the one that was not
// used for longest is forgotten first, and all of them five minutes after their last use.
#ifndef VQAGEN_PREFIX_CACHE_H
#define VQAGEN_PREFIX_CACHE_H

#include "error.h"
#include "fingerprint.h"

#include <stdint.h>

struct prefix_cache;

// room: beginnings that it holds, at least 1. NULL: ERR_MEMORY.
struct prefix_cache *prefix_cache_new(size_t room, struct error *why);
void prefix_cache_free(struct prefix_cache *cache); // NULL is fine

// Whether it holds the beginning; it does from now on. Not safe from several threads at once.
bool prefix_cache_use(struct prefix_cache *cache, const struct fingerprint *prefix, int64_t now_ms);

#endif
