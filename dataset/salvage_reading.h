// Reading a store that may be damaged: a look-up that meets damage is counted, not a fault.
#ifndef VQAGEN_SALVAGE_READING_H
#define VQAGEN_SALVAGE_READING_H

#include "store_private.h"
#include "store_salvage.h"

struct salvage {
    struct store *from, *to;
    struct salvaged *counts;
    bool ids_known; // the index of ids was gone through
};

enum found { FOUND_NONE, FOUND_ROW, FOUND_DAMAGE, FOUND_FAULT };

// The next row of a statement on salvage->from, which is reset where there is none. FOUND_FAULT:
// ERR_MEMORY.
enum found salvage_step(struct salvage *salvage, sqlite3_stmt *statement, struct error *why);

// The first row of a statement that takes an item's number.
enum found salvage_look_up(struct salvage *salvage, enum store_statement which, int64_t number,
                           sqlite3_stmt **statement, struct error *why);

typedef bool take_row(struct salvage *salvage, sqlite3_stmt *row, void *context, struct error *why);

// Gives each row that can be reached from either end of a table. Where the table is whole the
// second way is not gone; else rows may come twice.
bool salvage_each_row(struct salvage *salvage, const char *select, const char *order,
                      take_row *take, void *context, struct error *why);

#endif
