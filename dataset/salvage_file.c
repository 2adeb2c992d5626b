#include "salvage_file.h"

#include "file.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_BYTES = 8192, PIECE_BYTES = 1 << 20 };

static bool copy_bytes(int from, int to, void *room)
{
    ssize_t got;
    while ((got = read(from, room, PIECE_BYTES)) > 0)
        for (ssize_t done = 0, put; done < got; done += put)
            if ((put = write(to, (char *)room + done, (size_t)(got - done))) < 0)
                return false;
    return got == 0;
}

static bool copy_file(const char *from, const char *to, bool required, struct error *why)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return !required || error_set_errno(why, ERR_INPUT, "cannot read %s", from);
    int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    void *room = malloc(PIECE_BYTES);
    bool good = target >= 0 && room != NULL && copy_bytes(source, target, room);
    if (!good)
        error_set_errno(why, room != NULL ? ERR_DISK : ERR_MEMORY, "cannot copy %s to %s", from,
                        to);
    free(room);
    close(source);
    if (target >= 0 && close(target) != 0 && good)
        good = error_set_errno(why, ERR_DISK, "cannot copy %s to %s", from, to);
    return good;
}

static void put_number(unsigned char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (24 - 8 * i));
}

// The header's fields (https://www.sqlite.org/fileformat2.html "The Database Header"): how many
// pages there are, which holds while the two counts of changes are the same, and no free pages.
static bool replace_page(const char *new_store, const char *path, struct error *why)
{
    enum { CHANGES = 24, PAGES = 28, FREE_LIST = 32, FREE_COUNT = 36, PAGES_VALID_FOR = 92 };
    unsigned char page[PAGE_BYTES];
    int source = open(new_store, O_RDONLY | O_CLOEXEC);
    int target = open(path, O_WRONLY | O_CLOEXEC);
    struct stat facts;
    bool good = source >= 0 && target >= 0 && fstat(target, &facts) == 0 &&
                pread(source, page, sizeof page, 0) == PAGE_BYTES;
    if (good) {
        put_number(page + CHANGES, 1);
        put_number(page + PAGES_VALID_FOR, 1);
        put_number(page + PAGES, (uint32_t)((facts.st_size + PAGE_BYTES - 1) / PAGE_BYTES));
        put_number(page + FREE_LIST, 0);
        put_number(page + FREE_COUNT, 0);
        good = pwrite(target, page, sizeof page, 0) == PAGE_BYTES;
    }
    if (!good)
        error_set_errno(why, ERR_DISK, "cannot write %s", path);
    if (source >= 0)
        close(source);
    if (target >= 0)
        close(target);
    return good;
}

bool salvage_file_make(const char *from_directory, const char *directory, struct error *why)
{
    char *from = file_join(from_directory, "run.db"), *to = file_join(directory, SALVAGE_FILE);
    char *log = file_join(from_directory, "run.db-wal"),
         *to_log = file_join(directory, SALVAGE_FILE "-wal");
    char *new_store = file_join(directory, "run.db");
    bool good =
        (from != NULL && to != NULL && log != NULL && to_log != NULL && new_store != NULL) ||
        error_set(why, ERR_MEMORY, "no memory for a name");
    good = good && copy_file(from, to, true, why) && copy_file(log, to_log, false, why) &&
           replace_page(new_store, to, why);
    char *const names[] = {from, to, log, to_log, new_store};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        free(names[i]);
    return good;
}

void salvage_file_remove(const char *directory)
{
    static const char *const names[] = {SALVAGE_FILE, SALVAGE_FILE "-wal", SALVAGE_FILE "-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = file_join(directory, names[i]);
        if (path != NULL)
            unlink(path);
        free(path);
    }
}
