// The names in one folder, in byte order, some at a time: at most a given number is held, the
// smallest that were not read yet. Names that begin with '.' are left out.
#ifndef VQAGEN_FOLDER_NAMES_H
#define VQAGEN_FOLDER_NAMES_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

// {.more = true} before the first reading.
struct folder_names {
    // Those left to visit, in order, from `next`; who takes one frees it. A name is held with its
    // type (DT_...) in front, so that most entries need no stat.
    char **list;
    size_t count, next;
    char *last; // the last name of the last reading; NULL: the folder was not read yet
    bool more;  // names behind those held
};

// Takes the next names, once those held are visited; `most` at the most. An error leaves those that
// were read: ERR_INPUT, ERR_MEMORY.
bool folder_names_read(struct folder_names *names, int folder, size_t most, struct error *why);
void folder_names_clear(struct folder_names *names);

#endif
