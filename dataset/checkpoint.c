#include "checkpoint.h"

#include "text.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUSY_SLEEP_US = 200, BUSY_SLEEPS = 10000 };

struct checkpointer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *path;
    int limit_pages;
    int log_pages;   // guarded by lock: as told last
    int moved_pages; // guarded by lock: in the database already
    bool stopping;   // guarded by lock
    bool asking;     // guarded by lock: the owner is to wait
};

static void *run_thread(void *context);
static void run_checkpoint(struct checkpointer *checkpointer, sqlite3 *database);

struct checkpointer *checkpointer_start(const char *path, int limit_pages, struct error *why)
{
    struct checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    if (checkpointer == NULL || (checkpointer->path = text_copy(path)) == NULL) {
        free(checkpointer);
        error_set(why, ERR_MEMORY, "no memory for the checkpoint thread");
        return NULL;
    }
    checkpointer->limit_pages = limit_pages;
    pthread_mutex_init(&checkpointer->lock, NULL);
    pthread_cond_init(&checkpointer->changed, NULL);
    if (pthread_create(&checkpointer->thread, NULL, run_thread, checkpointer) == 0)
        return checkpointer;
    error_set(why, ERR_MEMORY, "cannot start the checkpoint thread");
    pthread_cond_destroy(&checkpointer->changed);
    pthread_mutex_destroy(&checkpointer->lock);
    free(checkpointer->path);
    free(checkpointer);
    return NULL;
}

void checkpointer_tell(struct checkpointer *checkpointer, int log_pages)
{
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->log_pages = log_pages;
    if (log_pages < checkpointer->moved_pages) // the log began anew
        checkpointer->moved_pages = 0;
    if (log_pages - checkpointer->moved_pages >= CHECKPOINT_STEP_PAGES)
        pthread_cond_broadcast(&checkpointer->changed);
    while (checkpointer->asking)
        pthread_cond_wait(&checkpointer->changed, &checkpointer->lock);
    pthread_mutex_unlock(&checkpointer->lock);
}

void checkpointer_stop(struct checkpointer *checkpointer)
{
    if (checkpointer == NULL)
        return;
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->stopping = true;
    pthread_cond_broadcast(&checkpointer->changed);
    pthread_mutex_unlock(&checkpointer->lock);
    pthread_join(checkpointer->thread, NULL);
    pthread_cond_destroy(&checkpointer->changed);
    pthread_mutex_destroy(&checkpointer->lock);
    free(checkpointer->path);
    free(checkpointer);
}

// SQLite's own waiting goes up to 100 ms at a time, and the owner waits with it.
static int wait_a_little(void *context, int count)
{
    (void)context;
    usleep(BUSY_SLEEP_US);
    return count < BUSY_SLEEPS;
}

// A connection finds out with its first reading that the database has a write-ahead log; until then
// its checkpoints do nothing.
static sqlite3 *open_database(const char *path)
{
    sqlite3 *database = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &database, flags, NULL) == SQLITE_OK &&
        sqlite3_busy_handler(database, wait_a_little, NULL) == SQLITE_OK &&
        sqlite3_exec(database, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK)
        return database;
    sqlite3_close(database);
    return NULL;
}

// The connection is opened with the first checkpoint: short runs need none. When it cannot be
// opened the log only grows; the owner checkpoints once more when it closes the store.
static void *run_thread(void *context)
{
    struct checkpointer *checkpointer = context;
    sqlite3 *database = NULL;
    pthread_mutex_lock(&checkpointer->lock);
    while (!checkpointer->stopping) {
        if (checkpointer->log_pages - checkpointer->moved_pages < CHECKPOINT_STEP_PAGES) {
            pthread_cond_wait(&checkpointer->changed, &checkpointer->lock);
            continue;
        }
        pthread_mutex_unlock(&checkpointer->lock);
        if (database == NULL)
            database = open_database(checkpointer->path);
        run_checkpoint(checkpointer, database);
        pthread_mutex_lock(&checkpointer->lock);
    }
    pthread_mutex_unlock(&checkpointer->lock);
    sqlite3_close(database);
    return NULL;
}

static void ask_owner(struct checkpointer *checkpointer, bool asking)
{
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->asking = asking;
    pthread_cond_broadcast(&checkpointer->changed);
    pthread_mutex_unlock(&checkpointer->lock);
}

static void run_checkpoint(struct checkpointer *checkpointer, sqlite3 *database)
{
    int pages = -1, moved = -1, code = SQLITE_CANTOPEN;
    if (database != NULL)
        code = sqlite3_wal_checkpoint_v2(database, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
    if (code == SQLITE_OK && pages >= checkpointer->limit_pages) {
        ask_owner(checkpointer, true);
        code = sqlite3_wal_checkpoint_v2(database, NULL, SQLITE_CHECKPOINT_RESTART, &pages, &moved);
        ask_owner(checkpointer, false);
    }
    pthread_mutex_lock(&checkpointer->lock);
    // A checkpoint that could not be done (a full disk) is tried again after as many pages more.
    checkpointer->moved_pages = code == SQLITE_OK && moved >= 0 ? moved : checkpointer->log_pages;
    pthread_mutex_unlock(&checkpointer->lock);
}
