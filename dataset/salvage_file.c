#include "salvage_file.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_BYTES = 8192 };

// A store that was closed in order has no log; one whose log cannot be read is not whole without
// it.
static bool copy_log(const char *from, const char *to, struct error *why)
{
    return (access(from, F_OK) != 0 && errno == ENOENT) || file_copy(from, to, why);
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
    good = good && file_copy(from, to, why) && copy_log(log, to_log, why) &&
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
