// One item with its calls, as `vqagen show DIR --item` has it.
#include "case.h"

#include "expect.h"
#include "show_item.h"
#include "store_reading.h"

#include <cjson/cJSON.h>

static int64_t admit(struct store *store, const char *id, int64_t place)
{
    struct stored_item item = {0};
    struct digest digest = digest_of(id, strlen(id));
    expect(store_admit_item(store, id, place, &digest, &item, &why));
    return item.number;
}

static struct call reply(const char *key, enum call_step step, int64_t when_ms, char *text)
{
    static char finish[] = "stop", model[] = "m-2", endpoint[] = "here";
    return (struct call){.key = digest_of(key, strlen(key)),
                         .step = step,
                         .try_number = 1,
                         .replied = true,
                         .text = text,
                         .finish = finish,
                         .model = model,
                         .endpoint = endpoint,
                         .http_status = 200,
                         .input_tokens = 700,
                         .cached_tokens = 512,
                         .output_tokens = 9,
                         .reasoning_tokens = -1,
                         .cache_write_tokens = -1,
                         .image_tokens = 85,
                         .image_estimated = true,
                         .cost_nano = 120000,
                         .attempts = 2,
                         .latency_ms = 412,
                         .first_token_ms = -1,
                         .when_ms = when_ms};
}

// "done": a reply with two lines, and an answer that came before it. "lost": a fault without any
// token count. "open": nothing.
static int fill(void **state)
{
    if (case_enter(state) != 0)
        return 1;
    static char first[] = "{\"answer\":\n\"red\"}\n", second[] = "thinking", third[] = "<html>",
                kind[] = "server_error", words[] = "it broke", options[] = "blue, green";
    struct error fault = {0};
    struct store *store = store_open("run", &fault);
    if (store == NULL)
        fail_msg("%s", fault.message);
    int64_t done = admit(store, "done", 0), lost = admit(store, "lost", 1);
    admit(store, "open", 2);
    struct call later = reply("b", STEP_OPTIONS, 1792000002000, options);
    struct call answer = reply("a", STEP_ANSWER, 1792000001000, first);
    answer.repeat = 1;
    answer.reasoning = second;
    struct call failed = reply("c", STEP_ANSWER, 1792000001000, third);
    failed.replied = false;
    failed.kind = kind;
    failed.message = words;
    failed.finish = failed.model = NULL;
    failed.http_status = 500;
    failed.attempts = 1;
    failed.round = 3;
    failed.input_tokens = failed.cached_tokens = failed.output_tokens = -1;
    failed.image_tokens = failed.cost_nano = -1;
    expect(store_begin(store, &why));
    expect(store_add_call(store, done, &later, &why));
    expect(store_add_call(store, done, &answer, &why));
    expect(store_add_call(store, lost, &failed, &why));
    expect(store_finish_item(store, done, ITEM_ACCEPTED, NULL, "counting",
                             "{\"id\":\"done\",\"n\":12345678901}", &why));
    expect(store_finish_item(store, lost, ITEM_UNKNOWN, "server_error", NULL,
                             "{\"id\":\"lost\",\"kind\":\"server_error\"}", &why));
    expect(store_commit(store, &why));
    store_close(store);
    return 0;
}

static const char *shown(const char *id, bool json)
{
    static struct buffer out;
    struct error why = {0};
    buffer_clear(&out);
    buffer_init(&out, 1 << 20);
    struct store *store = store_open_reading("run", &why);
    if (store == NULL || !show_item(store, id, json, &out, &why))
        fail_msg("%s", why.message);
    store_close(store);
    return buffer_text(&out);
}

// Each of them after the one before.
static void in_order(const char *text, const char *const *words, size_t count)
{
    const char *at = text;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, words[i]);
        if (found == NULL)
            fail_msg("\"%s\" is not there, or too early:\n%s", words[i], text);
        at = found + strlen(words[i]);
    }
}

static void people_see_calls_in_the_order_of_time(void **state)
{
    (void)state;
    static const char *const words[] = {
        "done: accepted\n",
        "\"id\":\t\"done\"",
        "\n2 stored calls\n",
        "\nanswer, try 1, repeat 1  2026-10-14T17:46:41Z\n",
        "  m-2 at here, 412 ms, 2 requests, HTTP 200, finish stop\n",
        "  tokens 700 in, 9 out, image about 85, $0.00012\n",
        "  reasoning:\n    thinking\n",
        "  reply:\n    {\"answer\":\n    \"red\"}\n",
        "\noptions, try 1  2026-10-14T17:46:42Z\n",
        "  reply:\n    blue, green\n",
    };
    in_order(shown("done", false), words, sizeof words / sizeof *words);
}

