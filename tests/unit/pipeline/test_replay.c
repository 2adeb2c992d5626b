#include "replay.h"

#include "run_world.h"

#include "base64.h"
#include "json.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The wall clock that the run reads: it goes on by so much from one look to the next, unless it is
// the machine's.
static atomic_bool own_clock;
static _Atomic int64_t own_ms, own_step_ms;

int clock_gettime(clockid_t which, struct timespec *now)
{
    if (which != CLOCK_REALTIME || !own_clock)
        return (int)syscall(SYS_clock_gettime, which, now);
    int64_t ms = atomic_fetch_add(&own_ms, own_step_ms);
    *now = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    return 0;
}

static const char *const draft = "{\"questions\":[{\"slot\":1,\"topic\":\"visual_recognition\","
                                 "\"question\":\"What colour is the first square?\"},"
                                 "{\"slot\":2,\"topic\":\"visual_recognition\","
                                 "\"question\":\"What colour is the second square?\"}]}";
static const char *const good_answer = "{\"answer\":\"red\",\"explanation\":\"it is\"}";

// What the server says; set between runs.
static struct script {
    const char *draft, *first, *second; // replies; NULL: refused as below
    const char *finish;                 // of the answers
    const char *status, *words;
    bool refuses_temperature;
} script;

static bool say(int socket, const char *text, const char *finish)
{
    struct buffer body;
    buffer_init(&body, 100000);
    buffer_append_text(&body, "{\"choices\":[{\"message\":{");
    json_write_string_field(&body, "content", text);
    buffer_append_format(&body,
                         "},\"finish_reason\":\"%s\"}],\"usage\":{\"prompt_tokens\":7,"
                         "\"completion_tokens\":2}}",
                         finish);
    loopback_reply(socket, "200 OK", "Content-Type: application/json\r\n", buffer_text(&body));
    buffer_clear(&body);
    return true;
}

static bool refuse(int socket, const char *status, const char *words)
{
    char body[500];
    snprintf(body, sizeof body, "{\"error\":{\"message\":\"%s\"}}", words);
    loopback_reply(socket, status, "Content-Type: application/json\r\n", body);
    return true;
}

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    (void)server;
    if (script.refuses_temperature && strstr(request->body, "\"temperature\"") != NULL)
        return refuse(socket, "400 Bad Request",
                      "Unsupported parameter: 'temperature' is not supported with this model.");
    const char *text = strstr(request->body, "second square") != NULL  ? script.second
                       : strstr(request->body, "first square") != NULL ? script.first
                                                                       : script.draft;
    if (text == NULL)
        return refuse(socket, script.status, script.words);
    return say(socket, text, text == script.draft ? "stop" : script.finish);
}

static struct run_world world;
static struct diagnosis diagnosis;

