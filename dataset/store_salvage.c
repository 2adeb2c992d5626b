#include "store_salvage.h"

#include "file.h"
#include "lock.h"
#include "log.h"
#include "salvage_file.h"
#include "salvage_item.h"
#include "salvage_reading.h"
#include "store_private.h"
#include "text.h"

#include <stdlib.h>
#include <sys/stat.h>

static bool open_damaged(struct salvage *salvage, const char *directory, struct error *why);
static bool take_settings(struct salvage *salvage, struct error *why);
static bool take_tables(struct salvage *salvage, struct error *why);
static bool take_other_cost(struct salvage *salvage, struct error *why);

bool store_salvage(const char *directory, struct store *store, struct salvaged *salvaged,
                   struct error *why)
{
    *salvaged = (struct salvaged){.settings = true};
    struct salvage salvage = {.to = store, .counts = salvaged};
    long holder = lock_holder(directory);
    if (holder != 0)
        return error_set(why, ERR_USAGE, "a run is at work on %s (process %ld); stop it first",
                         directory, holder);
    bool good = open_damaged(&salvage, directory, why) && store_begin(store, why) &&
                take_settings(&salvage, why) && salvage_items(&salvage, why) &&
                take_tables(&salvage, why) && take_other_cost(&salvage, why) &&
                store_commit(store, why);
    store_close(salvage.from);
    salvage_file_remove(store->directory);
    return good;
}

// A file that is shorter than its header says is opened all the same, and so is one whose schema
// has faults in parts that are not read.
static bool try_open(struct salvage *salvage, const char *directory, const char *name,
                     struct error *why)
{
    struct store *from = salvage->from = calloc(1, sizeof *from);
    if (from == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the store");
    from->lock = -1;
    from->directory = text_copy(directory);
    from->path = file_join(directory, name);
    struct stat facts;
    if (from->directory == NULL || from->path == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the store");
    if (stat(from->path, &facts) != 0)
        return error_set_errno(why, ERR_INPUT, "%s holds no run: there is no run.db in it",
                               directory);
    return store_open_database_reading(from, why) &&
           store_run_text(from, "PRAGMA writable_schema = ON", why) &&
           store_check_readable(from, why) &&
           store_run_text(from,
                          "SELECT sum FROM calls LIMIT 0; SELECT sum FROM lines LIMIT 0;"
                          "SELECT id FROM items LIMIT 0",
                          why);
}

// Where the first page cannot be read, with the header and the list of tables, one of a new store
// takes its place: the tables of a dataset begin on the same pages in each.
static bool open_damaged(struct salvage *salvage, const char *directory, struct error *why)
{
    struct error fault = {0};
    if (try_open(salvage, directory, "run.db", &fault))
        return true;
    if (fault.kind != ERR_DISK) {
        *why = fault;
        return false;
    }
    log_note("%s", fault.message);
    store_close(salvage->from);
    salvage->from = NULL;
    sqlite3_wal_checkpoint_v2(salvage->to->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    salvage->counts->first_page = true;
    return salvage_file_make(directory, salvage->to->directory, why) &&
           try_open(salvage, salvage->to->directory, SALVAGE_FILE, why);
}

// Takes the row's values as a statement's parameters.
static bool put_row(struct salvage *salvage, sqlite3_stmt *row, void *context, struct error *why)
{
    sqlite3_stmt *put = store_prepare(salvage->to, *(enum store_statement *)context, why);
    for (int i = 0; put != NULL && i < sqlite3_column_count(row); i++)
        sqlite3_bind_value(put, i + 1, sqlite3_column_value(row, i));
    return put != NULL && store_run(salvage->to, put, "write", why);
}

static bool take_setting(struct salvage *salvage, sqlite3_stmt *row, void *context,
                         struct error *why)
{
    sqlite3_stmt *put = store_prepare(salvage->to, SQL_SALVAGE_SETTING, why);
    bool whole = sqlite3_column_type(row, 0) == SQLITE_TEXT &&
                 sqlite3_column_type(row, 1) == SQLITE_TEXT && sqlite3_column_int(row, 2);
    salvage->counts->unreadable += !whole;
    if (put == NULL || !whole)
        return put != NULL;
    ++*(long long *)context;
    sqlite3_bind_value(put, 1, sqlite3_column_value(row, 0));
    sqlite3_bind_value(put, 2, sqlite3_column_value(row, 1));
    return store_run(salvage->to, put, "write", why);
}

// They are not known any more when one is missing: the next run brings its own, and calls that were
// made with others are not found under theirs.
static bool take_settings(struct salvage *salvage, struct error *why)
{
    long long before = salvage->counts->unreadable, count = 0;
    if (!salvage_each_row(salvage,
                          "SELECT name, value, " STORE_WHOLE(STORE_SETTING_SUM) " FROM settings",
                          "name", take_setting, &count, why))
        return false;
    salvage->counts->settings = count > 0 && salvage->counts->unreadable == before;
    if (salvage->counts->settings)
        return true;
    return store_run_text(salvage->to,
                          "DELETE FROM settings;"
                          "INSERT INTO settings (name, value) VALUES ('" STORE_SETTINGS_LOST
                          "', '')",
                          why);
}

static bool take_tables(struct salvage *salvage, struct error *why)
{
    static const struct {
        const char *select, *order;
        enum store_statement put;
        bool first; // in the version in which stores began: its place in the file is known
    } tables[] = {{"SELECT path, size, changed_ns, digest FROM files WHERE sum = " STORE_FILE_SUM,
                   "path", SQL_PUT_FILE, true},
                  {"SELECT digest, shorter_px, contrast, blur, detail, look FROM figures WHERE sum "
                   "= " STORE_FIGURES_SUM,
                   "digest", SQL_PUT_FIGURES, false},
                  {"SELECT endpoint, model, version, words FROM lessons"
                   " WHERE typeof(endpoint) = 'text' AND typeof(model) = 'text'"
                   " AND typeof(version) = 'text' AND typeof(words) = 'text'",
                   "endpoint", SQL_JOIN_LESSONS, false},
                  {"SELECT endpoint, model, verdict, when_ms FROM probes"
                   " WHERE typeof(endpoint) = 'text' AND typeof(model) = 'text'"
                   " AND typeof(verdict) = 'text' AND typeof(when_ms) = 'integer'",
                   "endpoint", SQL_JOIN_PROBE, false}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        enum store_statement put = tables[i].put;
        if ((tables[i].first || !salvage->counts->first_page) &&
            !salvage_each_row(salvage, tables[i].select, tables[i].order, put_row, &put, why))
            return false;
    }
    return true;
}

static bool add_cost(struct salvage *salvage, sqlite3_stmt *row, void *context, struct error *why)
{
    (void)context;
    return store_add_cost(salvage->to, sqlite3_column_int64(row, 0), why);
}

// What calls cost stands with them; this is what was spent beside.
static bool take_other_cost(struct salvage *salvage, struct error *why)
{
    return salvage->counts->first_page ||
           salvage_each_row(salvage, "SELECT max(other_nano) FROM totals", "1", add_cost, NULL,
                            why);
}
