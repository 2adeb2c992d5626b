// Every fault that the simulator has, read by the real client: what each provider says must be
// understood as what it is.
#include "excuses.h"

#include "client.h"
#include "fault_table.h"
#include "provider.h"
#include "reply_stream.h"
#include "simulation.h"

static void take_done(void *context, struct exchange *exchange)
{
    *(struct exchange **)context = exchange;
}

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\"}},"
    "\"required\":[\"answer\"],\"additionalProperties\":false}";

// What the client takes each kind for; PLAYER_COUNT stands for all providers that are not named
// above. "none" is an answer. A server that knows no key says of none what it says of a wrong one.
// clang-format off
static const struct {
    const char *kind;
    enum player_id player;
    const char *taken_for;
} expected[] = {
    {"key-missing", PLAYER_DEEPSEEK, "key_wrong"},
    {"key-missing", PLAYER_VLLM, "key_wrong"},
    {"key-missing", PLAYER_LLAMACPP, "key_wrong"},
    {"key-missing", PLAYER_COUNT, "key_missing"},
    {"key-wrong", PLAYER_COUNT, "key_wrong"},
    {"key-expired", PLAYER_COUNT, "key_wrong"},
    {"key-forbidden", PLAYER_COUNT, "key_forbidden"},
    {"key-organization", PLAYER_COUNT, "key_forbidden"},
    {"key-address", PLAYER_COUNT, "key_forbidden"},
    {"region", PLAYER_COUNT, "region"},
    {"region-host", PLAYER_COUNT, "region"},
    {"quota", PLAYER_GEMINI, "quota_exhausted"},
    {"quota", PLAYER_COUNT, "no_money"},
    {"billing", PLAYER_COUNT, "no_money"},
    {"spend-limit", PLAYER_COUNT, "no_money"},
    {"model-unknown", PLAYER_COUNT, "model_unknown"},
    {"model-forbidden", PLAYER_COUNT, "model_unknown"},
    {"no-channel", PLAYER_COUNT, "no_channel"},
    {"no-vision", PLAYER_COUNT, "no_vision"},
    {"context", PLAYER_COUNT, "context_exceeded"},
    {"cap", PLAYER_COUNT, "parameter_rejected"},
    {"parameter", PLAYER_COUNT, "parameter_rejected"},
    {"parameter-unknown", PLAYER_COUNT, "parameter_rejected"},
    {"no-temperature", PLAYER_COUNT, "parameter_rejected"},
    {"no-max-tokens", PLAYER_COUNT, "parameter_rejected"},
    {"no-structured", PLAYER_COUNT, "structured_rejected"},
    {"no-stream", PLAYER_COUNT, "parameter_rejected"},
    {"schema", PLAYER_COUNT, "structured_rejected"},
    {"json-word", PLAYER_COUNT, "structured_rejected"},
    {"json-invalid", PLAYER_COUNT, "bad_request"},
    {"body-size", PLAYER_COUNT, "body_too_large"},
    {"400", PLAYER_COUNT, "bad_request"},
    {"401", PLAYER_COUNT, "key_wrong"},
    {"402", PLAYER_COUNT, "no_money"},
    {"403", PLAYER_COUNT, "key_forbidden"},
    {"404", PLAYER_COUNT, "model_unknown"},
    {"405", PLAYER_COUNT, "method_wrong"},
    {"407", PLAYER_COUNT, "proxy"},
    {"408", PLAYER_COUNT, "timeout"},
    {"409", PLAYER_COUNT, "http_other"},
    {"413", PLAYER_COUNT, "body_too_large"},
    {"415", PLAYER_COUNT, "bad_request"},
    {"418", PLAYER_COUNT, "http_other"},
    {"422", PLAYER_COUNT, "unprocessable"},
    {"425", PLAYER_COUNT, "http_other"},
    {"image-bytes", PLAYER_COUNT, "image_too_large"},
    {"image-side", PLAYER_ALIBABA, "image_rejected"},
    {"image-side", PLAYER_COUNT, "image_too_large"},
    {"image-patches", PLAYER_COUNT, "image_too_large"},
    {"image-small", PLAYER_COUNT, "image_rejected"},
    {"image-broken", PLAYER_COUNT, "image_rejected"},
    {"image-format", PLAYER_COUNT, "image_rejected"},
    {"image-base64", PLAYER_COUNT, "image_rejected"},
    {"image-url", PLAYER_COUNT, "image_url_unreachable"},
    {"image-policy", PLAYER_COUNT, "content_filtered"},
    {"429", PLAYER_COUNT, "rate_limited"},
    {"rate-requests", PLAYER_COUNT, "rate_limited"},
    {"rate-tokens", PLAYER_COUNT, "rate_limited"},
    {"request-size", PLAYER_COUNT, "request_over_limit"},
    {"quota-day", PLAYER_COUNT, "quota_exhausted"},
    {"concurrency", PLAYER_VLLM, "overloaded"},
    {"concurrency", PLAYER_LLAMACPP, "overloaded"},
    {"concurrency", PLAYER_OLLAMA, "overloaded"},
    {"concurrency", PLAYER_COUNT, "rate_limited"},
    {"overloaded", PLAYER_COUNT, "overloaded"},
    {"slow-down", PLAYER_COUNT, "overloaded"},
    {"filter", PLAYER_COUNT, "content_filtered"},
    {"500", PLAYER_COUNT, "server_error"},
    {"501", PLAYER_COUNT, "not_supported"},
    {"502", PLAYER_COUNT, "gateway_error"},
    {"503", PLAYER_COUNT, "overloaded"},
    {"504", PLAYER_COUNT, "gateway_error"},
    {"529", PLAYER_COUNT, "overloaded"},
    {"stream-error", PLAYER_OPENAI, "overloaded"},
    {"stream-error", PLAYER_OPENROUTER, "gateway_error"},
    {"stream-error", PLAYER_ANTHROPIC, "overloaded"},
    {"stream-error", PLAYER_GEMINI, "overloaded"},
    {"stream-error", PLAYER_COUNT, "server_error"},
    {"error-in-200", PLAYER_ZHIPU, "not_found"},
    {"error-in-200", PLAYER_OPENROUTER, "rate_limited"},
    {"error-in-200", PLAYER_ANTHROPIC, "overloaded"},
    {"error-in-200", PLAYER_GEMINI, "overloaded"},
    {"error-in-200", PLAYER_COUNT, "server_error"},
    {"not-found", PLAYER_COUNT, "not_found"},
    {"not-found-html", PLAYER_COUNT, "not_found"},
    {"not-found-plain", PLAYER_COUNT, "not_found"},
    {"not-found-detail", PLAYER_COUNT, "not_found"},
    {"method", PLAYER_COUNT, "method_wrong"},
    {"redirect", PLAYER_COUNT, "redirected"},
    {"redirect-308", PLAYER_COUNT, "redirected"},
    {"https-port", PLAYER_COUNT, "redirected"},
    {"nginx-413", PLAYER_COUNT, "body_too_large"},
    {"nginx-502", PLAYER_COUNT, "gateway_error"},
    {"nginx-503", PLAYER_COUNT, "gateway_error"},
    {"nginx-504", PLAYER_COUNT, "gateway_error"},
    {"login-403", PLAYER_COUNT, "html_reply"},
    {"520", PLAYER_COUNT, "gateway_error"},
    {"521", PLAYER_COUNT, "gateway_error"},
    {"522", PLAYER_COUNT, "gateway_error"},
    {"524", PLAYER_COUNT, "gateway_error"},
    {"526", PLAYER_COUNT, "tls"},
    {"image-role", PLAYER_COUNT, "image_rejected"},
    {"prefix", PLAYER_COUNT, "bad_request"},
    {"last-role", PLAYER_COUNT, "bad_request"},
    {"key-check", PLAYER_COUNT, "key_forbidden"},
    {"key-locked", PLAYER_COUNT, "key_forbidden"},
    {"key-inactive", PLAYER_COUNT, "key_forbidden"},
    {"plan", PLAYER_COUNT, "key_forbidden"},
    {"model-call", PLAYER_COUNT, "model_unknown"},
    {"model-retired", PLAYER_COUNT, "model_unknown"},
    {"image-count", PLAYER_COUNT, "image_rejected"},
    {"quota-period", PLAYER_COUNT, "quota_exhausted"},
    {"model-busy", PLAYER_COUNT, "overloaded"},
    {"fair-use", PLAYER_COUNT, "quota_exhausted"},
    {"duplicate", PLAYER_COUNT, "rate_limited"},
    {"free-tier", PLAYER_COUNT, "no_money"},
    {"model-none", PLAYER_COUNT, "model_unknown"},
    {"no-images", PLAYER_COUNT, "no_vision"},
    {"image-domain", PLAYER_COUNT, "image_url_unreachable"},
    {"context-sum", PLAYER_COUNT, "parameter_rejected"},
    {"engine-dead", PLAYER_COUNT, "engine_dead"},
    {"batch", PLAYER_COUNT, "context_exceeded"},
    {"loading", PLAYER_COUNT, "model_loading"},
    {"key-revoked", PLAYER_COUNT, "key_wrong"},
    {"key-retention", PLAYER_COUNT, "key_forbidden"},
    {"tier-spend", PLAYER_COUNT, "no_money"},
    {"image-many", PLAYER_COUNT, "image_too_large"},
    {"image-type", PLAYER_COUNT, "image_rejected"},
    {"cap-required", PLAYER_COUNT, "parameter_rejected"},
    {"temperature-top-p", PLAYER_COUNT, "parameter_rejected"},
    {"temperature-thinking", PLAYER_COUNT, "parameter_rejected"},
    {"thinking", PLAYER_COUNT, "parameter_rejected"},
    {"prefill", PLAYER_COUNT, "bad_request"},
    {"roles", PLAYER_COUNT, "bad_request"},
    {"acceleration", PLAYER_COUNT, "rate_limited"},
    {"key-leaked", PLAYER_COUNT, "key_forbidden"},
    {"key-blocked", PLAYER_COUNT, "key_forbidden"},
    {"key-service", PLAYER_COUNT, "key_forbidden"},
    {"region-free", PLAYER_COUNT, "region"},
    {"schema-name", PLAYER_COUNT, "structured_rejected"},
    {"rate-no-delay", PLAYER_COUNT, "rate_limited"},
    {"quota-zero", PLAYER_COUNT, "quota_exhausted"},
    {"high-demand", PLAYER_COUNT, "overloaded"},
    {"reset", PLAYER_COUNT, "connection_reset"},
    {"cut", PLAYER_COUNT, "reply_cut"},
    {"html", PLAYER_COUNT, "html_reply"},
    {"wrong-json", PLAYER_COUNT, "reply_unreadable"},
    {"broken-json", PLAYER_COUNT, "reply_unreadable"},
    {"empty", PLAYER_COUNT, "none"},
    {"refusal", PLAYER_COUNT, "none"},
    {"filtered", PLAYER_COUNT, "none"},
    {"length", PLAYER_COUNT, "none"},
    {"think", PLAYER_COUNT, "none"},
    {"fence", PLAYER_COUNT, "none"},
    {"reasoning", PLAYER_COUNT, "none"},
    {"budget", PLAYER_COUNT, "none"},
    {"resources", PLAYER_OPENAI, "overloaded"},
    {"resources", PLAYER_COUNT, "none"},
    {"no-usage", PLAYER_COUNT, "none"},
    {"keep-alive", PLAYER_COUNT, "none"},
    {"stream-cut", PLAYER_COUNT, "reply_cut"},
    {"stream-comments", PLAYER_COUNT, "none"},
    {"stream-crlf", PLAYER_COUNT, "none"},
    {"stream-split", PLAYER_COUNT, "none"},
    {"stream-odd", PLAYER_COUNT, "none"},
    {"stream-no-done", PLAYER_GEMINI, "reply_cut"},
    {"stream-no-done", PLAYER_COUNT, "none"},
};
// clang-format on

