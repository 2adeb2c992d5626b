#include "salvage_reading.h"

enum found salvage_step(struct salvage *salvage, sqlite3_stmt *statement, struct error *why)
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

enum found salvage_look_up(struct salvage *salvage, enum store_statement which, int64_t number,
                           sqlite3_stmt **statement, struct error *why)
{
    *statement = store_prepare(salvage->from, which, NULL);
    if (*statement == NULL) {
        salvage->counts->unreadable++;
        return FOUND_DAMAGE;
    }
    sqlite3_reset(*statement);
    sqlite3_bind_int64(*statement, 1, number);
    return salvage_step(salvage, *statement, why);
}

bool salvage_each_row(struct salvage *salvage, const char *select, const char *order,
                      take_row *take, void *context, struct error *why)
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
        while (good && (found = salvage_step(salvage, statement, why)) == FOUND_ROW)
            good = take(salvage, statement, context, why);
        sqlite3_finalize(statement);
        if (!good || found == FOUND_FAULT)
            return false;
    }
    return true;
}
