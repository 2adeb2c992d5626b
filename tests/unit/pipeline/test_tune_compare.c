// Earlier results read and put side by side.
#include "unit.h"

#include "file.h"
#include "tune_compare.h"
#include "tune_json.h"
#include "tune_sample.h"

#include <stdlib.h>
#include <unistd.h>

struct folder {
    char path[64];      // removed at the end
    char names[2][100]; // two directories in it, with a result each
};

static void write_file(const char *directory, const char *text)
{
    char path[200];
    struct error why = {0};
    snprintf(path, sizeof path, "%s/tune.json", directory);
    if (!file_write(path, text, strlen(text), &why))
        fail_msg("%s", why.message);
}

static int make_folder(void **state)
{
    static struct folder folder;
    static struct tune_result result;
    struct error why = {0};
    strcpy(folder.path, "/tmp/vqagen-compare-XXXXXX");
    if (mkdtemp(folder.path) == NULL)
        return -1;
    for (int i = 0; i < 2; i++) {
        struct buffer text;
        strcpy(folder.names[i], folder.path);
        strcat(folder.names[i], i == 0 ? "/run0/" : "/run1");
        if (!file_make_directory(folder.names[i], &why))
            return -1;
        sample_result(&result, i == 0 ? 37 : 8, 310);
        buffer_init(&text, 1 << 20);
        tune_json_write(&result, &text);
        write_file(folder.names[i], buffer_text(&text));
        buffer_clear(&text);
    }
    *state = &folder;
    return 0;
}

static int remove_folder(void **state)
{
    const struct folder *folder = *state;
    for (int i = 0; i < 2; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/tune.json", folder->names[i]);
        unlink(path);
        rmdir(folder->names[i]);
    }
    return rmdir(folder->path);
}

static void results_are_called_by_their_directories(void **state)
{
    const struct folder *folder = *state;
    const char *directories[] = {folder->names[0], folder->names[1]};
    struct buffer table, page, json;
    struct error why = {0};
    buffer_init(&table, 1 << 20);
    buffer_init(&page, 1 << 24);
    buffer_init(&json, 1 << 20);
    if (!tune_compare(directories, 2, &table, &page, &json, &why))
        fail_msg("%s", why.message);
    assert_non_null(strstr(buffer_text(&table), "                       run0 "));
    assert_non_null(strstr(buffer_text(&table), " run1\n"));
    assert_null(strstr(buffer_text(&table), folder->path));
    assert_non_null(strstr(buffer_text(&page), "<summary>run0</summary>"));
    assert_ptr_equal(strstr(buffer_text(&json), "[{\"name\":\"run0\",\"result\":{"),
                     buffer_text(&json));
    assert_non_null(strstr(buffer_text(&json), "},{\"name\":\"run1\",\"result\":{"));
    assert_true(tune_compare(directories, 1, NULL, NULL, NULL, &why));
    buffer_clear(&table);
    buffer_clear(&page);
    buffer_clear(&json);
}

static void what_cannot_be_read_is_named(void **state)
{
    const struct folder *folder = *state;
    const char *directories[] = {folder->names[0], "/nonexistent/run", folder->names[1]};
    struct buffer table;
    struct error why = {0};
    buffer_init(&table, 1 << 20);
    assert_false(tune_compare(directories, 2, &table, NULL, NULL, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, "/nonexistent/run/tune.json"));
    assert_int_equal(table.length, 0);
    error_clear(&why);
    write_file(folder->names[1], "{\"vqagen_tune\":1}");
    directories[1] = folder->names[1];
    assert_false(tune_compare(directories, 2, &table, NULL, NULL, &why));
    assert_int_equal(why.kind, ERR_RECORD);
    assert_non_null(strstr(why.message, "run1/tune.json"));
    error_clear(&why);
    assert_false(tune_compare(directories, 0, &table, NULL, NULL, &why));
    assert_int_equal(why.kind, ERR_USAGE);
    error_clear(&why);
    assert_false(tune_compare(directories, 65, &table, NULL, NULL, &why));
    assert_non_null(strstr(why.message, "65 results to compare; name 1 to 64"));
    buffer_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(results_are_called_by_their_directories, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_named, make_folder, remove_folder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
