#include "seen.h"

#include "digest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    // A mistaken hash costs a read of 4 KiB for each run of the file.
    FEWEST_BITS = 8, // of the filter, a hash
    MOST_BITS = 12,
    PROBES = 5,     // bits set for a hash: 2.2 % are mistaken at 8 bits a hash, 0.5 % at 12
    BLOCK = 1 << 9, // hashes read at once: 4 KiB
};

static bool make_place(struct seen *seen, struct error *why);
static bool in_file(const struct seen *seen, uint64_t hash, bool *found, struct error *why);

// A part of SHA-256, so that no input can be made that slows the table down.
uint64_t seen_hash(const char *id)
{
    struct digest digest = digest_of(id, strlen(id));
    uint64_t hash;
    memcpy(&hash, digest.bytes, sizeof hash);
    return hash != 0 ? hash : 1;
}

static uint64_t *find_slot(uint64_t *slots, size_t room, uint64_t hash)
{
    size_t at = hash & (room - 1);
    while (slots[at] != 0 && slots[at] != hash)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

bool seen_find(const struct seen *seen, uint64_t hash, bool *found, struct error *why)
{
    *found = seen->room > 0 && *find_slot(seen->slots, seen->room, hash) != 0;
    return *found || in_file(seen, hash, found, why);
}

bool seen_add(struct seen *seen, uint64_t hash, bool *is_new, struct error *why)
{
    bool found;
    if ((3 * (seen->count + 1) > 2 * seen->room && !make_place(seen, why)) ||
        !seen_find(seen, hash, &found, why))
        return false;
    *is_new = !found;
    if (*is_new) {
        *find_slot(seen->slots, seen->room, hash) = hash;
        seen->count++;
    }
    return true;
}

void seen_clear(struct seen *seen)
{
    free(seen->slots);
    free(seen->filter);
    if (seen->file != NULL)
        fclose(seen->file);
    *seen = (struct seen){0};
}

// ---- The filter ---------------------------------------------------------------------------------

// The probes of a hash: its halves, the second added again and again (Kirsch and Mitzenmacher,
// Random Structures and Algorithms 33, 2008).
static size_t probe_bit(const struct seen *seen, uint64_t hash, unsigned probe)
{
    uint32_t mixed = (uint32_t)(hash >> 32) + probe * ((uint32_t)hash | 1);
    return (size_t)((uint64_t)mixed * seen->filter_bits >> 32);
}

static void filter_add(struct seen *seen, uint64_t hash)
{
    for (unsigned i = 0; i < PROBES; i++) {
        size_t bit = probe_bit(seen, hash, i);
        seen->filter[bit / 8] |= (unsigned char)(1u << bit % 8);
    }
}

static bool filter_has(const struct seen *seen, uint64_t hash)
{
    for (unsigned i = 0; i < PROBES; i++) {
        size_t bit = probe_bit(seen, hash, i);
        if ((seen->filter[bit / 8] >> bit % 8 & 1) == 0)
            return false;
    }
    return true;
}

// ---- The file -----------------------------------------------------------------------------------

// Reads up to BLOCK hashes of a run from an index of it on; their number, or 0 with ERR_DISK.
static size_t read_block(const struct seen *seen, size_t run, size_t from, uint64_t *block,
                         struct error *why)
{
    size_t count = seen->run - from < BLOCK ? seen->run - from : BLOCK;
    off_t place = (off_t)((run * seen->run + from) * sizeof *block);
    size_t bytes = count * sizeof *block;
    if (pread(fileno(seen->file), block, bytes, place) == (ssize_t)bytes)
        return count;
    error_set_errno(why, ERR_DISK, "cannot read the temporary file of ids");
    return 0;
}

// Hashes are spread evenly, so where one stands in a sorted run is known within a block or two.
static bool in_run(const struct seen *seen, size_t run, uint64_t hash, bool *found,
                   struct error *why)
{
    uint64_t block[BLOCK];
    size_t guess = (size_t)((double)hash / 18446744073709551616.0 * (double)seen->run);
    size_t from = guess > BLOCK / 2 ? guess - BLOCK / 2 : 0;
    int step = 0; // towards the hash; once the direction turns, it is not there
    for (;;) {
        size_t count = read_block(seen, run, from, block, why);
        if (count == 0)
            return false;
        int next = hash < block[0] ? -1 : hash > block[count - 1] ? 1 : 0;
        if (next == 0) {
            for (size_t i = 0; i < count && !*found; i++)
                *found = block[i] == hash;
            return true;
        }
        bool end = next < 0 ? from == 0 : from + count == seen->run;
        if (end || next == -step)
            return true;
        step = next;
        from = next > 0 ? from + count : from > BLOCK ? from - BLOCK : 0;
    }
}

static bool in_file(const struct seen *seen, uint64_t hash, bool *found, struct error *why)
{
    if (seen->runs == 0 || !filter_has(seen, hash))
        return true;
    for (size_t run = 0; run < seen->runs && !*found; run++)
        if (!in_run(seen, run, hash, found, why))
            return false;
    return true;
}

// A larger filter, with all hashes of the file.
static bool enlarge_filter(struct seen *seen, struct error *why)
{
    size_t hashes = (seen->runs + 1) * seen->run;
    if (seen->filter_bits >= FEWEST_BITS * hashes)
        return true;
    free(seen->filter);
    seen->filter_bits = MOST_BITS * hashes;
    seen->filter = calloc(seen->filter_bits / 8 + 1, 1);
    if (seen->filter == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu ids", hashes);
    uint64_t block[BLOCK];
    for (size_t run = 0; run < seen->runs; run++)
        for (size_t from = 0, count; from < seen->run; from += count) {
            count = read_block(seen, run, from, block, why);
            if (count == 0)
                return false;
            for (size_t i = 0; i < count; i++)
                filter_add(seen, block[i]);
        }
    return true;
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

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// The table's hashes become a run of the file, and the table is empty.
static bool write_run(struct seen *seen, struct error *why)
{
    size_t count = 0;
    for (size_t at = 0; at < seen->room; at++)
        if (seen->slots[at] != 0)
            seen->slots[count++] = seen->slots[at];
    qsort(seen->slots, count, sizeof *seen->slots, by_value);
    seen->run = count;
    if (!enlarge_filter(seen, why))
        return false;
    size_t bytes = count * sizeof *seen->slots;
    if (pwrite(fileno(seen->file), seen->slots, bytes, (off_t)(seen->runs * bytes)) !=
        (ssize_t)bytes)
        return error_set_errno(why, ERR_DISK,
                               "cannot write the temporary file of ids (TMPDIR names another "
                               "folder for it)");
    for (size_t i = 0; i < count; i++)
        filter_add(seen, seen->slots[i]);
    memset(seen->slots, 0, seen->room * sizeof *seen->slots);
    seen->runs++;
    seen->count = 0;
    return true;
}

static bool grow(struct seen *seen, struct error *why)
{
    size_t room = seen->room > 0 ? 2 * seen->room : 1024;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (slots == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu ids", seen->count);
    for (size_t i = 0; i < seen->room; i++)
        if (seen->slots[i] != 0)
            *find_slot(slots, room, seen->slots[i]) = seen->slots[i];
    free(seen->slots);
    seen->slots = slots;
    seen->room = room;
    return true;
}

// The table is full: it grows, or once it is large enough is put into the file. All runs are of one
// length, since it is full at the same number each time.
static bool make_place(struct seen *seen, struct error *why)
{
    if (seen->room < SEEN_ROOM_IN_MEMORY || seen->no_file)
        return grow(seen, why);
    if (seen->file == NULL && (seen->file = open_temporary()) == NULL) {
        seen->no_file = true;
        return grow(seen, why);
    }
    return write_run(seen, why);
}