static const char *find_expected(const char *kind, enum player_id player)
{
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (strcmp(expected[i].kind, kind) == 0 &&
            (expected[i].player == player || expected[i].player == PLAYER_COUNT))
            return expected[i].taken_for;
    return NULL;
}

// An endpoint that is one of the players, and a client for it.
struct stage {
    const struct player *player;
    struct simulation simulation;
    struct endpoint endpoint;
    struct client *client;
    struct exchange *done;
};

// Limits of time in milliseconds; 0: none.
struct patience {
    int64_t whole, first_byte, idle;
};

static void stage_open(struct stage *stage, const struct player *player,
                       const struct patience *patience)
{
    char url[64];
    struct error why = {0};
    *stage = (struct stage){.player = player, .simulation.settings = simulation_settings()};
    stage->simulation.settings.play = player->name;
    stage->simulation.settings.answers = "canned";
    stage->simulation.settings.fault_models = true;
    simulation_start(&stage->simulation);
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", stage->simulation.port,
             player->protocol == &protocol_openai      ? "/v1"
             : player->protocol == &protocol_anthropic ? ""
                                                       : "/v1beta");
    const struct endpoint_settings settings = {.endpoint = player->protocol->name,
                                               .base_url = url,
                                               .api_key = "sk-0123456789abcdef",
                                               .model = "m-1",
                                               .naming = MODEL_NAMING_VERBATIM,
                                               .stream = true};
    if (!endpoint_init(&stage->endpoint, &settings, &why))
        fail_msg("%s", why.message);
    const struct client_settings client = {.timeout_ms = patience->whole,
                                           .connect_timeout_ms = 5000,
                                           .first_byte_timeout_ms = patience->first_byte,
                                           .idle_timeout_ms = patience->idle,
                                           .max_reply_bytes = 1 << 20,
                                           .user_agent = "test",
                                           .done = take_done,
                                           .context = &stage->done};
    assert_non_null(stage->client = client_new(&client, &why));
}

