// The file system that a folder lies on, as far as SQLite's write-ahead log cares: it needs memory
// shared between processes of one machine, which network file systems cannot give
// (https://www.sqlite.org/wal.html, "Disadvantages").
#ifndef VQAGEN_VOLUME_H
#define VQAGEN_VOLUME_H

#include "error.h"

#include <stdint.h>

enum volume_fitness { VOLUME_FINE, VOLUME_DOUBTFUL, VOLUME_UNFIT };

// By the f_type of statfs; *name: what it is called, static.
enum volume_fitness volume_judge(unsigned long type, const char **name);

// False: ERR_DISK, naming the file system. A doubtful one is only warned of.
bool volume_check(const char *directory, struct error *why);

// Whether the folder's file system has room for at least that much. False: ERR_DISK. A file system
// that does not say how large it is has room.
bool volume_check_room(const char *directory, uint64_t bytes, struct error *why);

#endif
