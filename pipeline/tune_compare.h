// Results of earlier tuning runs side by side.
#ifndef VQAGEN_TUNE_COMPARE_H
#define VQAGEN_TUNE_COMPARE_H

#include "buffer.h"

enum { TUNE_COMPARED = 64 }; // results at most

// Reads tune.json of each directory, and appends the table to `table`, the page to `page` and a
// JSON array of {"name", "result"} to `json` (each may be NULL). Results are called by their
// directories, without what these have in common. False: ERR_USAGE (none, too many), ERR_INPUT,
// ERR_RECORD (both name the file), ERR_MEMORY, ERR_TOO_LARGE.
bool tune_compare(const char *const *directories, size_t count, struct buffer *table,
                  struct buffer *page, struct buffer *json, struct error *why);

#endif
