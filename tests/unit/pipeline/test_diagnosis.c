#include "diagnosis.h"

#include "json.h"
#include "secret.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static char lines[4096];

static void keep(void *context, const char *line)
{
    (void)context;
    strncat(lines, line, sizeof lines - strlen(lines) - 2);
    strcat(lines, "\n");
}

static void tells_and_writes(void **state)
{
    (void)state;
    static const char key[] = "sk-secret-0123456789abcdef";
    struct diagnosis diagnosis = {.tell = keep, .calls = 3};
    struct fault fault = {.kind = "key_wrong", .fix = "", .http_status = 401};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    secret_register(key);
    snprintf(fault.message, sizeof fault.message, "no such key: %s", key);
    diagnosis_add(&diagnosis, RUNG_TCP, RUNG_PASSED, "host:1", "open");
    diagnosis_step(&diagnosis, "tried \"%s\"", key);
    diagnosis_step(&diagnosis, "and again");
    diagnosis_add(&diagnosis, RUNG_KEY, RUNG_BROKEN, NULL, key);
    diagnosis_blame(&diagnosis, CAUSE_key_wrong, &fault, NULL, "Set another key.");
    assert_non_null(strstr(lines, "ok     connection: host:1 -> open\n"));
    assert_non_null(strstr(lines, "BROKEN key -> "));
    assert_null(strstr(lines, key));

    diagnosis_write_json(&diagnosis, &out);
    assert_null(strstr(buffer_text(&out), key));
    cJSON *json = json_parse(out.data, out.length, NULL);
    assert_non_null(json);
    assert_string_equal(json_text(json, "verdict"), "diagnosed");
    assert_string_equal(json_text(json, "cause"), "key_wrong");
    assert_string_equal(json_text(json, "kind"), "key_wrong");
    assert_string_equal(json_text(json, "fix"), "Set another key.");
    assert_int_equal(json_integer(json, "calls", -1), 3);
    const cJSON *rungs = json_member(json, "rungs");
    assert_int_equal(cJSON_GetArraySize(rungs), 2);
    assert_string_equal(json_text(cJSON_GetArrayItem(rungs, 1), "result"), "broken");
    assert_int_equal(cJSON_GetArraySize(json_member(json, "steps")), 2);
    cJSON_Delete(json);

    buffer_empty(&out);
    diagnosis_write_verdict(&diagnosis, &out);
    assert_non_null(strstr(buffer_text(&out), "Verdict: diagnosed (key_wrong, kind key_wrong). "));
    assert_non_null(strstr(buffer_text(&out), "Fix: Set another key.\n"));
    buffer_clear(&out);
    diagnosis_clear(&diagnosis);
}

static void verdicts_follow_causes(void **state)
{
    (void)state;
    struct diagnosis diagnosis = {0};
    diagnosis_blame(&diagnosis, CAUSE_none, NULL, NULL, NULL);
    assert_int_equal(diagnosis.verdict, VERDICT_HEALTHY);
    diagnosis_blame(&diagnosis, CAUSE_unexplained, NULL, NULL, NULL);
    assert_int_equal(diagnosis.verdict, VERDICT_NOT_UNDERSTOOD);
    diagnosis_blame(&diagnosis, CAUSE_dns, NULL, NULL, NULL);
    assert_int_equal(diagnosis.verdict, VERDICT_DIAGNOSED);
    assert_string_equal(diagnosis.fix, cause_at(CAUSE_dns)->fix);
    diagnosis_clear(&diagnosis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_and_writes),
        cmocka_unit_test(verdicts_follow_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
