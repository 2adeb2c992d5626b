// The lock on DIR: one run at a time writes there. Held by an open file, so it ends with the
// process, however that ends.
#ifndef VQAGEN_LOCK_H
#define VQAGEN_LOCK_H

#include "error.h"

// Locks DIR/run.lock and writes the process id into it. -1: ERR_USAGE when another process holds
// it, ERR_DISK when it cannot be made or the file system has no locks.
int lock_take(const char *directory, struct error *why);

// Whether DIR/run.lock is still the file that is locked. False: ERR_DISK; DIR was removed, moved
// away or replaced, and what is written now is lost with it.
bool lock_check(int lock, const char *directory, struct error *why);

void lock_release(int lock); // -1 is fine

// The process that holds the lock on DIR; 0: none, as far as can be told. Nothing is made or
// changed.
long lock_holder(const char *directory);

#endif