static void a_fault_is_told_with_what_came_of_it(void **state)
{
    (void)state;
    static const char *const words[] = {
        "lost: unknown\n",
        "\"kind\":\t\"server_error\"",
        "\n1 stored call\n",
        "\nanswer, try 1, round 3  ",
        "  ? at here, 412 ms, 1 request, HTTP 500\n",
        "  fault server_error: it broke\n",
        "  it began:\n    <html>\n",
    };
    const char *text = shown("lost", false);
    in_order(text, words, sizeof words / sizeof *words);
    assert_null(strstr(text, "tokens"));
}

static void an_open_item_has_no_line(void **state)
{
    (void)state;
    assert_string_equal(
        shown("open", false),
        "open: open\n\n0 stored calls; the image's draft lies with its first item\n");
    cJSON *root = cJSON_Parse(shown("open", true));
    assert_non_null(root);
    assert_string_equal(cJSON_GetObjectItem(root, "state")->valuestring, "open");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(root, "record")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(root, "calls")), 0);
    cJSON_Delete(root);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    if (value == NULL)
        fail_msg("\"%s\" is missing", name);
    return value;
}

static void programs_get_all_of_a_call(void **state)
{
    (void)state;
    const char *text = shown("done", true);
    assert_non_null(strstr(text, "\"record\":{\"id\":\"done\",\"n\":12345678901}")); // as it stands
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    const cJSON *call = cJSON_GetArrayItem(member(root, "calls"), 0);
    char key[DIGEST_HEX + 1];
    struct digest digest = digest_of("a", 1);
    digest_hex(&digest, key);
    assert_string_equal(member(call, "key")->valuestring, key);
    assert_string_equal(member(call, "step")->valuestring, "answer");
    assert_string_equal(member(call, "when")->valuestring, "2026-10-14T17:46:41Z");
    assert_string_equal(member(call, "text")->valuestring, "{\"answer\":\n\"red\"}\n");
    assert_string_equal(member(call, "reasoning")->valuestring, "thinking");
    static const struct {
        const char *name;
        double value;
    } numbers[] = {{"try", 1},           {"repeat", 1},          {"round", 0},
                   {"requests", 2},      {"latency_ms", 412},    {"input_tokens", 700},
                   {"output_tokens", 9}, {"cached_tokens", 512}, {"image_tokens", 85},
                   {"http_status", 200}, {"cost_usd", 0.00012}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (member(call, numbers[i].name)->valuedouble != numbers[i].value)
            fail_msg("%s: %g", numbers[i].name, member(call, numbers[i].name)->valuedouble);
    assert_true(cJSON_IsTrue(member(call, "image_estimated")));
    assert_true(cJSON_IsNull(member(call, "fault")));
    assert_true(cJSON_IsNull(member(call, "reasoning_tokens"))); // not said
    cJSON_Delete(root);
    root = cJSON_Parse(shown("lost", true));
    call = cJSON_GetArrayItem(member(root, "calls"), 0);
    assert_string_equal(member(call, "fault")->valuestring, "server_error");
    assert_string_equal(member(call, "message")->valuestring, "it broke");
    assert_true(cJSON_IsNull(member(call, "cost_usd")));
    assert_true(cJSON_IsNull(member(call, "input_tokens")));
    cJSON_Delete(root);
}

static void no_such_item_is_refused(void **state)
{
    (void)state;
    struct error why = {0};
    struct buffer out;
    buffer_init(&out, 1 << 10);
    struct store *store = store_open_reading("run", &why);
    assert_non_null(store);
    assert_false(show_item(store, "nobody", false, &out, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, "no item is called nobody"));
    assert_int_equal(out.length, 0);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_see_calls_in_the_order_of_time),
        cmocka_unit_test(a_fault_is_told_with_what_came_of_it),
        cmocka_unit_test(an_open_item_has_no_line),
        cmocka_unit_test(programs_get_all_of_a_call),
        cmocka_unit_test(no_such_item_is_refused),
    };
    return cmocka_run_group_tests(tests, fill, case_leave);
}
