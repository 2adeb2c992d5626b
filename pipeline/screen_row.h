// What a run and a merge share of screening: the figures that a store remembers, and the rows of
// screening.jsonl.
#ifndef VQAGEN_SCREEN_ROW_H
#define VQAGEN_SCREEN_ROW_H

#include "file.h"
#include "screening.h"
#include "store.h"

// False: the store has none for the image with this digest.
bool screen_row_recall(struct store *store, const struct digest *digest,
                       struct picture_figures *figures);

// Opens DIR/screening.jsonl. False: ERR_DISK, ERR_MEMORY.
bool screen_row_open(struct file_writer *rows, const char *directory, struct error *why);

// The row of an image that was judged for the first time. False: ERR_DISK, ERR_MEMORY.
bool screen_row_write(struct file_writer *rows, const struct screen_image *judged,
                      const struct screen_verdict *verdict, struct error *why);

#endif
