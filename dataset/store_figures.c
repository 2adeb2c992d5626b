// The figures of images, by the digest of their bytes: what screening judges by.
#include "store_private.h"

#include <string.h>

bool store_find_figures(struct store *store, const struct digest *digest,
                        struct stored_figures *figures)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_FIND_FIGURES, NULL);
    if (statement == NULL)
        return false;
    sqlite3_bind_blob(statement, 1, digest->bytes, DIGEST_BYTES, SQLITE_STATIC);
    bool found = store_step(store, statement, "read", NULL) == 1 &&
                 sqlite3_column_bytes(statement, 4) == sizeof figures->look;
    if (found) {
        figures->shorter_px = (unsigned)sqlite3_column_int64(statement, 0);
        figures->contrast = (unsigned)sqlite3_column_int64(statement, 1);
        figures->blur = sqlite3_column_double(statement, 2);
        figures->detail = (unsigned)sqlite3_column_int64(statement, 3);
        memcpy(figures->look, sqlite3_column_blob(statement, 4), sizeof figures->look);
    }
    sqlite3_reset(statement);
    return found;
}

bool store_put_figures(struct store *store, const struct digest *digest,
                       const struct stored_figures *figures, struct error *why)
{
    sqlite3_stmt *statement = store_prepare(store, SQL_PUT_FIGURES, why);
    if (statement == NULL)
        return false;
    sqlite3_bind_blob(statement, 1, digest->bytes, DIGEST_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, figures->shorter_px);
    sqlite3_bind_int64(statement, 3, figures->contrast);
    sqlite3_bind_double(statement, 4, figures->blur);
    sqlite3_bind_int64(statement, 5, figures->detail);
    sqlite3_bind_blob(statement, 6, figures->look, sizeof figures->look, SQLITE_STATIC);
    return store_run(store, statement, "write", why);
}
