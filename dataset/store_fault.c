// What is wrong with a store, and what people can do about it.
#include "store_private.h"

#include <errno.h>
#include <string.h>

static const struct {
    int code; // primary
    const char *meaning;
    const char *remedy;
} faults[] = {
    {SQLITE_FULL, "the disk is full", "make room and run the same command again"},
    {SQLITE_READONLY, "it, or its folder, is read-only", "make it writable or give another -o DIR"},
    {SQLITE_IOERR, "the disk refused", "check the disk and its quota, then run again"},
    {SQLITE_NOTADB, "it is not an SQLite database",
     "if it was one, `vqagen salvage DIR -o NEW` saves what is whole; else move it away or give "
     "another -o DIR"},
    {SQLITE_CANTOPEN, "it, or its write-ahead log, cannot be opened",
     "check the folder's permissions, or give another -o DIR"},
    {SQLITE_PERM, "access to it is denied", "check its permissions"},
    {SQLITE_BUSY, "another program keeps it locked", "close that program and run again"},
    {SQLITE_LOCKED, "another program keeps it locked", "close that program and run again"},
    {SQLITE_NOMEM, "memory ran out", "run with a lower --batch-size or --concurrency"},
};

// SQLite forgets errno where a commit failed; the write-ahead log's file still knows it.
static int find_errno(sqlite3 *database)
{
    int number = sqlite3_system_errno(database);
    sqlite3_file *log = NULL;
    if (number == 0 &&
        sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
        log != NULL && log->pMethods != NULL)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

bool store_fail(struct store *store, const char *what, struct error *why)
{
    int code = sqlite3_extended_errcode(store->database);
    int system_error = (code & 0xff) == SQLITE_IOERR ? find_errno(store->database)
                                                     : sqlite3_system_errno(store->database);
    enum error_kind kind = (code & 0xff) == SQLITE_NOMEM ? ERR_MEMORY : ERR_DISK;
    // A quota and a file size limit are full disks by other names.
    if ((code & 0xff) == SQLITE_IOERR &&
        (system_error == EDQUOT || system_error == EFBIG || system_error == ENOSPC))
        code = SQLITE_FULL;
    if (code == SQLITE_IOERR_NOMEM)
        kind = ERR_MEMORY;
    // Statements are our own: when they do not fit, the tables are not those that were made. What
    // SQLite says of a damaged schema may quote its bytes.
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_ERROR ||
        (code & 0xff) == SQLITE_CONSTRAINT)
        return store_damaged(store, sqlite3_errstr(code & 0xff), why);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].code == (code & 0xff)) {
            bool told =
                system_error != 0 && (code & 0xff) != SQLITE_NOTADB && (code & 0xff) != SQLITE_BUSY;
            return error_set(why, kind, "cannot %s %s: %s%s%s%s; %s", what, store->path,
                             faults[i].meaning, told ? " (" : "",
                             told ? strerror(system_error) : "", told ? ")" : "", faults[i].remedy);
        }
    return error_set(why, kind, "cannot %s %s: %s (SQLite code %d)", what, store->path,
                     sqlite3_errmsg(store->database), code);
}

bool store_damaged(const struct store *store, const char *what, struct error *why)
{
    return error_set(why, ERR_DISK,
                     "%s is damaged: %s; `vqagen salvage %s -o NEW` saves what is whole, and the "
                     "same command with -o NEW goes on from there",
                     store->path, what, store->directory);
}