static void stage_close(struct stage *stage)
{
    client_free(stage->client);
    endpoint_clear(&stage->endpoint);
    simulation_stop(&stage->simulation);
}

// Gemini's path names the model.
static void name_model(struct endpoint *endpoint, const char *model, char *url, size_t room,
                       bool stream)
{
    const char *from = stream ? endpoint->stream_url : endpoint->url;
    const char *place = strstr(from, "m-1:");
    if (place == NULL)
        snprintf(url, room, "%s", from);
    else
        snprintf(url, room, "%.*s%s%s", (int)(place - from), from, model, place + 3);
}

// One call through the real client, with all that a call of a run has.
static struct exchange *call(struct stage *stage, const char *model, bool stream)
{
    struct error why = {0};
    struct endpoint *endpoint = &stage->endpoint;
    struct exchange *exchange = exchange_new(1 << 20, &why);
    char url[200], *own = endpoint->model, named[80];
    const struct ask ask = {.system = "Be exact.",
                            .prompt = "Question: What is shown?",
                            .image = true,
                            .temperature = 0.2,
                            .max_tokens = 200,
                            .schema_name = "answer",
                            .schema = schema};
    snprintf(named, sizeof named, "%s", model);
    name_model(endpoint, model, url, sizeof url, stream);
    endpoint->model = named;
    endpoint->lessons.stream = stream;
    assert_true(
        endpoint->provider->write_request(endpoint, &ask, &exchange->head, &exchange->tail, &why));
    endpoint->model = own;
    exchange->payload = payload_new(samples[0].jpeg.data, samples[0].jpeg.length, 640, 480, &why);
    assert_non_null(exchange->payload);
    exchange->url = url;
    exchange->key = endpoint->key;
    exchange->auth_header = endpoint->provider->auth_header;
    exchange->headers = endpoint->provider->headers;
    if (stream)
        exchange->stream = reply_stream_new(endpoint->provider, 1 << 20, &why);
    stage->done = NULL;
    assert_true(client_start(stage->client, exchange, &why));
    while (stage->done == NULL)
        assert_true(client_turn(stage->client, 1000, &why));
    return stage->done;
}

