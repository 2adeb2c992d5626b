#include "seen.h"

#include "digest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 32 }; // slots; the smallest table has more

static bool grow(struct seen *seen, struct error *why);
static const uint64_t *read_block(const struct seen *seen, size_t from, uint64_t room[BLOCK],
                                  struct error *why);
static bool write_slot(struct seen *seen, size_t at, uint64_t hash, struct error *why);

// A part of SHA-256, so that no input can be made that slows the table down.
static uint64_t hash_id(const char *id)
{
    struct digest digest = digest_of(id, strlen(id));
    uint64_t hash;
    memcpy(&hash, digest.bytes, sizeof hash);
    return hash != 0 ? hash : 1;
}

// Looks for the hash in the slots from..from+BLOCK-1, beginning at `first` of them. True in *ends
// when it is there, or a free slot is, whose place is *at.
static bool look_in_block(const uint64_t *block, size_t from, size_t first, uint64_t hash,
                          size_t *at, bool *is_new)
{
    for (size_t i = first; i < BLOCK; i++)
        if (block[i] == hash || block[i] == 0) {
            *at = from + i;
            *is_new = block[i] == 0;
            return true;
        }
    return false;
}

// Slots are read by blocks: the search ends in the block that it begins in, nearly always.
static bool put(struct seen *seen, uint64_t hash, bool *is_new, struct error *why)
{
    size_t start = hash & (seen->room - 1), at;
    size_t from = start - start % BLOCK, first = start % BLOCK;
    uint64_t room[BLOCK];
    const uint64_t *block;
    for (;; from = (from + BLOCK) & (seen->room - 1), first = 0) {
        if ((block = read_block(seen, from, room, why)) == NULL)
            return false;
        if (look_in_block(block, from, first, hash, &at, is_new))
            break;
    }
    if (*is_new && !write_slot(seen, at, hash, why))
        return false;
    seen->count += *is_new;
    return true;
}

bool seen_add(struct seen *seen, const char *id, bool *is_new, struct error *why)
{
    if (3 * (seen->count + 1) > 2 * seen->room && !grow(seen, why))
        return false;
    return put(seen, hash_id(id), is_new, why);
}

void seen_clear(struct seen *seen)
{
    free(seen->slots);
    if (seen->file != NULL)
        fclose(seen->file);
    *seen = (struct seen){0};
}

// The block that begins at a slot: in memory where it lies, or read into room.
static const uint64_t *read_block(const struct seen *seen, size_t from, uint64_t room[BLOCK],
                                  struct error *why)
{
    if (seen->file == NULL)
        return seen->slots + from;
    const size_t bytes = BLOCK * sizeof *room;
    if (pread(fileno(seen->file), room, bytes, (off_t)(from * sizeof *room)) == (ssize_t)bytes)
        return room;
    error_set_errno(why, ERR_DISK, "cannot read the temporary file of ids");
    return NULL;
}

static bool write_slot(struct seen *seen, size_t at, uint64_t hash, struct error *why)
{
    if (seen->file == NULL) {
        seen->slots[at] = hash;
        return true;
    }
    ssize_t put = pwrite(fileno(seen->file), &hash, sizeof hash, (off_t)(at * sizeof hash));
    if (put == sizeof hash)
        return true;
    return error_set_errno(why, ERR_DISK,
                           "cannot write the temporary file of ids (TMPDIR names another folder "
                           "for it)");
}

// tmpfile would not heed TMPDIR.
static FILE *open_temporary(void)
{
    const char *folder = getenv("TMPDIR");
    int file = open(folder != NULL && *folder != '\0' ? folder : "/tmp",
                    O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    FILE *stream = file >= 0 ? fdopen(file, "r+") : NULL;
    if (stream == NULL && file >= 0)
        close(file);
    return stream != NULL ? stream : tmpfile();
}

// An empty table: in memory while it is small, or when no temporary file can be had.
static bool make_room(struct seen *seen, size_t room, struct error *why)
{
    *seen = (struct seen){.room = room};
    if (room > SEEN_ROOM_IN_MEMORY)
        seen->file = open_temporary();
    if (seen->file != NULL)
        return ftruncate(fileno(seen->file), (off_t)(room * sizeof(uint64_t))) == 0 ||
               error_set_errno(why, ERR_DISK, "cannot make the temporary file of ids");
    seen->slots = calloc(room, sizeof *seen->slots);
    return seen->slots != NULL || error_set(why, ERR_MEMORY, "no memory for %zu ids", room);
}

static bool grow(struct seen *seen, struct error *why)
{
    struct seen larger;
    bool is_new, good = make_room(&larger, seen->room > 0 ? 2 * seen->room : 1024, why);
    for (size_t from = 0; good && from < seen->room; from += BLOCK) {
        uint64_t room[BLOCK];
        const uint64_t *block = read_block(seen, from, room, why);
        good = block != NULL;
        for (size_t i = 0; good && i < BLOCK; i++)
            good = block[i] == 0 || put(&larger, block[i], &is_new, why);
    }
    if (!good) {
        seen_clear(&larger);
        return false;
    }
    seen_clear(seen);
    *seen = larger;
    return true;
}
