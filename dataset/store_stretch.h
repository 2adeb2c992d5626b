// What stretches of the input came to, as the store has it.
#ifndef VQAGEN_STORE_STRETCH_H
#define VQAGEN_STORE_STRETCH_H

#include "store.h"
#include "stretch.h"

// The stretch that was noted behind so many records: all but its input's digest, its images' facts
// and its rows, which are to be had anew, and then compared by *digest. False: none is known.
bool store_find_stretch(struct store *store, int64_t record, struct stretch *stretch,
                        struct digest *digest);

// Adds the rows that items at its places have now. *ended: none of them is open.
bool store_read_stretch(struct store *store, struct stretch *stretch, bool *ended,
                        struct error *why);

// Its items are admitted as they are.
bool store_admit_stretch(struct store *store, const struct stretch *stretch, struct error *why);

// Notes what it came to. Not when its rows lie far apart: to look for them would take too long.
bool store_put_stretch(struct store *store, struct stretch *stretch, struct error *why);

#endif