enum { MOST_SEEN = 1000 };
static const char *seen[MOST_SEEN];
static size_t seen_count;

// wanted: what it is taken for; NULL: what the table says.
static void try_kind(struct stage *stage, const struct fault_entry *kind, const char *wanted)
{
    char model[80];
    struct reply reply;
    struct fault fault;
    bool stream = kind->trigger == FAULT_ON_STREAM;
    const struct endpoint_lessons begun = stage->endpoint.lessons;
    snprintf(model, sizeof model, "fault-%s", kind->name);
    struct exchange *exchange = call(stage, model, stream);
    struct endpoint_lessons sent = stage->endpoint.lessons;
    fault_classify(&stage->endpoint, &sent, exchange, &reply, &fault);
    const char *taken_for = fault.verdict == FAULT_NONE ? "none" : fault.kind;
    if (wanted == NULL)
        wanted = find_expected(kind->name, player_id_of(stage->player));
    if (wanted == NULL)
        fail_msg("%s by %s is taken for %s: the table does not have it", kind->name,
                 stage->player->name, taken_for);
    if (strcmp(taken_for, wanted) != 0)
        fail_msg("%s by %s is taken for %s, not for %s: HTTP %d, %s", kind->name,
                 stage->player->name, taken_for, wanted, exchange->status, fault.message);
    // What comes by chance has no limit behind it, which the client would keep.
    const struct limit_bucket *limit = &exchange->limits.requests;
    if (strcmp(kind->name, "429") == 0 && (fault.wait_ms >= 0 || limit->limit >= 0))
        fail_msg("%s by %s speaks of a limit: %lld ms, of %lld", kind->name, stage->player->name,
                 (long long)fault.wait_ms, (long long)limit->limit);
    if (seen_count < MOST_SEEN)
        seen[seen_count++] = wanted;
    stage->endpoint.lessons = begun;
    reply_clear(&reply);
    exchange_free(exchange);
}

