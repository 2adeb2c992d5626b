#include "allowance.h"

#include <pthread.h>
#include <stdlib.h>

struct allowance {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t total;
    uint64_t free;        // guarded by lock
    uint64_t next_ticket; // guarded by lock: for who asks next
    uint64_t turn;        // guarded by lock: whose turn it is
};

struct allowance *allowance_new(uint64_t total, struct error *why)
{
    struct allowance *allowance = calloc(1, sizeof *allowance);
    if (allowance == NULL) {
        error_set(why, ERR_MEMORY, "no memory for an allowance");
        return NULL;
    }
    pthread_mutex_init(&allowance->lock, NULL);
    pthread_cond_init(&allowance->changed, NULL);
    allowance->total = allowance->free = total;
    return allowance;
}

void allowance_free(struct allowance *allowance)
{
    if (allowance == NULL)
        return;
    pthread_cond_destroy(&allowance->changed);
    pthread_mutex_destroy(&allowance->lock);
    free(allowance);
}

uint64_t allowance_total(const struct allowance *allowance)
{
    return allowance->total;
}

bool allowance_take(struct allowance *allowance, uint64_t amount)
{
    if (amount > allowance->total)
        return false;
    pthread_mutex_lock(&allowance->lock);
    uint64_t ticket = allowance->next_ticket++;
    while (ticket != allowance->turn || amount > allowance->free)
        pthread_cond_wait(&allowance->changed, &allowance->lock);
    allowance->turn++;
    allowance->free -= amount;
    // The next in turn may need less than is left.
    pthread_cond_broadcast(&allowance->changed);
    pthread_mutex_unlock(&allowance->lock);
    return true;
}

void allowance_return(struct allowance *allowance, uint64_t amount)
{
    pthread_mutex_lock(&allowance->lock);
    allowance->free += amount;
    pthread_cond_broadcast(&allowance->changed);
    pthread_mutex_unlock(&allowance->lock);
}
