#include "failures.h"

#include "json.h"
#include "store.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/vqagen-failures-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"run.db", "run.db-wal", "run.db-shm", "run.lock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

struct failed {
    enum item_state state;
    const char *line; // of failures.jsonl
};

static void fill(const struct failed *list, size_t count, size_t open)
{
    struct error why = {0};
    struct store *store = store_open(folder, &why);
    assert_non_null(store);
    assert_true(store_begin(store, &why));
    for (size_t i = 0; i < count + open; i++) {
        char id[24];
        struct stored_item item;
        struct digest digest = digest_of("x", 1);
        snprintf(id, sizeof id, "i%zu", i);
        assert_true(store_admit_item(store, id, (int64_t)i, &digest, &item, &why));
        if (i < count)
            assert_true(store_finish_item(store, item.number, list[i].state, "kind", NULL,
                                          list[i].line, &why));
    }
    assert_true(store_commit(store, &why));
    store_close(store);
}

static cJSON *explain(const char *stopped_by, struct diagnosis *diagnosis)
{
    struct error why = {0};
    *diagnosis = (struct diagnosis){0};
    if (!failures_explain(folder, stopped_by, diagnosis, &why))
        fail_msg("%s", why.message);
    cJSON *groups = json_parse(diagnosis->groups, strlen(diagnosis->groups), NULL);
    assert_true(cJSON_IsArray(groups));
    return groups;
}

#define LINE(id, kind, status, message, when)                                                      \
    "{\"id\":\"" id "\",\"stage\":\"answer\",\"kind\":\"" kind "\",\"http_status\":" status        \
    ",\"message\":\"" message "\",\"when\":\"2026-11-22T0" when ":00:00Z\"}"

static void groups_by_kind_and_shape(void **state)
{
    (void)state;
    static const struct failed list[] = {
        {ITEM_UNKNOWN, LINE("i0", "bad_request", "400", "field 12 is \\\"a\\\"", "3")},
        {ITEM_UNKNOWN, LINE("i1", "bad_request", "400", "field 7 is \\\"bb\\\"", "1")},
        {ITEM_UNKNOWN, LINE("i2", "bad_request", "400", "another matter", "2")},
        {ITEM_REJECTED, LINE("i3", "answer.empty", "null", "reason one", "2")},
        {ITEM_REJECTED, LINE("i4", "answer.empty", "null", "reason two", "2")},
        {ITEM_REJECTED, LINE("i5", "answer.empty", "null", "reason three", "5")},
        {ITEM_ACCEPTED, "{}"},
        {ITEM_UNKNOWN, LINE("i7", "rate_limited", "429",
                            "slow down; Lower --concurrency if this keeps happening.", "4")},
    };
    fill(list, sizeof list / sizeof *list, 0);
    struct diagnosis diagnosis;
    cJSON *groups = explain(NULL, &diagnosis);
    assert_int_equal(cJSON_GetArraySize(groups), 4);
    const cJSON *rules = cJSON_GetArrayItem(groups, 0), *first = cJSON_GetArrayItem(groups, 1);
    assert_int_equal(json_integer(rules, "count", 0), 3);
    assert_string_equal(json_text(rules, "verdict"), "rejected");
    assert_string_equal(json_text(rules, "cause"), "rules_refused");
    assert_int_equal(json_integer(first, "count", 0), 2);
    assert_string_equal(json_text(first, "since"), "2026-11-22T01:00:00Z");
    assert_string_equal(json_text(first, "until"), "2026-11-22T03:00:00Z");
    assert_int_equal(cJSON_GetArraySize(json_member(first, "examples")), 2);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, groups) if (strcmp(json_text(entry, "kind"), "rate_limited") == 0)
    {
        assert_string_equal(json_text(entry, "message"), "slow down");
        assert_string_equal(json_text(entry, "cause"), "rate_limited");
    }
    // A fault of calls is named before what the rules refused, though there is less of it.
    assert_string_equal(diagnosis.kind, "bad_request");
    assert_int_equal(diagnosis.verdict, VERDICT_NOT_UNDERSTOOD);
    assert_non_null(strstr(diagnosis.fix, "--replay i0"));
    cJSON_Delete(groups);
    diagnosis_clear(&diagnosis);
}

static void nothing_failed(void **state)
{
    (void)state;
    fill(NULL, 0, 2);
    struct diagnosis diagnosis;
    cJSON *groups = explain(NULL, &diagnosis);
    assert_int_equal(cJSON_GetArraySize(groups), 0);
    assert_int_equal(diagnosis.verdict, VERDICT_HEALTHY);
    assert_non_null(strstr(diagnosis.detail, "2 are open"));
    cJSON_Delete(groups);
    diagnosis_clear(&diagnosis);
}

static void what_stopped_the_run_comes_first(void **state)
{
    (void)state;
    static const struct failed list[] = {
        {ITEM_UNKNOWN, LINE("i0", "bad_request", "400", "x", "3")}};
    fill(list, 1, 5);
    struct diagnosis diagnosis;
    cJSON *groups = explain("the endpoint refuses every call (no_money, HTTP 402): Insufficient "
                            "Balance; Top up the account or raise its spend limit, then run again.",
                            &diagnosis);
    assert_int_equal(diagnosis.cause, CAUSE_no_money);
    assert_string_equal(diagnosis.kind, "no_money");
    assert_non_null(strstr(diagnosis.detail, "5 items open"));
    cJSON_Delete(groups);
    diagnosis_clear(&diagnosis);
}

// Ten thousand different messages do not make ten thousand groups, and no item is lost.
static void groups_are_bounded(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    static char lines[COUNT][300];
    static struct failed list[COUNT];
    for (int i = 0; i < COUNT; i++) {
        snprintf(lines[i], sizeof lines[i],
                 "{\"id\":\"i%d\",\"kind\":\"bad_request\",\"http_status\":400,"
                 "\"message\":\"word%c%c\",\"when\":\"2026-11-22T00:00:00Z\"}",
                 i, 'a' + i % 26, 'a' + i / 26);
        list[i] = (struct failed){ITEM_UNKNOWN, lines[i]};
    }
    fill(list, COUNT, 0);
    struct diagnosis diagnosis;
    cJSON *groups = explain(NULL, &diagnosis);
    long long sum = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, groups) sum += json_integer(entry, "count", 0);
    assert_int_equal(sum, COUNT);
    assert_true(cJSON_GetArraySize(groups) <= 60);
    cJSON_Delete(groups);
    diagnosis_clear(&diagnosis);
}

static void there_must_be_a_run(void **state)
{
    (void)state;
    struct error why = {0};
    struct diagnosis diagnosis = {0};
    assert_false(failures_explain(folder, NULL, &diagnosis, &why));
    assert_int_equal(why.kind, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_by_kind_and_shape, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(nothing_failed, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_stopped_the_run_comes_first, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(groups_are_bounded, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(there_must_be_a_run, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
