#include "plane_pool.h"

#include "memory.h"

#include <pthread.h>
#include <stdlib.h>

enum { ALIGNMENT = 64, MOST_BYTES = 32 << 20 };

struct piece {
    void *memory; // NULL: no piece yet
    size_t bytes;
    bool used;
};

struct plane_pool {
    pthread_mutex_t lock;
    struct piece *pieces; // guarded by lock
    unsigned most;
};

struct plane_pool *plane_pool_new(unsigned most, struct error *why)
{
    struct plane_pool *pool = calloc(1, sizeof *pool);
    struct piece *pieces = calloc(most > 0 ? most : 1, sizeof *pieces);
    if (pool == NULL || pieces == NULL) {
        free(pool);
        free(pieces);
        error_set(why, ERR_MEMORY, "no memory for pictures");
        return NULL;
    }
    *pool = (struct plane_pool){.pieces = pieces, .most = most};
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void plane_pool_free(struct plane_pool *pool)
{
    if (pool == NULL)
        return;
    for (unsigned i = 0; i < pool->most; i++)
        free(pool->pieces[i].memory);
    pthread_mutex_destroy(&pool->lock);
    free(pool->pieces);
    free(pool);
}

static void *allocate(size_t bytes)
{
    void *memory = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (memory != NULL)
        memory_use_large_pages(memory, bytes);
    return memory;
}

// The smallest idle piece that is large enough; else one that is to be replaced: a place without a
// piece, or the smallest idle one. NULL: all are in use. With the lock held.
static struct piece *choose(struct plane_pool *pool, size_t bytes)
{
    struct piece *best = NULL;
    for (unsigned i = 0; i < pool->most; i++) {
        struct piece *piece = &pool->pieces[i];
        if (piece->used)
            continue;
        bool fits = piece->bytes >= bytes, best_fits = best != NULL && best->bytes >= bytes;
        if (best == NULL || (fits && !best_fits) ||
            (fits == best_fits && piece->bytes < best->bytes))
            best = piece;
    }
    return best;
}

void *plane_pool_take(struct plane_pool *pool, size_t bytes)
{
    if (pool == NULL || bytes > MOST_BYTES)
        return allocate(bytes);
    pthread_mutex_lock(&pool->lock);
    struct piece *piece = choose(pool, bytes);
    if (piece != NULL && piece->bytes < bytes) {
        free(piece->memory);
        piece->memory = allocate(bytes);
        piece->bytes = piece->memory != NULL ? bytes : 0;
    }
    void *memory = piece != NULL ? piece->memory : NULL;
    if (memory != NULL)
        piece->used = true;
    pthread_mutex_unlock(&pool->lock);
    return piece != NULL ? memory : allocate(bytes);
}

void plane_pool_return(struct plane_pool *pool, void *memory)
{
    bool kept = false;
    if (pool != NULL && memory != NULL) {
        pthread_mutex_lock(&pool->lock);
        for (unsigned i = 0; i < pool->most && !kept; i++) {
            kept = pool->pieces[i].used && pool->pieces[i].memory == memory;
            if (kept)
                pool->pieces[i].used = false;
        }
        pthread_mutex_unlock(&pool->lock);
    }
    if (!kept)
        free(memory);
}
