#include "store.h"

#include "file.h"
#include "lock.h"
#include "log.h"
#include "store_private.h"
#include "text.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 10000 };

static bool open_database(struct store *store, struct error *why);
static bool check_files(const struct store *store, struct error *why);
static int tell_checkpointer(void *context, sqlite3 *database, const char *name, int pages);

struct store *store_open(const char *directory, struct error *why)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the store");
        return NULL;
    }
    store->lock = -1;
    store->in_order = true;
    store->directory = text_copy(directory);
    store->path = file_join(directory, "run.db");
    bool good = store->directory != NULL && store->path != NULL;
    if (!good)
        error_set(why, ERR_MEMORY, "no memory for the store");
    good = good && file_make_directory(directory, why) && volume_check(directory, why) &&
           (store->lock = lock_take(directory, why)) >= 0 && check_files(store, why) &&
           open_database(store, why) && store_read_totals(store, why) &&
           store_read_sums(store, why) && store_put_sums(store, why) &&
           store_note_place(store, why);
    if (good)
        store->checkpointer = checkpointer_start(store->path, CHECKPOINT_LIMIT_PAGES, why);
    if (store->checkpointer != NULL) {
        sqlite3_wal_hook(store->database, tell_checkpointer, store);
        return store;
    }
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    struct error why = {0};
    if (store->in_transaction && !store_commit(store, &why))
        log_warn("%s", why.message);
    store_put_sums(store, NULL); // else they stay where each transaction kept them
    checkpointer_stop(store->checkpointer);
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    // What could not be moved stays in the log, and the next opening finds it there.
    if (store->checkpointer != NULL)
        sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_close(store->database);
    lock_release(store->lock);
    buffer_clear(&store->sums.packed);
    free(store->current);
    free(store->directory);
    free(store->path);
    free(store);
}

bool store_set_durable(struct store *store, struct error *why)
{
    if (!store_run_text(store, "PRAGMA synchronous = FULL", why))
        return false;
    // SQLite syncs DIR when it makes the log in it; that DIR is there is written in its parent.
    char *parent = file_join(store->directory, "..");
    if (parent == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder < 0 || fsync(folder) == 0 || errno == EINVAL ||
                error_set_errno(why, ERR_DISK, "cannot sync %s", parent);
    if (folder >= 0)
        close(folder);
    free(parent);
    return good;
}

static int tell_checkpointer(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    struct store *store = context;
    checkpointer_tell(store->checkpointer, pages);
    return SQLITE_OK;
}

static bool is_empty(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && facts.st_size == 0;
}

static bool has_output(const struct store *store)
{
    static const char *const names[] = {"dataset.jsonl", "dataset.jsonl.part"};
    bool has = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = file_join(store->directory, names[i]);
        has = has || (path != NULL && access(path, F_OK) == 0);
        free(path);
    }
    return has;
}

// A log that was written to begins with one of two numbers (https://www.sqlite.org/fileformat2.html
// "WAL File Format"); SQLite passes over any other without a word, and over all that is in it.
static void check_log(const struct store *store)
{
    enum { HEADER_BYTES = 32 };
    unsigned char header[HEADER_BYTES] = {0};
    char *path = NULL;
    int file = asprintf(&path, "%s-wal", store->path) >= 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool whole = file < 0 || read(file, header, sizeof header) < HEADER_BYTES ||
                 (memcmp(header, "\x37\x7f\x06", 3) == 0 && (header[3] & 0xfe) == 0x82);
    if (!whole)
        log_warn("%s is damaged, as after a power cut: the newest replies were in it and are asked "
                 "for again",
                 path);
    if (file >= 0)
        close(file);
    free(path);
}

// SQLite takes an empty file for a new database. With a dataset beside it, it was none.
static bool check_files(const struct store *store, struct error *why)
{
    check_log(store);
    return !is_empty(store->path) || !has_output(store) ||
           error_set(why, ERR_DISK,
                     "%s is empty, though a dataset lies beside it: its replies are gone. Restore "
                     "it from a copy, or remove it to ask for everything again",
                     store->path);
}

static bool open_database(struct store *store, struct error *why)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(store->path, &store->database, flags, NULL) != SQLITE_OK)
        return store_fail(store, "open", why);
    sqlite3_extended_result_codes(store->database, 1);
    sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
    return store_add_sums(store, why) && store_run_text(store, "PRAGMA page_size = 8192", why) &&
           store_check_version(store, why) && store_set_journal(store, why) &&
           store_run_text(store,
                          "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;"
                          "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;"
                          "PRAGMA temp_store = MEMORY",
                          why);
}
