#include "case.h"

#include "checkpoint.h"

#include <sqlite3.h>
#include <sys/stat.h>

struct writer {
    sqlite3 *database;
    struct checkpointer *checkpointer;
    int most_pages;
};

static int tell(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    struct writer *writer = context;
    if (pages > writer->most_pages)
        writer->most_pages = pages;
    checkpointer_tell(writer->checkpointer, pages);
    return SQLITE_OK;
}

static void write_rows(struct writer *writer, int rows)
{
    for (int i = 0; i < rows; i++)
        assert_int_equal(sqlite3_exec(writer->database, "INSERT INTO t VALUES (randomblob(20000))",
                                      NULL, NULL, NULL),
                         SQLITE_OK);
}

// An owner who writes without a pause: the log stays near its limit, whatever the threads' speeds.
static void keeps_the_log_short(void **state)
{
    (void)state;
    enum { LIMIT = 3000 };
    char *scratch = make_scratch();
    const char *path = in_scratch(scratch, "t.db");
    struct writer writer = {0};
    struct error why = {0};
    assert_int_equal(sqlite3_open(path, &writer.database), SQLITE_OK);
    sqlite3_busy_timeout(writer.database, 60000);
    assert_int_equal(sqlite3_exec(writer.database,
                                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                                  "PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    writer.checkpointer = checkpointer_start(path, LIMIT, &why);
    assert_non_null(writer.checkpointer);
    sqlite3_wal_hook(writer.database, tell, &writer);
    // 60,000 pages in all; without checkpoints the log would hold every one of them.
    write_rows(&writer, 10000);
    checkpointer_stop(writer.checkpointer);
    if (writer.most_pages > 10 * LIMIT)
        fail_msg("the log had %d pages, the limit is %d", writer.most_pages, LIMIT);
    sqlite3_close(writer.database);
    remove_scratch(scratch);
}

static void outlives_a_database_that_is_not_there(void **state)
{
    (void)state;
    struct error why = {0};
    struct checkpointer *checkpointer = checkpointer_start("/nowhere/t.db", 10, &why);
    assert_non_null(checkpointer);
    checkpointer_tell(checkpointer, 5000);
    checkpointer_tell(checkpointer, 10000);
    checkpointer_stop(checkpointer);
    checkpointer_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_log_short),
        cmocka_unit_test(outlives_a_database_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
