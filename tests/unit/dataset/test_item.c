#include "case.h"

#include "item.h"

static const struct item_check checks[] = {{"options.distinct", "pass"}, {"answer.short", "given"}};
static char red[] = "red", quoted[] = "\"green\"\n";
static char *const options[] = {red, quoted};

static void writes_a_multiple_choice_item(void **state)
{
    (void)state;
    struct digest key;
    memset(&key, 0xab, sizeof key);
    struct item_record item = {.id = "a/é.jpg",
                               .image = "a/é.jpg",
                               .image_sha256 = "00ff",
                               .topic = "concept",
                               .type = QUESTION_MULTIPLE_CHOICE,
                               .question = "Which colour?",
                               .claim = "[A] is red",
                               .prefilled = "{\"[A]\":\"cup\"}",
                               .options = options,
                               .option_count = 2,
                               .correct = 1,
                               .answer_text = quoted,
                               .explanation = NULL,
                               .checks = checks,
                               .check_count = 2,
                               .agreement = 0.75,
                               .repeats = 4,
                               .endpoint = "builtin",
                               .provider = "openai",
                               .model = "m",
                               .seed = UINT64_MAX,
                               .prompt_version = "1",
                               .call_keys = &key,
                               .call_count = 1,
                               .input_tokens = 12,
                               .output_tokens = -1};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    item_write_accepted(&item, &out);
    assert_string_equal(
        buffer_text(&out),
        "{\"id\":\"a/é.jpg\",\"image\":\"a/é.jpg\",\"image_sha256\":\"00ff\",\"topic\":\"concept\","
        "\"question_type\":\"multiple_choice\",\"question\":\"Which colour?\","
        "\"full_question\":\"Which colour?\\nA. red\\nB. \\\"green\\\"\\n\","
        "\"claim\":\"[A] is red\",\"prefilled_values\":{\"[A]\":\"cup\"},"
        "\"options\":{\"A\":\"red\",\"B\":\"\\\"green\\\"\\n\"},\"answer\":\"B\","
        "\"answer_text\":\"\\\"green\\\"\\n\",\"correct_option\":\"\\\"green\\\"\\n\","
        "\"explanation\":null,\"status\":\"accepted\","
        "\"checks\":{\"options.distinct\":\"pass\",\"answer.short\":\"given\"},"
        "\"provenance\":{\"endpoint\":\"builtin\",\"provider\":\"openai\",\"model\":\"m\","
        "\"seed\":18446744073709551615,\"prompt_version\":\"1\",\"calls\":["
        "\"abababababababababababababababababababababababababababababababab\"],"
        "\"repeats\":4,\"agreement\":0.75},"
        "\"usage\":{\"input_tokens\":12,\"output_tokens\":null}}");
    buffer_clear(&out);
}

static void writes_a_fill_in_item(void **state)
{
    (void)state;
    struct item_record item = {.id = "1",
                               .image = "i",
                               .image_sha256 = "s",
                               .topic = "t",
                               .type = QUESTION_FILL_IN_BLANK,
                               .question = "It is ___.",
                               .answer_text = "red",
                               .explanation = "It looks so.",
                               .agreement = -1,
                               .repeats = 1,
                               .endpoint = "e",
                               .provider = "p",
                               .model = "m",
                               .prompt_version = "v",
                               .input_tokens = -1,
                               .output_tokens = 0};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    buffer_append_text(&out, "before ");
    item_write_accepted(&item, &out);
    assert_string_equal(
        buffer_text(&out),
        "before {\"id\":\"1\",\"image\":\"i\",\"image_sha256\":\"s\",\"topic\":\"t\","
        "\"question_type\":\"fill_in_blank\",\"question\":\"It is ___.\","
        "\"full_question\":\"It is ___.\",\"options\":{},\"answer\":\"red\","
        "\"answer_text\":\"red\",\"correct_option\":null,\"explanation\":\"It looks so.\","
        "\"status\":\"accepted\",\"checks\":{},\"provenance\":{\"endpoint\":\"e\","
        "\"provider\":\"p\",\"model\":\"m\",\"seed\":0,\"prompt_version\":\"v\",\"calls\":[],"
        "\"repeats\":1,\"agreement\":null},\"usage\":{\"input_tokens\":null,\"output_tokens\":0}}");
    buffer_clear(&out);
}

