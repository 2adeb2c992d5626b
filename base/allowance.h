// An amount, of memory say, that threads share: each takes what it needs and waits for its turn
// until there is enough. Turns are in the order of asking, so that one who needs much is not kept
// waiting by those who need little.
#ifndef VQAGEN_ALLOWANCE_H
#define VQAGEN_ALLOWANCE_H

#include "error.h"

#include <stdint.h>

struct allowance;

struct allowance *allowance_new(uint64_t total, struct error *why); // NULL: ERR_MEMORY
void allowance_free(struct allowance *allowance);                   // NULL is fine

uint64_t allowance_total(const struct allowance *allowance);

// Waits until `amount` is free, and takes it. False: it is more than there will ever be.
bool allowance_take(struct allowance *allowance, uint64_t amount);
void allowance_return(struct allowance *allowance, uint64_t amount);

#endif
