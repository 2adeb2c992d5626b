#include "vision.h"

#include "../client/loopback.h"
#include "../dataset/stored.h"
#include "log.h"
#include "random.h"
#include "sight.h"
#include "spending.h"

enum { PICTURES = 4, CHANCE = 42 };

// What the server says to each request in turn, the last one again and again; NULL: refused.
static const char *replies[8];
static const char *status, *words;
static bool streamed; // a request asked for a stream
static int counted;   // tokens of the prompt and the picture, as the server tells

static const char invented[] = "red, green, blue, yellow, black"; // of none of the pictures
static const char blind[] = "There is no image attached.";
static const char unclear[] = "I would rather talk about the weather.";

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    char body[500];
    unsigned turn = server->requests - 1;
    const char *text = replies[0];
    for (unsigned i = 1; i <= turn && i < 8 && replies[i] != NULL; i++)
        text = replies[i];
    streamed |= strstr(request->body, "\"stream\":true") != NULL;
    if (words != NULL && strstr(request->body, words) != NULL) {
        snprintf(body, sizeof body,
                 "{\"error\":{\"message\":\"Unsupported parameter: '%s' is not supported with this "
                 "model. Use 'max_completion_tokens' instead.\",\"param\":\"%s\"}}",
                 words, words);
        loopback_reply(socket, "400 Bad Request", "Content-Type: application/json\r\n", body);
    } else if (status != NULL) {
        loopback_reply(socket, status, "", "{\"error\":{\"message\":\"no\"}}");
    } else {
        snprintf(body, sizeof body,
                 "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
                 "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":2}}",
                 text, counted);
        loopback_reply(socket, "200 OK", "Content-Type: application/json\r\n", body);
    }
    return true;
}

static struct loopback *server;
static char *scratch, base[100], shown[PICTURES][80];
static struct run_settings settings;
static struct run *run;
static const struct price price = {
    .input = 1, .cached = -1, .cache_write = -1, .output = 2, .date = "", .source = ""};

// The pictures that a run shows which draws by CHANCE: two for each endpoint.
static void look_ahead(void)
{
    uint64_t state = CHANCE;
    for (unsigned i = 0; i < PICTURES; i++) {
        struct sight sight;
        expect(sight_make(&sight, random_next(&state), i % 2, &why));
        memcpy(shown[i], sight.expected, sizeof shown[i]);
        sight_clear(&sight);
        assert_string_not_equal(shown[i], invented);
    }
}

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_QUIET);
    memset(replies, 0, sizeof replies);
    status = words = NULL;
    streamed = false;
    counted = 7;
    server = loopback_start(answer);
    snprintf(base, sizeof base, "http://127.0.0.1:%d/v1", server->port);
    scratch = make_scratch();
    settings = (struct run_settings){
        .upstreams = {{.endpoint = {.base_url = base, .model = "m"}, .weight = 1}},
        .upstream_count = 1,
        .timeout_ms = 20000,
        .connect_timeout_ms = 5000,
        .max_reply_bytes = 1 << 20,
        .max_tokens = 100,
        .max_cost = -1,
        .probe = PROBE_ALWAYS};
    run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->settings = &settings;
    run->jitter = CHANCE;
    run->store = open_store(scratch);
    look_ahead();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(run->store);
    upstreams_clear(&run->upstreams);
    free(run);
    loopback_stop(server);
    remove_scratch(scratch);
    return 0;
}

// As a run opens it; an address of one's own is made one of a provider's.
static void open_run(bool local)
{
    expect(upstreams_init(&run->upstreams, settings.upstreams, settings.upstream_count, &why));
    for (size_t i = 0; i < run->upstreams.count; i++) {
        run->upstreams.list[i].endpoint.local = local;
        run->upstreams.list[i].price = &price;
    }
    expect(spending_open(run, &why));
}

static bool is_remembered(size_t upstream)
{
    const struct upstream *at = &run->upstreams.list[upstream];
    return store_find_probe(run->store, at->name, at->endpoint.model);
}

static void expect_refused(enum error_kind kind, const char *const *told)
{
    struct error why = {0};
    assert_false(vision_check(run, &why));
    assert_int_equal(why.kind, kind);
    for (; *told != NULL; told++)
        if (strstr(why.message, *told) == NULL)
            fail_msg("\"%s\" has no \"%s\"", why.message, *told);
}

static long long cost_kept(void)
{
    struct store_totals totals;
    expect(store_totals(run->store, &totals, &why));
    return totals.other_nano;
}

static void who_sees_is_asked_once_and_remembered(void **state)
{
    (void)state;
    settings.probe = PROBE_AUTO;
    replies[0] = shown[0];
    open_run(false);
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 1);
    assert_true(is_remembered(0));
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 1);
    run->jitter = CHANCE;
    settings.probe = PROBE_ALWAYS; // whatever is remembered
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 2);
}

