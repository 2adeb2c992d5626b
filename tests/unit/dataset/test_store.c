#include "stored.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void expect_refusal(const char *directory, enum error_kind kind, const char *words)
{
    struct error why = {0};
    struct store *store = store_open(directory, &why);
    if (store != NULL)
        fail_msg("%s was opened", directory);
    assert_int_equal(why.kind, kind);
    if (strstr(why.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.message, words);
}

static void change_database(const char *directory, const char *sql)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(in_scratch(directory, "run.db"), &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void makes_its_folder_and_goes_on(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    const char *directory = in_scratch(scratch, "a/b");
    struct store *store = open_store(directory);
    expect(store_begin(store, &why));
    struct stored_item item = admit(store, "x", 0, "f");
    assert_int_equal(item.number, 1);
    assert_int_equal(item.state, ITEM_OPEN);
    finish(store, item.number, ITEM_ACCEPTED, NULL, "{}");
    store_close(store); // commits what is open

    directory = in_scratch(scratch, "a/b");
    assert_int_equal(access(in_scratch(directory, "run.db-wal"), F_OK), -1);
    store = open_store(directory);
    item = admit(store, "x", 0, "f");
    assert_int_equal(item.number, 1);
    assert_int_equal(item.state, ITEM_ACCEPTED);
    expect_lines(store, ITEM_ACCEPTED, 0, 1, "{}\n");
    store_close(store);
    store_close(NULL);
    remove_scratch(scratch);
}

static void refuses_a_second_run(void **state)
{
    (void)state;
    char *scratch = make_scratch(), words[64];
    struct store *store = open_store(scratch);
    snprintf(words, sizeof words, "process %ld", (long)getpid());
    expect_refusal(scratch, ERR_USAGE, words);
    store_close(store);
    store_close(open_store(scratch));
    remove_scratch(scratch);
}

static void refuses_what_is_no_store(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    put_text(in_scratch(scratch, "run.db"),
             "this is a letter that someone keeps under the name of run.db, and no database of any "
             "kind at all, though it is longer than the hundred bytes of a header");
    expect_refusal(scratch, ERR_DISK, "not an SQLite database");
    assert_int_equal(unlink(in_scratch(scratch, "run.db")), 0);
    change_database(scratch, "CREATE TABLE mine (a)");
    expect_refusal(scratch, ERR_DISK, "another program");
    assert_int_equal(unlink(in_scratch(scratch, "run.db")), 0);
    assert_int_equal(mkdir(in_scratch(scratch, "run.db"), 0777), 0);
    expect_refusal(scratch, ERR_DISK, "cannot be opened");
    put_text(in_scratch(scratch, "file"), "");
    expect_refusal(in_scratch(scratch, "file"), ERR_DISK, "not a folder");
    remove_scratch(scratch);
}

static void refuses_other_versions(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    store_close(open_store(scratch));
    change_database(scratch, "PRAGMA user_version = 99");
    expect_refusal(scratch, ERR_DISK, "newer");
    change_database(scratch, "PRAGMA user_version = 0");
    expect_refusal(scratch, ERR_DISK, "older");
    remove_scratch(scratch);
}

// A store that was being made when the process was killed has no tables yet.
static void makes_an_empty_database_into_a_store(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    change_database(scratch, "PRAGMA journal_mode = WAL");
    struct store *store = open_store(scratch);
    admit(store, "x", 0, "f");
    store_close(store);
    remove_scratch(scratch);
}

static void names_damage(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    expect(store_begin(store, &why));
    for (int i = 0; i < 1000; i++) {
        char id[32];
        snprintf(id, sizeof id, "item-%d", i);
        admit(store, id, i, "f");
    }
    store_close(store);
    // All pages behind the first become noise; the header stays.
    int file = open(in_scratch(scratch, "run.db"), O_RDWR);
    assert_true(file >= 0);
    char noise[8192];
    memset(noise, 0x5a, sizeof noise);
    struct stat facts;
    assert_int_equal(fstat(file, &facts), 0);
    for (off_t at = 8192; at < facts.st_size; at += 8192)
        assert_int_equal(pwrite(file, noise, sizeof noise, at), sizeof noise);
    close(file);
    expect_refusal(scratch, ERR_DISK, "damaged");
    remove_scratch(scratch);
}

// Runs work in a child process and gives its exit code.
static int in_child(int (*work)(const char *directory), const char *directory)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(work(directory));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int open_without_rights(const char *directory)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 2;
    struct error why = {0};
    if (store_open(directory, &why) != NULL || why.kind != ERR_DISK)
        return 3;
    return strstr(why.message, "Permission denied") != NULL ||
                   strstr(why.message, "read-only") != NULL
               ? 0
               : 4;
}

static void names_missing_rights(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    assert_int_equal(chmod(scratch, 0555), 0);
    assert_int_equal(in_child(open_without_rights, scratch), 0);
    assert_int_equal(chmod(scratch, 0755), 0);
    store_close(open_store(scratch));
    // Now the lock can be taken, and the database cannot be written.
    assert_int_equal(chmod(in_scratch(scratch, "run.lock"), 0666), 0);
    assert_int_equal(chmod(in_scratch(scratch, "run.db"), 0444), 0);
    assert_int_equal(chmod(scratch, 0555), 0);
    assert_int_equal(in_child(open_without_rights, scratch), 0);
    assert_int_equal(chmod(scratch, 0755), 0);
    remove_scratch(scratch);
}

// A limit on file sizes stands for a full disk: the write fails at a place that the test chooses.
static int fill_disk(const char *directory)
{
    signal(SIGXFSZ, SIG_IGN);
    struct error why = {0};
    struct store *store = store_open(directory, &why);
    if (store == NULL)
        return 2;
    struct rlimit limit = {400000, 400000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 3;
    static char text[2000];
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 1000; i++) {
        char id[32];
        snprintf(id, sizeof id, "item-%d", i);
        struct digest fingerprint = digest_of("f", 1);
        struct stored_item item;
        struct call call = make_call(id, text);
        if (store_begin(store, &why) && store_admit_item(store, id, i, &fingerprint, &item, &why) &&
            store_add_call(store, item.number, &call, &why) && store_commit(store, &why))
            continue;
        if (why.kind != ERR_DISK || strstr(why.message, "the disk is full") == NULL) {
            print_error("%s\n", why.message);
            return 4;
        }
        // What failed is not counted, and the store can still be closed.
        struct store_totals totals;
        store_commit(store, NULL);
        if (!store_totals(store, &totals, &why) || totals.calls != i)
            return 5;
        FILE *count = fopen(in_scratch(directory, "count"), "we");
        if (count == NULL || fprintf(count, "%d", i) < 0 || fclose(count) != 0)
            return 6;
        store_close(store);
        return 0;
    }
    return 7;
}

static int read_count(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    int count = -1;
    assert_int_equal(fscanf(file, "%d", &count), 1);
    fclose(file);
    return count;
}

static void names_a_full_disk_and_loses_nothing(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    assert_int_equal(in_child(fill_disk, scratch), 0);
    int count = read_count(in_scratch(scratch, "count"));
    assert_true(count > 0);
    struct store *store = open_store(scratch);
    struct store_totals totals;
    expect(store_totals(store, &totals, &why));
    assert_int_equal(totals.calls, count);
    store_close(store);
    remove_scratch(scratch);
}

// Commits calls one by one and says after each, through a pipe, how many there are.
static void commit_until_killed(const char *directory, int out)
{
    struct store *store = open_store(directory);
    char text[500];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (uint32_t i = 0;; i++) {
        char id[32];
        snprintf(id, sizeof id, "item-%u", i);
        expect(store_begin(store, &why));
        struct stored_item item = admit(store, id, i, "f");
        struct call call = make_call(id, text);
        expect(store_add_call(store, item.number, &call, &why));
        finish(store, item.number, ITEM_ACCEPTED, NULL, id);
        expect(store_commit(store, &why));
        uint32_t count = i + 1;
        if (write(out, &count, sizeof count) != sizeof count)
            _exit(1);
    }
}

static void keeps_what_was_committed_before_a_kill(void **state)
{
    (void)state;
    // Kills at different ages, some of them within checkpoints.
    static const uint32_t ages[] = {1, 2, 50, 777, 2500};
    for (size_t k = 0; k < sizeof ages / sizeof ages[0]; k++) {
        char *scratch = make_scratch();
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(ends[0]);
            commit_until_killed(scratch, ends[1]);
        }
        close(ends[1]);
        uint32_t told = 0;
        while (told < ages[k])
            assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
        kill(child, SIGKILL);
        uint32_t later;
        while (read(ends[0], &later, sizeof later) == sizeof later)
            told = later;
        close(ends[0]);
        assert_int_equal(waitpid(child, NULL, 0), child);

        struct store *store = open_store(scratch);
        struct store_totals totals;
        expect(store_totals(store, &totals, &why));
        // The last commit may have been kept and not told of.
        assert_in_range(totals.calls, told, told + 1);
        for (long long i = 0; i < totals.calls; i++) {
            char id[32];
            snprintf(id, sizeof id, "item-%lld", i);
            struct stored_item item = admit(store, id, i, "f");
            assert_int_equal(item.state, ITEM_ACCEPTED);
            struct call *calls;
            size_t count;
            expect(store_load_calls(store, item.number, &calls, &count, &why));
            assert_int_equal(count, 1);
            assert_int_equal(strlen(calls[0].text), 499);
            call_clear(&calls[0]);
            free(calls);
        }
        store_close(store);
        remove_scratch(scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_its_folder_and_goes_on),
        cmocka_unit_test(refuses_a_second_run),
        cmocka_unit_test(refuses_what_is_no_store),
        cmocka_unit_test(refuses_other_versions),
        cmocka_unit_test(makes_an_empty_database_into_a_store),
        cmocka_unit_test(names_damage),
        cmocka_unit_test(names_missing_rights),
        cmocka_unit_test(names_a_full_disk_and_loses_nothing),
        cmocka_unit_test(keeps_what_was_committed_before_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
