// The thread that moves the write-ahead log into the database, with a connection of its own, so
// that the store's owner never does that work.
//
// A passive checkpoint never blocks the owner, but it also never catches up with an owner who
// writes without a pause, and the log then grows. Above CHECKPOINT_LIMIT_PAGES the thread therefore
// asks the owner to wait at the end of its transaction until the log is empty: for the pages of the
// last moments only, since a passive checkpoint has just moved the others.
#ifndef VQAGEN_CHECKPOINT_H
#define VQAGEN_CHECKPOINT_H

#include "error.h"

enum {
    CHECKPOINT_STEP_PAGES = 1000,   // written since the last checkpoint, before the next
    CHECKPOINT_LIMIT_PAGES = 16384, // 128 MiB of 8 KiB pages
};

struct checkpointer;

// path: the database's, copied. limit_pages: CHECKPOINT_LIMIT_PAGES, or less in tests. NULL:
// ERR_MEMORY.
struct checkpointer *checkpointer_start(const char *path, int limit_pages, struct error *why);

// Says how many pages the log has after a commit; the owner has no transaction open. Waits while
// the thread asks for it (see above).
void checkpointer_tell(struct checkpointer *checkpointer, int log_pages);

// Ends the thread, after the checkpoint that it may be in. NULL is fine.
void checkpointer_stop(struct checkpointer *checkpointer);

#endif
