// Prices of the user's own: a YAML list, a row a model, checked. They go before the built-in table.
#ifndef VQAGEN_PRICE_FILE_H
#define VQAGEN_PRICE_FILE_H

#include "price.h"

struct price_file {
    struct price *list; // owned
    size_t count;
    char **texts; // that the rows point to; owned
    size_t text_count;
};

// False: ERR_SETTINGS with file, line and what is wanted there, or ERR_MEMORY; nothing to clear.
bool price_file_read(struct price_file *file, const char *path, struct error *why);

// "INPUT,OUTPUT" or "INPUT,CACHED,OUTPUT", dollars a million tokens, as a price of all models; '/'
// does for ',' where that stands between pairs. It borrows no text. False: ERR_USAGE, ERR_MEMORY.
bool price_read(const char *text, struct price *price, struct error *why);

// The same as a row in front of those that are there.
bool price_file_add(struct price_file *file, const char *text, struct error *why);

void price_file_clear(struct price_file *file);

#endif
