// One item as the store has it: its line, and each of its calls with what came of it.
#ifndef VQAGEN_SHOW_ITEM_H
#define VQAGEN_SHOW_ITEM_H

#include "buffer.h"
#include "store.h"

// False: ERR_INPUT when there is no such item; ERR_DISK, ERR_MEMORY.
bool show_item(struct store *store, const char *id, bool json, struct buffer *out,
               struct error *why);

#endif
