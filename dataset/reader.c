#include "reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool reader_init(struct reader *reader, int file, const char *path, struct error *why)
{
    *reader = (struct reader){.file = file, .path = path, .line = 1};
    reader->bytes = malloc(READER_BYTES);
    if (reader->bytes == NULL)
        return error_set(why, ERR_MEMORY, "no memory to read %s", path);
    struct stat facts;
    reader->may_wait = fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode);
    return true;
}

void reader_clear(struct reader *reader)
{
    if (reader->bytes != NULL && reader->file != STDIN_FILENO)
        close(reader->file);
    free(reader->bytes);
    *reader = (struct reader){.file = -1};
}

bool reader_more(struct reader *reader, struct error *why)
{
    if (reader->begin > 0) {
        memmove(reader->bytes, reader_at(reader), reader_length(reader));
        reader->end -= reader->begin;
        reader->begin = 0;
    }
    ssize_t got;
    do {
        if (reader->stop != NULL && *reader->stop != 0)
            return error_set(why, ERR_INTERRUPTED, "interrupted while reading %s", reader->path);
        got = read(reader->file, reader->bytes + reader->end, READER_BYTES - reader->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(why, ERR_INPUT, "cannot read %s near line %llu", reader->path,
                               (unsigned long long)reader->line);
    if (got == 0)
        reader->ended = true;
    reader->end += (size_t)got;
    return true;
}

bool reader_waits(const struct reader *reader)
{
    struct pollfd file = {reader->file, POLLIN, 0};
    return reader->may_wait && !reader->ended && poll(&file, 1, 0) == 0;
}

bool reader_fill(struct reader *reader, struct error *why)
{
    while (reader->begin == reader->end && !reader->ended)
        if (!reader_more(reader, why))
            return false;
    return true;
}

bool reader_is_full(const struct reader *reader)
{
    return reader_length(reader) == READER_BYTES;
}

void reader_skip(struct reader *reader, size_t length)
{
    const char *at = reader_at(reader), *end = at + length;
    if (reader->digesting) {
        digester_add(&reader->digester, at, length);
        reader->dropped += (int64_t)length;
    }
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        reader->line++;
        at++;
    }
    reader->begin += length;
}

// Where the window begins in the file; -1: a pipe.
static off_t window_place(const struct reader *reader)
{
    off_t place = lseek(reader->file, 0, SEEK_CUR);
    return place >= 0 && !reader->may_wait ? place - (off_t)reader_length(reader) : -1;
}

bool reader_look_ahead(const struct reader *reader, int64_t length, struct digester *digester,
                       int *last, int *next)
{
    enum { BLOCK = 1 << 14 };
    unsigned char block[BLOCK + 1];
    off_t place = window_place(reader);
    *last = *next = -1;
    while (place >= 0 && length > 0) {
        size_t part = length < BLOCK ? (size_t)length : BLOCK;
        ssize_t got = pread(reader->file, block, part + 1, place);
        if (got < (ssize_t)part)
            return false;
        digester_add(digester, block, part);
        *last = block[part - 1];
        *next = got > (ssize_t)part ? block[part] : -1;
        place += (off_t)part;
        length -= (int64_t)part;
    }
    return place >= 0;
}

bool reader_jump(struct reader *reader, int64_t length, struct error *why)
{
    off_t place = window_place(reader);
    if (place < 0 || lseek(reader->file, place + (off_t)length, SEEK_SET) < 0)
        return error_set_errno(why, ERR_INPUT, "cannot read %s near line %llu", reader->path,
                               (unsigned long long)reader->line);
    reader->begin = reader->end = 0;
    reader->ended = false;
    return true;
}

size_t run_without(const char *bytes, size_t length, char a, char b, char c)
{
    enum { BLOCK = 256 };
    size_t run = 0;
    while (length - run >= BLOCK && memchr(bytes + run, a, BLOCK) == NULL &&
           memchr(bytes + run, b, BLOCK) == NULL && memchr(bytes + run, c, BLOCK) == NULL)
        run += BLOCK;
    while (run < length && bytes[run] != a && bytes[run] != b && bytes[run] != c)
        run++;
    return run;
}
