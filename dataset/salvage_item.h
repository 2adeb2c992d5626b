// The items of a damaged store, with their lines and their calls.
#ifndef VQAGEN_SALVAGE_ITEM_H
#define VQAGEN_SALVAGE_ITEM_H

#include "salvage_reading.h"

// Takes all that can be found, some at a time a transaction; one is open before and after.
bool salvage_items(struct salvage *salvage, struct error *why);

#endif
