// Wrong options: of the same kind as the answer, and wrong for the picture.
#ifndef VQAGEN_OPTIONS_H
#define VQAGEN_OPTIONS_H

#include "reading.h"
#include "repertoire.h"

#include <stdint.h>

// What the options are made for. asked: the question when it is in the repertoire, else form NULL.
// facts: NULL when no picture was seen.
struct options_wish {
    const struct reading *reading;
    const char *answer;
    struct asked asked;
    const struct facts *facts;
    uint64_t random;
};

// Appends up to reading->count options to list (owned strings, room for count). Fewer when the kind
// has no more values. False: ERR_MEMORY, with nothing in the list.
bool options_make(const struct options_wish *wish, char **list, size_t *count, struct error *why);

#endif
