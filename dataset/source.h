// The input, read as it is needed: a folder, one image, or records from a JSON array, JSONL, CSV or
// standard input. Whatever its size, one record is in memory at a time.
//
// Order is stable: a folder is walked depth first, entries of each folder in byte order of their
// names; records come as they stand. Links to folders are followed once (a loop ends). Names that
// are not UTF-8 get U+FFFD in their id, and stay openable. Hidden files and folders are skipped.
#ifndef VQAGEN_SOURCE_H
#define VQAGEN_SOURCE_H

#include "question.h"
#include "stretch.h"

#include <signal.h>

struct source;

struct source_settings {
    // Whether bytes (a file's first SNIFF_BYTES) are an image. Others of a folder are counted and
    // skipped, but for those that are named like one (a page saved as .jpg, an empty download):
    // they are taken in, so that whoever reads them tells what is wrong.
    bool (*is_image)(const void *bytes, size_t length);
    size_t max_record_bytes; // one record (with an image inside it); default 64 MiB
    // A folder that is not walked though it lie in the input (DIR: a run's output is not its
    // input); copied; need not exist yet. NULL: none.
    const char *left_out;
    // Waiting for a pipe ends with ERR_INTERRUPTED when this is not 0; set by signal handlers.
    // NULL: nothing ends it.
    const volatile sig_atomic_t *stop;
};

// input: a path, or "-" for standard input (JSON array or JSONL, told by its first byte; a CSV by a
// header line that names an image column). NULL: ERR_INPUT.
struct source *source_open(const char *input, const struct source_settings *settings,
                           struct error *why);

// 1: *out is the next record, which the caller clears; a bad one has `fault` set.
// 0: the end. -1: ERR_INPUT or ERR_MEMORY: the input itself can be read no further.
int source_next(struct source *source, struct question *out, struct error *why);

// Whether source_next would wait for somebody who writes into a pipe: while it would, there are
// other things to do. Reads what is there already.
bool source_waits(struct source *source);

// False: the input cannot be gone over by stretches (it is a folder or a pipe, or its objects go
// over several lines).
bool source_has_stretches(const struct source *source);

// Begins a stretch with the record that comes next.
void source_begin_stretch(struct source *source, struct stretch *stretch);

// Adds the record that source_next gave last. False: no memory, or it turned out that the input has
// no stretches.
bool source_extend_stretch(const struct source *source, struct stretch *stretch);

// Digests the bytes that come next, as many as that earlier stretch had. False: it cannot be what
// comes next.
bool source_look_ahead(const struct source *source, struct stretch *stretch);

// Goes on behind it. *skipped is false when one of its ids was given to an earlier record by now.
// False: ERR_INPUT, ERR_MEMORY, ERR_DISK.
bool source_skip_stretch(struct source *source, const struct stretch *stretch, bool *skipped,
                         struct error *why);

// Whether the input is a folder, whose records are images.
bool source_is_folder(const struct source *source);

// Files of a folder that were not images, so far.
uint64_t source_skipped(const struct source *source);

// Whether the folder to be left out was met.
bool source_left_out(const struct source *source);

void source_close(struct source *source);

#endif
