#include "log_file.h"

#include "buffer.h"
#include "file.h"
#include "json.h"
#include "secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/vqagen-log-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/run.log", folder);
    secret_register("sk-0123456789abcdefghij");
    log_set_level(LOG_QUIET);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

// The line of that number, parsed.
static cJSON *line_of(int number)
{
    struct buffer text;
    struct error why = {0};
    buffer_init(&text, 1 << 20);
    assert_true(file_read(path, &text, &why));
    char *line = text.data;
    for (; number > 0; number--)
        line = strchr(line, '\n') + 1;
    cJSON *json = json_parse(line, strcspn(line, "\n"), &why);
    if (json == NULL)
        fail_msg("%s: %s", why.message, line);
    buffer_clear(&text);
    return json;
}

static void test_lines(void **state)
{
    (void)state;
    struct error why = {0};
    char base64[2001];
    memset(base64, 'A', 2000);
    base64[2000] = '\0';
    assert_false(log_file_is_open());
    assert_false(log_wants(LOG_RETRY));
    log_note("nobody reads this");
    assert_true(log_file_open(path, &why));
    assert_true(log_wants(LOG_RETRY));
    log_warn("key sk-0123456789abcdefghij, image %s.", base64);
    log_detail("\"quoted\"\n");
    log_trace(&(struct log_event){.component = LOG_RETRY,
                                  .item = "q\"7",
                                  .call = "answer/1",
                                  .what = "waits",
                                  .fields = {{.name = "wait_ms", .number = 1834},
                                             {.name = "left_out", .text = ""},
                                             {.name = "message", .text = base64}}});
    log_file_close();
    assert_false(log_file_is_open());
    assert_true(log_file_open(path, &why)); // appends
    log_file_message("error", "the end");
    log_file_close();

    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    cJSON *json = line_of(0);
    assert_string_equal(json_text(json, "level"), "warning");
    assert_string_equal(json_text(json, "message"), "key sk-0...ghij, image AAAAAAAAAAAAAAAA....");
    const char *time = json_text(json, "time");
    assert_int_equal(strlen(time), strlen("2026-11-22T00:33:46.120Z"));
    assert_int_equal(time[19], '.');
    cJSON_Delete(json);
    json = line_of(1);
    assert_string_equal(json_text(json, "level"), "detail");
    assert_string_equal(json_text(json, "message"), "\"quoted\"\n");
    cJSON_Delete(json);
    json = line_of(2);
    assert_string_equal(json_text(json, "level"), "trace");
    assert_string_equal(json_text(json, "component"), "retry");
    assert_string_equal(json_text(json, "item"), "q\"7");
    assert_string_equal(json_text(json, "call"), "answer/1");
    assert_string_equal(json_text(json, "event"), "waits");
    assert_int_equal(json_integer(json, "wait_ms", 0), 1834);
    assert_null(json_member(json, "left_out"));
    assert_string_equal(json_text(json, "message"), "AAAAAAAAAAAAAAAA...");
    cJSON_Delete(json);
    json = line_of(3);
    assert_string_equal(json_text(json, "level"), "error");
    cJSON_Delete(json);
}

static void test_a_file_that_cannot_be(void **state)
{
    (void)state;
    struct error why = {0};
    assert_false(log_file_open("/nowhere/at/all.log", &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "/nowhere/at/all.log"));
    assert_false(log_file_is_open());
    log_file_message("note", "lost");
}

static void test_trace_names(void **state)
{
    (void)state;
    struct error why = {0};
    assert_true(log_set_trace(NULL, &why));
    assert_false(log_set_trace("client,retrys", &why));
    assert_int_equal(why.kind, ERR_USAGE);
    assert_non_null(strstr(why.message, "\"retrys\" is not one of client, retry, pace"));
    assert_true(log_set_trace("retry,pace", &why));
    assert_true(log_wants(LOG_RETRY));
    assert_true(log_wants(LOG_PACE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_a_file_that_cannot_be),
        cmocka_unit_test(test_trace_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
