// The settings of the dataset in DIR, and the digests of files.
#include "store_private.h"

#include <string.h>

static bool compare_settings(struct store *store, const struct store_setting *settings,
                             size_t count, struct buffer *differences, bool *any,
                             struct error *why);
static bool write_settings(struct store *store, const struct store_setting *settings, size_t count,
                           bool clears, struct error *why);
static bool were_lost(struct store *store);

// A store without a single reply takes any settings: a mistyped model, or a request that the
// endpoint refused, is no reason for another DIR.
bool store_check_settings(struct store *store, const struct store_setting *settings, size_t count,
                          struct error *why)
{
    struct buffer differences;
    buffer_init(&differences, 700);
    bool any = false;
    bool good = compare_settings(store, settings, count, &differences, &any, why);
    if (good && any && store->totals.replies == 0)
        good = write_settings(store, settings, count, true, why);
    else if (good && any && were_lost(store))
        good = write_settings(store, settings, count, false, why);
    else if (good && any)
        good = error_set(why, ERR_SETTINGS,
                         "%s holds a dataset made with other settings: %s; give another -o DIR, "
                         "or the old values",
                         store->directory, buffer_text(&differences));
    buffer_clear(&differences);
    return good;
}

// What failed under the old settings, without a reply, may well do under the new ones.
static bool clear_work(struct store *store, struct error *why)
{
    static const enum store_statement all[] = {SQL_CLEAR_ITEMS,   SQL_CLEAR_LINES,
                                               SQL_CLEAR_CALLS,   SQL_CLEAR_FIGURES,
                                               SQL_CLEAR_OUTPUTS, SQL_CLEAR_STRETCHES};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        sqlite3_stmt *statement = store_prepare(store, all[i], why);
        if (statement == NULL || !store_run(store, statement, "write", why))
            return false;
    }
    store->totals.calls = store->totals.faults = 0; // requests were sent all the same
    store->totals_changed = true;
    return true;
}

// Salvage found none in a damaged store. All its items are open, and replies to calls that were
// made with other settings stay where they are, unused.
static bool were_lost(struct store *store)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_READ_SETTINGS, NULL);
    bool lost = statement != NULL && store_step(store, statement, "read", NULL) == 1 &&
                sqlite3_column_text(statement, 0) != NULL &&
                strcmp((const char *)sqlite3_column_text(statement, 0), STORE_SETTINGS_LOST) == 0;
    if (statement != NULL)
        sqlite3_reset(statement);
    return lost;
}

static bool write_settings(struct store *store, const struct store_setting *settings, size_t count,
                           bool clears, struct error *why)
{
    bool own = !store->in_transaction;
    if (own && !store_begin(store, why))
        return false;
    sqlite3_stmt *clear = store_prepare(store, SQL_CLEAR_SETTINGS, why);
    sqlite3_stmt *put = store_prepare(store, SQL_PUT_SETTING, why);
    bool good = clear != NULL && put != NULL && store_run(store, clear, "write", why) &&
                (!clears || clear_work(store, why));
    for (size_t i = 0; good && i < count; i++) {
        sqlite3_bind_text(put, 1, settings[i].name, -1, SQLITE_STATIC);
        sqlite3_bind_text(put, 2, settings[i].value != NULL ? settings[i].value : "", -1,
                          SQLITE_STATIC);
        good = store_run(store, put, "write", why);
    }
    return (!own || store_commit(store, why)) && good;
}

static const struct store_setting *find_setting(const struct store_setting *settings, size_t count,
                                                const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
    return NULL;
}

// A value in a message: short, with what was left out marked. Texts that differ only further on
// still read differently when their lengths do.
static void add_difference(struct buffer *out, const char *name, const char *was, const char *is)
{
    enum { SHOWN = 60 };
    if (out->length > 0)
        buffer_append_text(out, ", ");
    buffer_append_format(out, "%s was ", name);
    const char *values[] = {was, is};
    for (int i = 0; i < 2; i++) {
        const char *value = values[i];
        if (i == 1)
            buffer_append_text(out, " and is now ");
        if (value == NULL)
            buffer_append_text(out, "not set");
        else if (strlen(value) <= SHOWN)
            buffer_append_format(out, "\"%s\"", value);
        else
            buffer_append_format(out, "\"%.*s...\" (%zu bytes)", SHOWN, value, strlen(value));
    }
}

static bool compare_settings(struct store *store, const struct store_setting *settings,
                             size_t count, struct buffer *differences, bool *any, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_READ_SETTINGS, why);
    if (statement == NULL)
        return false;
    size_t met = 0;
    int got;
    while ((got = store_step(store, statement, "read", why)) == 1) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        const char *was = (const char *)sqlite3_column_text(statement, 1);
        if (name == NULL || was == NULL || !sqlite3_column_int(statement, 2)) {
            sqlite3_reset(statement);
            return store_damaged(store, "a setting is not as it was written", why);
        }
        const struct store_setting *setting = find_setting(settings, count, name);
        met += setting != NULL;
        const char *is = setting == NULL ? NULL : setting->value != NULL ? setting->value : "";
        if (is == NULL || strcmp(was, is) != 0) {
            *any = true;
            add_difference(differences, name, was, is);
        }
    }
    if (got < 0 || met == count)
        return got == 0;
    // Settings that the store does not know yet.
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        while ((got = store_step(store, statement, "read", why)) == 1)
            known = known ||
                    strcmp((const char *)sqlite3_column_text(statement, 0), settings[i].name) == 0;
        if (got < 0)
            return false;
        if (!known) {
            *any = true;
            add_difference(differences, settings[i].name, NULL,
                           settings[i].value != NULL ? settings[i].value : "");
        }
    }
    return true;
}

bool store_find_digest(struct store *store, const char *path, int64_t size, int64_t changed_ns,
                       struct digest *digest)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_FIND_FILE, NULL);
    if (statement == NULL)
        return false;
    sqlite3_bind_blob(statement, 1, path, (int)strlen(path), SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, size);
    sqlite3_bind_int64(statement, 3, changed_ns);
    bool found = store_step(store, statement, "read", NULL) == 1;
    if (found && sqlite3_column_bytes(statement, 0) == DIGEST_BYTES)
        memcpy(digest->bytes, sqlite3_column_blob(statement, 0), DIGEST_BYTES);
    else
        found = false;
    sqlite3_reset(statement);
    return found;
}

bool store_put_digest(struct store *store, const char *path, int64_t size, int64_t changed_ns,
                      const struct digest *digest, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_PUT_FILE, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_blob(statement, 1, path, (int)strlen(path), SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, size);
    sqlite3_bind_int64(statement, 3, changed_ns);
    sqlite3_bind_blob(statement, 4, digest->bytes, DIGEST_BYTES, SQLITE_STATIC);
    return store_run(store, statement, "write", why);
}
