// What can still be read of a damaged store, put into a new one.
//
// SQLite stops at the first page that is none; here rows are looked up one by one, so that a bad
// page costs the rows on it. Only rows whose sum holds are taken, and an item is only final when
// its line is. What is lost is not missed by the next run: open items are made of the replies that
// are there, and only the others are asked for again.
#ifndef VQAGEN_STORE_SALVAGE_H
#define VQAGEN_STORE_SALVAGE_H

#include "store.h"

struct salvaged {
    long long items, finished, replies; // that were saved; calls without reply are not counted
    long long unreadable;               // look-ups that met damage
    bool settings;                      // whether all settings were readable
    bool first_page;                    // whether the file's first page had to be made anew
};

// directory: of the damaged run, which is not changed. A run that is at work on it: ERR_USAGE. A
// store of another version: ERR_INPUT. The new store is empty.
bool store_salvage(const char *directory, struct store *store, struct salvaged *salvaged,
                   struct error *why);

#endif
