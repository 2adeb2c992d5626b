#include "store_salvage.h"

#include "file.h"
#include "json.h"
#include "lock.h"
#include "log.h"
#include "salvage_file.h"
#include "store_private.h"
#include "store_reading.h"
#include "store_row.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ITEMS_A_TRANSACTION = 10000, LEAST_ROW_BYTES = 40 };

struct salvage {
    struct store *from, *to;
    struct salvaged *counts;
    bool ids_known; // the index of ids was gone through
};

enum found { FOUND_NONE, FOUND_ROW, FOUND_DAMAGE, FOUND_FAULT };

static bool open_damaged(struct salvage *salvage, const char *directory, struct error *why);
static bool take_settings(struct salvage *salvage, struct error *why);
static bool take_items(struct salvage *salvage, struct error *why);
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
                take_settings(&salvage, why) && take_items(&salvage, why) &&
                take_tables(&salvage, why) && take_other_cost(&salvage, why) &&
                store_commit(store, why);
    store_close(salvage.from);
    salvage_file_remove(store->directory);
    return good;
}

// ---- Opening ------------------------------------------------------------------------------------

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

// ---- Reading what may be damaged
// ------------------------------------------------------------------

static enum found step(struct salvage *salvage, sqlite3_stmt *statement, struct error *why)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return FOUND_ROW;
    sqlite3_reset(statement);
    if (code == SQLITE_DONE)
        return FOUND_NONE;
    if ((code & 0xff) == SQLITE_NOMEM) {
        error_set(why, ERR_MEMORY, "no memory to read %s", salvage->from->path);
        return FOUND_FAULT;
    }
    salvage->counts->unreadable++;
    return FOUND_DAMAGE;
}

typedef bool take_row(struct salvage *salvage, sqlite3_stmt *row, void *context, struct error *why);

// Gives each row that can be reached from either end of a table. Where the table is whole the
// second way is not gone; else rows may come twice.
static bool each_row(struct salvage *salvage, const char *select, const char *order, take_row *take,
                     void *context, struct error *why)
{
    enum found found = FOUND_DAMAGE;
    for (int way = 0; way < 2 && found == FOUND_DAMAGE; way++) {
        char *sql = sqlite3_mprintf("%s ORDER BY %s %s", select, order, way == 0 ? "" : "DESC");
        sqlite3_stmt *statement = NULL;
        int code = sql != NULL
                       ? sqlite3_prepare_v2(salvage->from->database, sql, -1, &statement, NULL)
                       : SQLITE_NOMEM;
        sqlite3_free(sql);
        if (code != SQLITE_OK) { // its entry in the list of tables is damaged
            salvage->counts->unreadable++;
            return true;
        }
        bool good = true;
        while (good && (found = step(salvage, statement, why)) == FOUND_ROW)
            good = take(salvage, statement, context, why);
        sqlite3_finalize(statement);
        if (!good || found == FOUND_FAULT)
            return false;
    }
    return true;
}

// Takes the row's values as a statement's parameters.
static bool put_row(struct salvage *salvage, sqlite3_stmt *row, void *context, struct error *why)
{
    sqlite3_stmt *put = store_prepare(salvage->to, *(enum store_statement *)context, why);
    for (int i = 0; put != NULL && i < sqlite3_column_count(row); i++)
        sqlite3_bind_value(put, i + 1, sqlite3_column_value(row, i));
    return put != NULL && store_run(salvage->to, put, "write", why);
}

