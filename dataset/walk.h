// The images of a folder, depth first, each folder's entries in byte order of their names.
//
// Memory does not grow with the folder: at most `names_held` names of a folder are known at a
// time, the smallest that were not visited yet; when they are used up, the folder is read again for
// the next ones.
#ifndef VQAGEN_WALK_H
#define VQAGEN_WALK_H

#include "source.h"

enum {
    WALK_NAMES_HELD = 65536,
    WALK_MAX_DEPTH = 64, // one open file a level
};

struct walk;

// NULL: ERR_INPUT or ERR_MEMORY. Both arguments are copied.
struct walk *walk_open(const char *root, const struct source_settings *settings, size_t names_held,
                       struct error *why);

// As source_next. What cannot be read is a question with a fault.
int walk_next(struct walk *walk, struct question *out, struct error *why);

uint64_t walk_skipped(const struct walk *walk);  // files that are no images
bool walk_met_left_out(const struct walk *walk); // settings->left_out was met
void walk_close(struct walk *walk);              // NULL is fine

#endif
