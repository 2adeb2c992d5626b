// Whether what is written still lands where people look for it.
#include "lock.h"
#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const suffixes[STORE_FILES] = {"", "-wal"};

// Which file lies there now; all zeros: none, or it cannot be known.
static bool look(const struct store *store, int which, struct store_file *file, struct error *why)
{
    *file = (struct store_file){0};
    struct stat facts;
    char *path = NULL;
    if (asprintf(&path, "%s%s", store->path, suffixes[which]) < 0)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    if (stat(path, &facts) == 0)
        *file = (struct store_file){facts.st_dev, facts.st_ino};
    free(path);
    return true;
}

bool store_note_place(struct store *store, struct error *why)
{
    for (int i = 0; i < STORE_FILES; i++)
        if (!look(store, i, &store->files[i], why))
            return false;
    return true;
}

bool store_check_place(const struct store *store, struct error *why)
{
    if (!lock_check(store->lock, store->directory, why))
        return false;
    for (int i = 0; i < STORE_FILES; i++) {
        struct store_file now;
        if (!look(store, i, &now, why))
            return false;
        if (store->files[i].inode != 0 &&
            (now.device != store->files[i].device || now.inode != store->files[i].inode))
            return error_set(why, ERR_DISK,
                             "%s%s was removed or replaced while the run was going on; stopped, "
                             "since no reply could be kept there",
                             store->path, suffixes[i]);
    }
    return true;
}