// ---- Settings
// -------------------------------------------------------------------------------------

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
    if (!each_row(salvage, "SELECT name, value, " STORE_WHOLE(STORE_SETTING_SUM) " FROM settings",
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

// ---- Items
// ----------------------------------------------------------------------------------------

static bool take_number(struct salvage *salvage, sqlite3_stmt *row, void *context,
                        struct error *why)
{
    (void)salvage;
    (void)why;
    int64_t *last = context;
    if (sqlite3_column_int64(row, 0) > *last)
        *last = sqlite3_column_int64(row, 0);
    return true;
}

// The highest number that an item may have. Damaged rows can name any: there are no more items than
// fit into the file.
static bool find_last(struct salvage *salvage, int64_t *last, struct error *why)
{
    static const char *const queries[] = {"SELECT max(number) FROM items",
                                          "SELECT max(number) FROM lines",
                                          "SELECT max(item) FROM calls"};
    long long before = salvage->counts->unreadable;
    *last = 0;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        if (!each_row(salvage, queries[i], "1", take_number, last, why))
            return false;
    struct stat facts;
    int64_t most = stat(salvage->from->path, &facts) == 0 ? facts.st_size / LEAST_ROW_BYTES : 0;
    char *log = sqlite3_mprintf("%s-wal", salvage->from->path);
    if (log != NULL && stat(log, &facts) == 0)
        most += facts.st_size / LEAST_ROW_BYTES;
    sqlite3_free(log);
    if (*last > most || salvage->counts->unreadable >= before + 6)
        *last = most;
    return true;
}

static bool put_id(struct salvage *salvage, sqlite3_stmt *row, void *context, struct error *why)
{
    (void)context;
    sqlite3_stmt *put = store_prepare(salvage->to, SQL_SALVAGE_ID, why);
    if (put == NULL)
        return false;
    sqlite3_bind_value(put, 1, sqlite3_column_value(row, 0));
    sqlite3_bind_value(put, 2, sqlite3_column_value(row, 1));
    return store_run(salvage->to, put, "write", why);
}

// The index of ids has them too, on pages of its own. *id: owned; NULL: not there either.
static bool find_id(struct salvage *salvage, int64_t number, char **id, struct error *why)
{
    if (!salvage->ids_known) {
        salvage->ids_known = true;
        if (!store_run_text(salvage->to,
                            "CREATE TEMP TABLE salvaged_ids (number INTEGER PRIMARY KEY, id TEXT)",
                            why) ||
            !each_row(salvage,
                      "SELECT number, id FROM items INDEXED BY sqlite_autoindex_items_1"
                      " WHERE id >= ''",
                      "id", put_id, NULL, why))
            return false;
    }
    sqlite3_stmt *find = store_prepare(salvage->to, SQL_SALVAGED_ID, why);
    if (find == NULL)
        return false;
    sqlite3_bind_int64(find, 1, number);
    int got = store_step(salvage->to, find, "read", why);
    if (got == 1)
        *id = text_copy((const char *)sqlite3_column_text(find, 0));
    sqlite3_reset(find);
    return got >= 0;
}

// What is known of an item. Texts are owned.
struct finding {
    struct store_row row;
    char *id, *kind, *topic, *line;
};

static void finding_clear(struct finding *finding)
{
    free(finding->id);
    free(finding->kind);
    free(finding->topic);
    free(finding->line);
}

static bool read_row(struct finding *finding, sqlite3_stmt *s, struct error *why)
{
    struct store_row *row = &finding->row;
    int state = sqlite3_column_int(s, 2);
    finding->id = text_copy((const char *)sqlite3_column_text(s, 0));
    finding->kind = text_copy((const char *)sqlite3_column_text(s, 4));
    finding->topic = text_copy((const char *)sqlite3_column_text(s, 6));
    row->place = sqlite3_column_int64(s, 1);
    row->state = state >= ITEM_OPEN && state <= ITEM_UNKNOWN ? (enum item_state)state : ITEM_OPEN;
    row->round = (unsigned)sqlite3_column_int64(s, 3);
    if (sqlite3_column_bytes(s, 5) == DIGEST_BYTES)
        memcpy(row->fingerprint.bytes, sqlite3_column_blob(s, 5), DIGEST_BYTES);
    return finding->id != NULL || sqlite3_column_type(s, 0) == SQLITE_NULL ||
           error_set(why, ERR_MEMORY, "no memory for an item");
}

static enum found look_up(struct salvage *salvage, enum store_statement which, int64_t number,
                          sqlite3_stmt **statement, struct error *why)
{
    *statement = store_prepare(salvage->from, which, NULL);
    if (*statement == NULL) {
        salvage->counts->unreadable++;
        return FOUND_DAMAGE;
    }
    sqlite3_reset(*statement);
    sqlite3_bind_int64(*statement, 1, number);
    return step(salvage, *statement, why);
}

// The line makes the item final, and knows its id. row_known: the item's row could be read, and so
// its state, under which the line's sum must hold.
static bool find_line(struct salvage *salvage, struct finding *finding, bool row_known,
                      struct error *why)
{
    sqlite3_stmt *s;
    struct store_row *row = &finding->row;
    enum found found = look_up(salvage, SQL_SALVAGE_LINE, row->number, &s, why);
    if (found != FOUND_ROW)
        return found != FOUND_FAULT;
    const char *text = (const char *)sqlite3_column_text(s, 0);
    int state = sqlite3_column_int(s, 1);
    bool whole = text != NULL && state != ITEM_OPEN && (!row_known || state == (int)row->state);
    salvage->counts->unreadable += !whole;
    cJSON *line = whole ? json_parse(text, strlen(text), NULL) : NULL;
    const char *id = json_text(line, "id");
    bool good = true;
    if (id != NULL) {
        free(finding->id);
        finding->id = text_copy(id);
        finding->line = text_copy(text);
        good = (finding->id != NULL && finding->line != NULL) ||
               error_set(why, ERR_MEMORY, "no memory for an item");
    }
    cJSON_Delete(line);
    sqlite3_reset(s);
    return good;
}

static bool find_item(struct salvage *salvage, struct finding *finding, struct error *why)
{
    sqlite3_stmt *s;
    struct store_row *row = &finding->row;
    enum found found = look_up(salvage, SQL_SALVAGE_ITEM, row->number, &s, why);
    bool good = found != FOUND_FAULT;
    if (found == FOUND_ROW) {
        good = read_row(finding, s, why);
        sqlite3_reset(s);
    }
    if (good && (row->state != ITEM_OPEN || found == FOUND_DAMAGE))
        good = find_line(salvage, finding, found == FOUND_ROW, why);
    if (good && finding->id == NULL && found == FOUND_DAMAGE)
        good = find_id(salvage, row->number, &finding->id, why);
    row->id = finding->id;
    row->topic = finding->topic;
    if (finding->line == NULL || !salvage->counts->settings)
        row->state = ITEM_OPEN;
    if (row->state != ITEM_OPEN) {
        row->line = finding->line;
        row->kind = finding->kind;
    }
    return good;
}

static bool put_call(struct salvage *salvage, sqlite3_stmt *row, int64_t number, struct error *why)
{
    if (!sqlite3_column_int(row, 26)) {
        salvage->counts->unreadable++;
        return true;
    }
    struct call call;
    long long before = salvage->to->totals.replies;
    bool good = store_read_call(row, &call)
                    ? store_add_call(salvage->to, number, &call, why)
                    : error_set(why, ERR_MEMORY, "no memory for stored calls");
    call_clear(&call);
    salvage->counts->replies += salvage->to->totals.replies - before;
    return good;
}

static bool take_calls(struct salvage *salvage, int64_t old_number, int64_t number,
                       struct error *why)
{
    static const enum store_statement ways[] = {SQL_CALLS_OF, SQL_CALLS_OF_BACKWARDS};
    enum found found = FOUND_DAMAGE;
    for (int way = 0; way < 2 && found == FOUND_DAMAGE; way++) {
        sqlite3_stmt *s;
        found = look_up(salvage, ways[way], old_number, &s, why);
        while (found == FOUND_ROW) {
            if (!put_call(salvage, s, number, why)) {
                sqlite3_reset(s);
                return false;
            }
            found = step(salvage, s, why);
        }
    }
    return found != FOUND_FAULT;
}

static bool take_item(struct salvage *salvage, int64_t number, struct error *why)
{
    struct finding finding = {.row = {.number = number, .place = -1}};
    struct stored_item known;
    int64_t new_number = 0;
    bool good = find_item(salvage, &finding, why);
    if (good && finding.id != NULL) {
        int there = store_find_item(salvage->to, finding.id, &known, why);
        good = there >= 0;
        if (there == 1)
            new_number = known.number;
        else if (good)
            good = store_put_row(salvage->to, &finding.row, &new_number, why);
        salvage->counts->items += good && there == 0;
        salvage->counts->finished += good && there == 0 && finding.row.state != ITEM_OPEN;
    }
    good = good && (new_number == 0 || take_calls(salvage, number, new_number, why));
    finding_clear(&finding);
    return good;
}

static bool take_items(struct salvage *salvage, struct error *why)
{
    int64_t last;
    if (!find_last(salvage, &last, why))
        return false;
    for (int64_t number = 1; number <= last; number++) {
        if (!take_item(salvage, number, why))
            return false;
        if (number % ITEMS_A_TRANSACTION == 0 &&
            !(store_commit(salvage->to, why) && store_begin(salvage->to, why)))
            return false;
    }
    return true;
}

// ---- What else there is
// ---------------------------------------------------------------------------

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
            !each_row(salvage, tables[i].select, tables[i].order, put_row, &put, why))
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
           each_row(salvage, "SELECT max(other_nano) FROM totals", "1", add_cost, NULL, why);
}