static int set_up(void **state)
{
    (void)state;
    script = (struct script){.draft = draft,
                             .first = good_answer,
                             .second = good_answer,
                             .finish = "stop",
                             .status = "400 Bad Request",
                             .words = "no"};
    run_world_open(&world, answer);
    diagnosis = (struct diagnosis){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    diagnosis_clear(&diagnosis);
    run_world_close(&world);
    return 0;
}

static void run(void)
{
    struct error why = {0};
    struct run_summary summary;
    if (!run_generate(&world.settings, &summary, &why))
        fail_msg("%s", why.message);
}

static bool try_replay(const char *id, struct error *why)
{
    const struct replay_settings settings = {
        .run = &world.settings,
        .client = {.timeout_ms = 20000, .connect_timeout_ms = 5000, .max_reply_bytes = 1 << 20},
        .id = id,
        .most_calls = LADDER_MOST_CALLS};
    unsigned before = world.server->requests;
    bool good = replay_call(&settings, &diagnosis, why);
    assert_int_equal(world.server->requests - before, diagnosis.calls);
    return good;
}

static void replay(const char *id, enum cause_id cause)
{
    struct error why = {0};
    diagnosis_clear(&diagnosis);
    diagnosis = (struct diagnosis){0};
    if (!try_replay(id, &why))
        fail_msg("%s", why.message);
    if (diagnosis.cause != cause)
        fail_msg("%s in place of %s: %s", cause_at(diagnosis.cause)->name, cause_at(cause)->name,
                 diagnosis.detail);
}

static void expect_tried(const char *words)
{
    assert_int_equal(diagnosis.rungs[diagnosis.rung_count - 1].id, RUNG_REPLAY);
    const char *tried = diagnosis.rungs[diagnosis.rung_count - 1].tried;
    if (strstr(tried, words) == NULL)
        fail_msg("\"%s\" has no \"%s\"", tried, words);
}

static void expect_refused(const char *id, enum error_kind kind, const char *words)
{
    struct error why = {0};
    assert_false(try_replay(id, &why));
    assert_int_equal(why.kind, kind);
    if (strstr(why.message, words) == NULL)
        fail_msg("\"%s\" has no \"%s\"", why.message, words);
}

static void a_call_that_passes_by_now_says_so(void **state)
{
    (void)state;
    script.second = NULL;
    run();
    script.second = good_answer;
    replay("a.jpg#2", CAUSE_passed_meanwhile);
    expect_tried("answer of a.jpg#2, try 1");
    assert_int_equal(diagnosis.calls, 1);
    expect_refused("a.jpg#1", ERR_INPUT, "was accepted");
    expect_refused("a.jpg#3", ERR_INPUT, "no item 'a.jpg#3'");
}

static void a_rejected_items_last_call_is_sent(void **state)
{
    (void)state;
    world.settings.tries = 2;
    script.second = "{\"answer\":\"I cannot tell\",\"explanation\":\"\"}";
    run();
    replay("a.jpg#2", CAUSE_passed_meanwhile);
    expect_tried("answer of a.jpg#2, try 2");
}

// The image's draft lies with the calls of its first item, whose answer came later.
static void an_item_without_a_question_sends_the_draft(void **state)
{
    (void)state;
    script.draft = "{\"questions\":[{\"slot\":1,\"topic\":\"visual_recognition\",\"question\":"
                   "\"What colour is the first square?\"},{\"slot\":2,\"declined\":true}]}";
    run();
    replay("a.jpg#2", CAUSE_passed_meanwhile);
    expect_tried("draft of");
}

static void refused_and_empty_replies_are_told_apart(void **state)
{
    (void)state;
    script.first = "";
    script.second = "I am sorry, but no.";
    run();
    replay("a.jpg#1", CAUSE_reply_empty);
    script.finish = "content_filter";
    replay("a.jpg#2", CAUSE_content_filtered);
}

// A millisecond may hold a whole item, and a clock may be set back.
static void the_last_call_is_not_told_by_its_time_alone(void **state)
{
    (void)state;
    static const int64_t steps_ms[] = {0, -1000};
    script.first = "";
    script.second = "";
    for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
        own_ms = INT64_C(1792000000000);
        own_step_ms = steps_ms[i];
        own_clock = true;
        remove_scratch(strdup(world.directory));
        run();
        own_clock = false;
        replay("a.jpg#1", CAUSE_reply_empty);
        replay("a.jpg#2", CAUSE_reply_empty);
    }
}

// As a run does, which would otherwise not have met the fault that it met.
static void what_a_refusal_teaches_is_learned(void **state)
{
    (void)state;
    script.first = NULL;
    run();
    script.first = good_answer;
    script.refuses_temperature = true;
    replay("a.jpg#1", CAUSE_passed_meanwhile);
    assert_int_equal(diagnosis.calls, 2);
    assert_non_null(strstr(diagnosis.steps, "learned, as a run does"));
}

static void a_fault_of_the_account_is_not_searched_for(void **state)
{
    (void)state;
    script.first = NULL;
    run();
    script.status = "401 Unauthorized";
    script.words = "Incorrect API key provided";
    replay("a.jpg#1", CAUSE_key_missing);
    assert_int_equal(diagnosis.calls, 1);
}

// Each round of --retry leaves a failed call; the last round's is the one that counts.
static void an_item_that_failed_in_many_rounds_is_found(void **state)
{
    (void)state;
    script.first = NULL;
    run();
    world.settings.retry_what = RETRY_UNKNOWN;
    for (int round = 0; round < 6; round++)
        run();
    replay("a.jpg#1", CAUSE_unexplained);
}

// What failed once and then got an answer is no longer why the item is rejected.
static void failures_of_earlier_rounds_are_past(void **state)
{
    (void)state;
    script.first = NULL;
    run();
    script.first = "{\"answer\":\"I cannot tell\",\"explanation\":\"\"}";
    world.settings.retry_what = RETRY_UNKNOWN;
    run();
    replay("a.jpg#1", CAUSE_passed_meanwhile);
    expect_tried("answer of a.jpg#1");
}

static void the_first_items_failures_are_its_own(void **state)
{
    (void)state;
    world.settings.repeat = 6;
    script.first = script.second = NULL;
    run();
    replay("a.jpg#2", CAUSE_unexplained);
    expect_tried("answer of a.jpg#2");
}