// What takes long is tried once.
static bool takes_long(const struct fault_entry *kind)
{
    return kind->action == FAULT_ACT_HUGE || kind->action == FAULT_ACT_STALL ||
           kind->action == FAULT_ACT_STREAM_STALL;
}

// Whom the client understands, it understands whatever the simulator plays.
static void the_client_understands_every_excuse(void **state)
{
    static const struct patience patient = {.whole = 20000};
    (void)state;
    for (int p = 0; p < PLAYER_COUNT; p++) {
        struct stage stage;
        stage_open(&stage, player_at((enum player_id)p), &patient);
        for (size_t i = 0; excuse_at(i) != NULL; i++)
            if (excuse_at(i)->player == (enum player_id)p)
                try_kind(&stage, fault_kind_find(excuse_at(i)->kind), NULL);
        for (size_t i = 0; fault_kind_at(i) != NULL && p <= PLAYER_GEMINI; i++)
            if (fault_kind_at(i)->action != FAULT_ACT_STATUS && !takes_long(fault_kind_at(i)))
                try_kind(&stage, fault_kind_at(i), NULL);
        stage_close(&stage);
    }
    static const struct {
        const char *kind, *taken_for;
        struct patience patience;
    } slow[] = {{"huge", "reply_too_large", {20000, 0, 0}},
                {"stream-stall", "timeout", {100, 0, 0}},
                {"stream-stall", "idle_timeout", {20000, 0, 100}},
                {"stall", "first_byte_timeout", {20000, 100, 0}}};
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        struct stage stage;
        stage_open(&stage, player_at(PLAYER_OPENAI), &slow[i].patience);
        try_kind(&stage, fault_kind_find(slow[i].kind), slow[i].taken_for);
        stage_close(&stage);
    }
}

// Each kind of the client's table that a server can cause was caused by one of the above.
static void every_kind_of_the_client_can_be_had(void **state)
{
    static const char *const elsewhere[] = {"dns",     "connection_refused", "connect_timeout",
                                            "aborted", "transport_other",    "no_channel"};
    (void)state;
#define NAME(kind, ...) #kind,
    static const char *const names[] = {FAULT_KINDS(NAME)};
#undef NAME
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool found = false;
        for (size_t j = 0; j < seen_count && !found; j++)
            found = strcmp(seen[j], names[i]) == 0;
        for (size_t j = 0; j < sizeof elsewhere / sizeof *elsewhere && !found; j++)
            found = strcmp(elsewhere[j], names[i]) == 0;
        if (!found)
            fail_msg("no fault of the simulator is taken for %s", names[i]);
    }
}

static void every_excuse_is_of_a_known_kind(void **state)
{
    (void)state;
    for (size_t i = 0; excuse_at(i) != NULL; i++) {
        const struct excuse *excuse = excuse_at(i);
        if (fault_kind_find(excuse->kind) == NULL)
            fail_msg("%s: no such kind", excuse->kind);
        assert_true(excuse->error.status >= 200 && excuse->error.status < 600);
        assert_true((excuse->error.message == NULL) == (excuse->error.raw != NULL));
        for (size_t j = 0; j < i; j++)
            if (excuse_at(j)->player == excuse->player &&
                strcmp(excuse_at(j)->kind, excuse->kind) == 0)
                fail_msg("%s of %s stands there twice", excuse->kind,
                         player_at(excuse->player)->name);
    }
}

static void writes_durations_as_go_does(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0ms"},           {84, "84ms"},       {1146, "1.146s"},
                 {59970, "59.97s"},    {20000, "20s"},     {360000, "6m0s"},
                 {5400000, "1h30m0s"}, {59999, "59.999s"}, {60000, "1m0s"}};
    char text[32];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(excuse_duration(cases[i].ms, text), cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_excuse_is_of_a_known_kind),
        cmocka_unit_test(writes_durations_as_go_does),
        cmocka_unit_test(the_client_understands_every_excuse),
        cmocka_unit_test(every_kind_of_the_client_can_be_had),
    };
    return cmocka_run_group_tests(tests, simulation_set_up, simulation_tear_down);
}
