// Files: read whole under a ceiling, written under a temporary name and renamed when complete.
#ifndef VQAGEN_FILE_H
#define VQAGEN_FILE_H

#include "buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

// Appends the whole file. False: ERR_INPUT (cannot be opened or read, is not a regular file) or
// ERR_TOO_LARGE.
bool file_read(const char *path, struct buffer *out, struct error *why);

// When a file was changed last, as one number to be remembered and compared: the later of the
// changes of content and of inode. The first can be set back (touch, rsync, exiftool -P and some
// editors do), and the second is the time of creation on some file systems.
int64_t file_changed_ns(const struct stat *facts);

// Makes the directory and its parents. False: ERR_DISK.
bool file_make_directory(const char *path, struct error *why);

// "folder/name"; a new string, NULL without memory.
char *file_join(const char *folder, const char *name);

// A file being written under "<path>.tmp". Nothing appears at path before file_commit. A pipe or a
// device at path is written to as it stands: renaming a file over /dev/null would break the
// machine.
struct file_writer {
    FILE *stream; // write here; errors are found by file_commit at the latest
    char *path;
    char *temporary; // NULL: path itself is being written to
};

bool file_writer_open(struct file_writer *writer, const char *path, struct error *why);

// Flushes, syncs, renames, syncs the folder. False: ERR_DISK; the temporary file is removed then
// and path is as it was. Either way the writer is closed.
bool file_commit(struct file_writer *writer, struct error *why);

void file_abandon(struct file_writer *writer); // closes and removes the temporary file

// Writes a small file as above in one go.
bool file_write(const char *path, const void *bytes, size_t length, struct error *why);

// Puts the bytes at path unless something is there already: for files named by their content, which
// several threads may come to write at once. Written under a name of its own and renamed; not
// synced. False: ERR_DISK, ERR_MEMORY; nothing is left behind.
bool file_keep(const char *path, const void *bytes, size_t length, struct error *why);

// Copies a file of any size, a piece at a time, as above; what is at `to` is replaced once the copy
// is complete. False: ERR_INPUT (from cannot be read, is not a regular file), ERR_DISK, ERR_MEMORY;
// nothing is left behind.
bool file_copy(const char *from, const char *to, struct error *why);

#endif
