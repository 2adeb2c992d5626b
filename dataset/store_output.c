// Which output files need not be written again.
#include "store_private.h"

#include "file.h"

#include <string.h>
#include <sys/stat.h>

// Binds name, size and time of change of the file. False: there is none, or a pipe or device lies
// there.
static bool bind_file(sqlite3_stmt *statement, const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode))
        return false;
    const char *slash = strrchr(path, '/');
    sqlite3_bind_text(statement, 1, slash != NULL ? slash + 1 : path, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, facts.st_size);
    sqlite3_bind_int64(statement, 3, file_changed_ns(&facts));
    return true;
}

bool store_note_output(struct store *store, const char *path, struct error *why)
{
    sqlite3_stmt *put = store_prepare(store, SQL_PUT_OUTPUT, why);
    if (put == NULL)
        return false;
    store->items_changed = false;
    return !bind_file(put, path) || store_run(store, put, "write", why);
}

bool store_output_stands(struct store *store, const char *path)
{
    sqlite3_stmt *find = store_prepare(store, SQL_FIND_OUTPUT, NULL);
    bool stands =
        find != NULL && bind_file(find, path) && store_step(store, find, "read", NULL) == 1;
    if (find != NULL)
        sqlite3_reset(find);
    return stands;
}

bool store_items_changed(const struct store *store)
{
    return store->items_changed;
}

bool store_note_change(struct store *store, struct error *why)
{
    if (store->items_changed)
        return true;
    sqlite3_stmt *clear = store_prepare(store, SQL_CLEAR_OUTPUTS, why);
    store->items_changed = clear != NULL && store_run(store, clear, "write", why);
    return store->items_changed;
}
