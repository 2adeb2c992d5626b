// A tuning run's result, or several compared, as one HTML page that needs nothing else: no script,
// no font, no address. It is well-formed XML as well.
#ifndef VQAGEN_TUNE_PAGE_H
#define VQAGEN_TUNE_PAGE_H

#include "buffer.h"
#include "tune_result.h"

// names: of each result, shown when there are several; may be NULL for one. out fails when it is
// out of memory or room.
void tune_page_write(const struct tune_result *const *results, const char *const *names,
                     size_t count, struct buffer *out);

// The style sheet in parts, NULL at the end (tune_style.c).
extern const char *const tune_style[];

#endif
