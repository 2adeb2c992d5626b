#include "salvage_item.h"

#include "json.h"
#include "store_reading.h"
#include "store_row.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ITEMS_A_TRANSACTION = 10000, LEAST_ROW_BYTES = 40 };

static bool find_last(struct salvage *salvage, int64_t *last, struct error *why);
static bool take_item(struct salvage *salvage, int64_t number, struct error *why);

bool salvage_items(struct salvage *salvage, struct error *why)
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
        if (!salvage_each_row(salvage, queries[i], "1", take_number, last, why))
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
            !salvage_each_row(salvage,
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

// The line makes the item final, and knows its id. row_known: the item's row could be read, and so
// its state, under which the line's sum must hold.
static bool find_line(struct salvage *salvage, struct finding *finding, bool row_known,
                      struct error *why)
{
    sqlite3_stmt *s;
    struct store_row *row = &finding->row;
    enum found found = salvage_look_up(salvage, SQL_SALVAGE_LINE, row->number, &s, why);
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
    enum found found = salvage_look_up(salvage, SQL_SALVAGE_ITEM, row->number, &s, why);
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
        found = salvage_look_up(salvage, ways[way], old_number, &s, why);
        while (found == FOUND_ROW) {
            if (!put_call(salvage, s, number, why)) {
                sqlite3_reset(s);
                return false;
            }
            found = salvage_step(salvage, s, why);
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
