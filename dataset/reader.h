// Bytes of a file or a pipe through a window of fixed size, with the number of the line they are
// in.
#ifndef VQAGEN_READER_H
#define VQAGEN_READER_H

#include "digest.h"
#include "error.h"

#include <signal.h>
#include <stdint.h>

enum { READER_BYTES = 65536 };

struct reader {
    int file;
    const char *path; // for messages; borrowed
    char *bytes;      // owned; READER_BYTES
    size_t begin, end;
    uint64_t line; // of the byte at begin, from 1
    bool ended;    // nothing follows the window
    bool may_wait; // it is no regular file: reading may take as long as its writer does
    const volatile sig_atomic_t *stop; // not 0: waiting ends with ERR_INTERRUPTED; or NULL

    bool digesting; // the bytes that are dropped are counted and digested
    int64_t dropped;
    struct digester digester;
};

// Takes the file: reader_clear closes it (standard input stays open). False: ERR_MEMORY.
bool reader_init(struct reader *reader, int file, const char *path, struct error *why);
void reader_clear(struct reader *reader);

// Reads once behind the window's end, which must not be full. False: ERR_INPUT, ERR_INTERRUPTED. At
// the end of the file `ended` is set.
bool reader_more(struct reader *reader, struct error *why);

// Whether reading would wait.
bool reader_waits(const struct reader *reader);

// Makes the window hold at least one byte, unless the file has ended. False: ERR_INPUT.
bool reader_fill(struct reader *reader, struct error *why);

bool reader_is_full(const struct reader *reader);

// Drops bytes from the window's beginning and counts their line breaks.
void reader_skip(struct reader *reader, size_t length);

// Adds the `length` bytes behind the window's beginning to the digest, and drops none of them.
// *last and *next: the last of them and the one behind it, or -1 where the file ends. False: the
// file has not so many, or cannot be gone back in.
bool reader_look_ahead(const struct reader *reader, int64_t length, struct digester *digester,
                       int *last, int *next);

// Goes on behind the `length` bytes, without looking at them.
bool reader_jump(struct reader *reader, int64_t length, struct error *why);

static inline const char *reader_at(const struct reader *reader)
{
    return reader->bytes + reader->begin;
}

static inline size_t reader_length(const struct reader *reader)
{
    return reader->end - reader->begin;
}

// The length of the beginning of bytes that holds none of three characters. Long texts (base64) go
// by in blocks, at the speed of memchr.
size_t run_without(const char *bytes, size_t length, char a, char b, char c);

#endif