static void who_need_not_be_asked_is_not(void **state)
{
    (void)state;
    settings.probe = PROBE_AUTO;
    replies[0] = blind;
    open_run(true); // known to whoever set it up
    expect(vision_check(run, &why));
    settings.probe = PROBE_NEVER;
    run->upstreams.list[0].endpoint.local = false;
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 0);
}

static void a_lone_slip_is_forgiven(void **state)
{
    (void)state;
    replies[0] = invented;
    replies[1] = shown[1];
    open_run(false);
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 2);
    assert_true(is_remembered(0));
}

static void who_invents_twice_is_refused(void **state)
{
    (void)state;
    replies[0] = invented;
    open_run(false);
    expect_refused(ERR_SETTINGS,
                   (const char *const[]){"does not see the image, and invents", invented, shown[1],
                                         "m at 127.0.0.1", "--probe never", NULL});
    assert_int_equal(server->requests, 2);
    assert_false(is_remembered(0));
    assert_int_equal(cost_kept(), 2 * 11000); // paid all the same
}

static void who_sees_no_image_is_refused(void **state)
{
    (void)state;
    replies[0] = invented;
    replies[1] = blind;
    open_run(false);
    expect_refused(ERR_SETTINGS, (const char *const[]){"says that there is no image", blind, NULL});
}

static void what_says_nothing_is_no_verdict(void **state)
{
    (void)state;
    replies[0] = unclear;
    counted = 300;
    open_run(false);
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 1);
    assert_false(is_remembered(0)); // the next run asks again
}

static void who_counts_no_picture_and_names_no_colour_invents(void **state)
{
    (void)state;
    replies[0] = unclear;
    counted = 45;
    open_run(false);
    expect_refused(ERR_SETTINGS, (const char *const[]){"invents an answer", unclear, NULL});
    assert_int_equal(server->requests, 2);
    // A reply without text, as when thoughts used up the tokens, tells nothing.
    replies[0] = "";
    expect(vision_check(run, &why));
}

// Whether an endpoint answers at all is the run's to judge.
static void a_fault_is_no_verdict(void **state)
{
    (void)state;
    static const char *const statuses[] = {"500 Internal Server Error", "401 Unauthorized",
                                           "429 Too Many Requests"};
    replies[0] = shown[0];
    open_run(false);
    for (unsigned i = 0; i < 3; i++) {
        status = statuses[i];
        expect(vision_check(run, &why));
        assert_int_equal(server->requests, i + 1);
    }
    assert_false(is_remembered(0));
    assert_int_equal(cost_kept(), 0);
    assert_int_equal(run->budget.reserved_nano, 0);
}

static void what_is_learned_stays_with_the_endpoint(void **state)
{
    (void)state;
    settings.upstreams[0].endpoint.stream = true;
    replies[0] = shown[0];
    words = "max_tokens";
    open_run(false);
    struct endpoint_lessons *lessons = &run->upstreams.list[0].endpoint.lessons;
    assert_true(lessons->stream);
    assert_false(lessons->max_completion_tokens);
    expect(vision_check(run, &why));
    assert_int_equal(server->requests, 2);
    assert_true(is_remembered(0)); // the same picture, shown again
    assert_true(lessons->max_completion_tokens);
    assert_true(lessons->stream);
    assert_false(streamed); // the probe itself needs none
}

static void its_cost_counts(void **state)
{
    (void)state;
    replies[0] = shown[0];
    open_run(false);
    expect(vision_check(run, &why));
    assert_int_equal(cost_kept(), 7 * 1000 + 2 * 2000);
    assert_int_equal(run->budget.spent_nano, 11000);
    assert_int_equal(run->budget.unkept_nano, 0);
}

static void a_budget_without_room_for_it_ends_the_run(void **state)
{
    (void)state;
    settings.max_cost = 0.00001;
    replies[0] = shown[0];
    open_run(false);
    expect_refused(ERR_STOPPED, (const char *const[]){"--max-cost", NULL});
    assert_int_equal(server->requests, 0);
}

static void each_endpoint_is_asked(void **state)
{
    (void)state;
    settings.upstreams[1] = settings.upstreams[0];
    settings.upstreams[1].endpoint.model = "second";
    settings.upstream_count = 2;
    replies[0] = shown[0];
    replies[1] = blind;
    open_run(false);
    expect_refused(ERR_SETTINGS, (const char *const[]){"second at 127.0.0.1", NULL});
    assert_int_equal(server->requests, 3);
    assert_true(is_remembered(0));
    assert_false(is_remembered(1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_sees_is_asked_once_and_remembered),
        TEST(who_need_not_be_asked_is_not),
        TEST(a_lone_slip_is_forgiven),
        TEST(who_invents_twice_is_refused),
        TEST(who_sees_no_image_is_refused),
        TEST(what_says_nothing_is_no_verdict),
        TEST(who_counts_no_picture_and_names_no_colour_invents),
        TEST(a_fault_is_no_verdict),
        TEST(what_is_learned_stays_with_the_endpoint),
        TEST(its_cost_counts),
        TEST(a_budget_without_room_for_it_ends_the_run),
        TEST(each_endpoint_is_asked),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