static void a_failed_draft_is_found_from_each_item(void **state)
{
    (void)state;
    script.draft = NULL;
    run();
    script.draft = draft;
    replay("a.jpg#1", CAUSE_passed_meanwhile);
    expect_tried("draft of");
    replay("a.jpg#2", CAUSE_passed_meanwhile);
    expect_tried("draft of");
}

// The run stopped before: what it would have sent next is sent.
static void an_item_without_calls_sends_its_first(void **state)
{
    (void)state;
    struct error why = {0};
    struct run_summary summary;
    script.draft = NULL;
    script.status = "401 Unauthorized";
    script.words = "Incorrect API key provided";
    assert_false(run_generate(&world.settings, &summary, &why));
    script.draft = draft;
    replay("a.jpg#2", CAUSE_passed_meanwhile);
    expect_tried("draft of");
}

static void another_image_or_other_settings_are_another_call(void **state)
{
    (void)state;
    script.first = NULL;
    run();
    world.settings.answer_temperature = 0.3;
    expect_refused("a.jpg#1", ERR_INPUT, "no longer those of the run");
    world.settings.answer_temperature = 0.2;
    struct error why = {0};
    struct sight picture;
    assert_true(sight_make(&picture, 2, 2, &why));
    put_file(in_scratch(world.input, "a.jpg"), picture.jpeg.data, picture.jpeg.length);
    sight_clear(&picture);
    expect_refused("a.jpg#1", ERR_INPUT, "no longer those of the run");
    put_text(in_scratch(world.input, "a.jpg"), "\xff\xd8\xff no picture");
    expect_refused("a.jpg#1", ERR_IMAGE, "the image of a.jpg#1");
    assert_int_equal(world.server->requests, 3); // of the run: nothing else was sent
}

static void an_input_that_is_gone_is_named(void **state)
{
    (void)state;
    script.second = NULL;
    run();
    world.settings.per_image = 1;
    expect_refused("a.jpg#2", ERR_INPUT, "make no item 'a.jpg#2'");
    world.settings.per_image = 2;
    world.settings.input = "-";
    expect_refused("a.jpg#2", ERR_INPUT, "standard input");
    world.settings.input = world.input;
    remove(in_scratch(world.input, "a.jpg"));
    put_text(in_scratch(world.input, "b.jpg"), "\xff\xd8\xff");
    expect_refused("a.jpg#2", ERR_INPUT, "has no record 'a.jpg#2'");
    world.settings.input = in_scratch(world.folder, "elsewhere");
    expect_refused("a.jpg#2", ERR_INPUT, "the input of the run");
}

// An image without a file of the input's own was kept, and is found there.
static void an_image_of_a_record_is_the_kept_one(void **state)
{
    (void)state;
    struct error why = {0};
    struct sight picture;
    struct buffer record;
    buffer_init(&record, 1 << 20);
    assert_true(sight_make(&picture, 1, 1, &why));
    buffer_append_text(&record, "{\"id\":\"q\",\"question\":\"What colour is the first square?\","
                                "\"image\":\"data:image/jpeg;base64,");
    assert_true(base64_encode(picture.jpeg.data, picture.jpeg.length, &record));
    buffer_append_text(&record, "\"}\n");
    put_text(in_scratch(world.folder, "q.jsonl"), buffer_text(&record));
    buffer_clear(&record);
    sight_clear(&picture);
    char *input = strdup(in_scratch(world.folder, "q.jsonl"));
    world.settings.input = input;
    script.first = NULL;
    run();
    script.first = good_answer;
    replay("q", CAUSE_passed_meanwhile);
    free(input);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_call_that_passes_by_now_says_so),
        TEST(a_rejected_items_last_call_is_sent),
        TEST(an_item_without_a_question_sends_the_draft),
        TEST(refused_and_empty_replies_are_told_apart),
        TEST(the_last_call_is_not_told_by_its_time_alone),
        TEST(what_a_refusal_teaches_is_learned),
        TEST(a_fault_of_the_account_is_not_searched_for),
        TEST(an_item_that_failed_in_many_rounds_is_found),
        TEST(failures_of_earlier_rounds_are_past),
        TEST(the_first_items_failures_are_its_own),
        TEST(a_failed_draft_is_found_from_each_item),
        TEST(an_item_without_calls_sends_its_first),
        TEST(another_image_or_other_settings_are_another_call),
        TEST(an_input_that_is_gone_is_named),
        TEST(an_image_of_a_record_is_the_kept_one),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