static void leaves_nothing_of_a_line_that_does_not_fit(void **state)
{
    (void)state;
    struct item_record item = {
        .id = "1", .image = "i", .question = "A long question", .model = "m"};
    for (size_t ceiling = 3; ceiling < 200; ceiling += 7) {
        struct buffer out;
        buffer_init(&out, ceiling);
        buffer_append_text(&out, "abc");
        item_write_accepted(&item, &out);
        assert_true(out.failed);
        assert_string_equal(buffer_text(&out), "abc");
        buffer_clear(&out);
    }
}

static void writes_a_failure(void **state)
{
    (void)state;
    char reply[3001];
    memset(reply, 'x', 3000);
    memcpy(reply + 1999, "é", 2); // the cut falls into it
    reply[3000] = '\0';
    struct item_failure failure = {.id = "line-3",
                                   .image = "a.png",
                                   .image_sha256 = "00ff",
                                   .stage = "answer",
                                   .verdict = "unknown",
                                   .kind = "rate_limited",
                                   .http_status = 429,
                                   .message = "too fast \xff",
                                   .attempts = 4,
                                   .reply = reply,
                                   .when_ms = 1792000000000,
                                   .line = 3};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    item_write_failed(&failure, &out);
    char expected[4096];
    snprintf(
        expected, sizeof expected,
        "{\"id\":\"line-3\",\"image\":\"a.png\",\"image_sha256\":\"00ff\",\"topic\":null,"
        "\"question\":null,\"stage\":\"answer\",\"verdict\":\"unknown\",\"kind\":\"rate_limited\","
        "\"http_status\":429,\"message\":\"too fast \xef\xbf\xbd\",\"attempts\":4,"
        "\"reply\":\"%.1999s\",\"when\":\"2026-10-14T17:46:40Z\",\"line\":3}",
        reply);
    assert_string_equal(buffer_text(&out), expected);
    buffer_empty(&out);
    failure = (struct item_failure){.id = "a",
                                    .image = "a",
                                    .stage = "image",
                                    .verdict = "rejected",
                                    .kind = "k",
                                    .message = "m"};
    item_write_failed(&failure, &out);
    assert_string_equal(
        buffer_text(&out),
        "{\"id\":\"a\",\"image\":\"a\",\"image_sha256\":null,\"topic\":null,"
        "\"question\":null,\"stage\":\"image\",\"verdict\":\"rejected\",\"kind\":\"k\","
        "\"http_status\":null,\"message\":\"m\",\"attempts\":0,\"reply\":null,"
        "\"when\":\"1970-01-01T00:00:00Z\"}");
    buffer_clear(&out);
}

static void expect_moved(const char *failed, uint64_t line, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 1 << 16);
    assert_int_equal(item_write_moved(failed, line, &out), expected != NULL);
    assert_string_equal(buffer_text(&out), expected != NULL ? expected : "");
    buffer_clear(&out);
}

static void a_failure_moves_with_its_record(void **state)
{
    (void)state;
    expect_moved("{\"id\":\"a\",\"line\":12}", 7, "{\"id\":\"a\",\"line\":7}");
    expect_moved("{\"id\":\"a\",\"line\":12}", 12, NULL);
    expect_moved("{\"id\":\"a\",\"attempts\":12}", 7, "{\"id\":\"a\",\"attempts\":12,\"line\":7}");
    expect_moved("{}", 7, NULL); // one that was too long to be written
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_multiple_choice_item),
        cmocka_unit_test(writes_a_fill_in_item),
        cmocka_unit_test(leaves_nothing_of_a_line_that_does_not_fit),
        cmocka_unit_test(writes_a_failure),
        cmocka_unit_test(a_failure_moves_with_its_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
