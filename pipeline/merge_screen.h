// Screening repeated over the whole that parts are merged into. A part knows only its own images:
// of two that look alike in different parts both were kept, and one that was left out for its
// likeness to another may be kept when that other is left out itself.
//
// Items that the whole leaves out are rejected as one run would have; those that it keeps though
// their part left them out are open, as nothing was asked about them. The next run on the whole
// repeats the verdicts once more from the stored figures and completes what is not complete: open
// items, and of rejected ones what their part does not tell (the topic first chosen, the line of
// the input).
#ifndef VQAGEN_MERGE_SCREEN_H
#define VQAGEN_MERGE_SCREEN_H

#include "screen_row.h"
#include "store_row.h"

struct merge_screen {
    struct screening *screening; // NULL: images were not screened
    struct file_writer rows;     // of the whole's screening.jsonl
    struct buffer line;          // of the item that was judged last
    char message[400];           // why it is left out
    long long changed;           // items that have another verdict than in their part
};

// thresholds: as the parts' stores hold them (see screen_settings_write).
bool merge_screen_open(struct merge_screen *screen, const char *thresholds, const char *directory,
                       struct error *why);

// Judges the image of the next item of the whole; part is the number of the part with that store,
// which remembers the image's figures. The row's state, kind and line become those of the whole;
// they are valid until the next call.
bool merge_screen_item(struct merge_screen *screen, size_t part, struct store *store,
                       struct store_row *row, struct error *why);

// Puts screening.jsonl in its place.
bool merge_screen_commit(struct merge_screen *screen, struct error *why);

void merge_screen_close(struct merge_screen *screen);

#endif
