// A copy of a damaged database whose first page, with its header and the list of its tables, is
// that of a new store.
#ifndef VQAGEN_SALVAGE_FILE_H
#define VQAGEN_SALVAGE_FILE_H

#include "error.h"

#include <stdbool.h>

#define SALVAGE_FILE "salvage.db"

// Copies DIR/run.db and its log into the directory, which holds a new store as run.db. False:
// ERR_DISK, ERR_INPUT, ERR_MEMORY.
bool salvage_file_make(const char *from_directory, const char *directory, struct error *why);

void salvage_file_remove(const char *directory); // if it was made
#endif
