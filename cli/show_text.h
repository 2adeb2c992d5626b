// What a census says, for people and for programs.
#ifndef VQAGEN_SHOW_TEXT_H
#define VQAGEN_SHOW_TEXT_H

#include "census.h"

// What the report of the last run (DIR/run.json) and the lock tell, beside the store.
struct show_run {
    const char *directory;
    long process; // at work on DIR now; 0: none
    char *ended;  // of the last run that wrote its report; NULL: none did; owned
    char *stopped_by, *input, *model, *endpoint; // owned; NULL: not told
};

void show_write_text(const struct census *census, const struct show_run *run, size_t width,
                     struct buffer *out);
void show_write_json(const struct census *census, const struct show_run *run, struct buffer *out);

// A chart of what each minute brought, at most `height` lines high and `width` columns wide; long
// runs have several minutes in a column.
void show_write_chart(const struct census_sums *minutes, size_t width, unsigned height,
                      struct buffer *out);

#endif
