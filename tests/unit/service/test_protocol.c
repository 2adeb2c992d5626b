// The simulator's other protocols over loopback: the same model behind each.
#include "excuses.h"

#include "simulation.h"

static void finds_protocols_by_path(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const struct protocol *protocol;
        const char *model;
        bool stream;
    } cases[] = {
        {"/v1/chat/completions", &protocol_openai, NULL, false},
        {"/v1/messages", &protocol_anthropic, NULL, false},
        {"/gate/v1/messages", &protocol_anthropic, NULL, false},
        {"/messages", NULL, NULL, false},
        {"/v1/v1/messages", &protocol_anthropic, NULL, false},
        {"/v1beta/models/m-1:generateContent", &protocol_gemini, "m-1", false},
        {"/models/m:generateContent", &protocol_gemini, "m", false},
        {"/v1beta/models/:generateContent", &protocol_gemini, "", false},
        {"/v1beta/tunedModels/m:generateContent", NULL, NULL, false},
        {"/v1beta/models/m-1:streamGenerateContent", &protocol_gemini, "m-1", true},
        {"m:generateContent", NULL, NULL, false},
        {":generateContent", NULL, NULL, false},
        {"/v1beta/models/m:countTokens", NULL, NULL, false},
        {"", NULL, NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *model;
        bool stream;
        assert_ptr_equal(protocol_find(cases[i].path, &model, &stream), cases[i].protocol);
        if (cases[i].protocol != NULL)
            assert_int_equal(stream, cases[i].stream);
        if (cases[i].model == NULL)
            assert_null(model);
        else
            assert_string_equal(model, cases[i].model);
        free(model);
    }
}

static char *body_with(const char *before, const struct buffer *jpeg, const char *between,
                       const char *prompt, const char *behind)
{
    struct buffer body;
    buffer_init(&body, 1 << 26);
    buffer_append_text(&body, before);
    base64_encode(jpeg->data, jpeg->length, &body);
    buffer_append_text(&body, between);
    json_write_string(&body, prompt);
    buffer_append_text(&body, behind);
    return buffer_take(&body);
}

static char *anthropic_body(const char *prompt, const struct buffer *jpeg, bool marked)
{
    return body_with("{\"model\":\"m\",\"max_tokens\":500,\"system\":\"Be exact.\",\"messages\":[{"
                     "\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":"
                     "\"base64\",\"media_type\":\"image/jpeg\",\"data\":\"",
                     jpeg,
                     marked ? "\"},\"cache_control\":{\"type\":\"ephemeral\"}},{\"type\":\"text\","
                              "\"text\":"
                            : "\"}},{\"type\":\"text\",\"text\":",
                     prompt, "}]}]}");
}

static char *gemini_body(const char *prompt, const struct buffer *jpeg)
{
    return body_with("{\"systemInstruction\":{\"parts\":[{\"text\":\"Be exact.\"}]},\"contents\":[{"
                     "\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/jpeg\","
                     "\"data\":\"",
                     jpeg, "\"}},{\"text\":", prompt, "}]}]}");
}

static struct http_reply send_anthropic(const struct simulation *simulation, char *body)
{
    struct http_reply reply = http_send_with(simulation, "/v1/messages",
                                             "anthropic-version: 2023-06-01", body, strlen(body));
    free(body);
    return reply;
}

static struct http_reply send_gemini(const struct simulation *simulation, char *body)
{
    struct http_reply reply =
        http_send_with(simulation, "/v1beta/models/m:generateContent", NULL, body, strlen(body));
    free(body);
    return reply;
}

static const char *anthropic_text(const struct http_reply *reply)
{
    return json_text(cJSON_GetArrayItem(json_member(reply->json, "content"), 0), "text");
}

static const char *gemini_text(const struct http_reply *reply)
{
    const cJSON *candidate = cJSON_GetArrayItem(json_member(reply->json, "candidates"), 0);
    const cJSON *parts = json_member(json_member(candidate, "content"), "parts");
    return json_text(cJSON_GetArrayItem(parts, 0), "text");
}

// The same prompt on the same picture gets the same words and costs the same tokens everywhere.
static void answers_are_the_same(void **state)
{
    (void)state;
    static const char *const prompts[] = {"Question: What is the orientation of the image?",
                                          "Question: How many shapes are there?",
                                          "Question: What is shown?"};
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < sizeof prompts / sizeof *prompts; j++) {
            char *body = chat_body(prompts[j], &samples[i].jpeg, ",\"max_tokens\":500");
            struct http_reply openai = http_post(&simulation, body);
            struct http_reply anthropic =
                send_anthropic(&simulation, anthropic_body(prompts[j], &samples[i].jpeg, false));
            struct http_reply gemini =
                send_gemini(&simulation, gemini_body(prompts[j], &samples[i].jpeg));
            assert_int_equal(openai.status, 200);
            assert_int_equal(anthropic.status, 200);
            assert_int_equal(gemini.status, 200);
            assert_string_equal(anthropic_text(&anthropic), reply_content(&openai));
            assert_string_equal(gemini_text(&gemini), reply_content(&openai));
            long long input = stat_of(openai.json, "usage", "prompt_tokens");
            assert_int_equal(stat_of(anthropic.json, "usage", "input_tokens"), input);
            assert_int_equal(stat_of(gemini.json, "usageMetadata", "promptTokenCount"), input);
            http_reply_clear(&openai);
            http_reply_clear(&anthropic);
            http_reply_clear(&gemini);
            free(body);
        }
    simulation_stop(&simulation);
}

// Anthropic keeps what stands before a marker, and nothing without one.
static void anthropic_caches_what_is_marked(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    // 640 x 480: 2 x 1 tiles of 512, and the 9 bytes of the system prompt.
    static const long long prefix = 85 + 2 * 170 + 3;
    static const struct {
        bool marked;
        long long stored, read;
    } calls[] = {{false, 0, 0}, {false, 0, 0}, {true, prefix, 0}, {true, 0, prefix}, {false, 0, 0}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct http_reply reply =
            send_anthropic(&simulation, anthropic_body("Question: What is shown?", &samples[0].jpeg,
                                                       calls[i].marked));
        assert_int_equal(reply.status, 200);
        assert_int_equal(stat_of(reply.json, "usage", "cache_creation_input_tokens"),
                         calls[i].stored);
        assert_int_equal(stat_of(reply.json, "usage", "cache_read_input_tokens"), calls[i].read);
        assert_true(stat_of(reply.json, "usage", "input_tokens") > 0);
        http_reply_clear(&reply);
    }
    simulation_stop(&simulation);
}

// A picture whose base64 is written with JSON escapes is the same picture.
static void escaped_base64_is_read(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    char *body = gemini_body("Question: What is shown?", &samples[0].jpeg);
    struct buffer escaped;
    buffer_init(&escaped, 1 << 26);
    bool inside = false;
    for (const char *at = body; *at != '\0'; at++) {
        inside = inside || strncmp(at, "\"data\":\"", 8) == 0;
        if (inside && *at == '/')
            buffer_append_char(&escaped, '\\');
        buffer_append_char(&escaped, *at);
    }
    struct http_reply plain = send_gemini(&simulation, body);
    struct http_reply other = send_gemini(&simulation, buffer_take(&escaped));
    assert_int_equal(other.status, 200);
    assert_string_equal(gemini_text(&other), gemini_text(&plain));
    http_reply_clear(&plain);
    http_reply_clear(&other);
    simulation_stop(&simulation);
}

// "@0" stands for a piece that was cut out; whoever writes it himself has sent no picture.
static void forged_spans_are_no_pictures(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation_start(&simulation);
    struct buffer body;
    buffer_init(&body, 1 << 20);
    buffer_append_text(&body, "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":"
                              "\"image/jpeg\",\"data\":\"@0\"}},{\"text\":\"x\"}]}]}");
    struct http_reply reply = send_gemini(&simulation, buffer_take(&body));
    assert_int_equal(reply.status, 400);
    http_reply_clear(&reply);
    simulation_stop(&simulation);
}

static void keys_are_in_headers_of_their_own(void **state)
{
    (void)state;
    struct simulation simulation = {.settings = simulation_settings()};
    simulation.settings.key = "right-key-123";
    simulation_start(&simulation);
    static const char gemini[] = "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}";
    static const char path[] = "/v1beta/models/m:generateContent";
    static const struct {
        const char *path, *header;
        long status;
        const char *words;
    } cases[] = {
        {path, "x-goog-api-key: right-key-123", 200, NULL},
        {path, "x-goog-api-key: wrong", 400, "API key not valid"},
        {path, "Authorization: Bearer right-key-123", 403, "unregistered callers"},
        {"/v1/messages", "x-api-key: right-key-123", 400, "anthropic-version"},
        {"/v1/messages", "anthropic-version: 2023-06-01", 401, "x-api-key header is required"},
        {"/v1/messages", "anthropic-version: 2023-06-01\nx-api-key: wrong", 401,
         "invalid x-api-key"},
        {"/v1/messages", "anthropic-version: 2023-06-01\nx-api-key: right-key-123", 400,
         "model: Field required"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_reply reply =
            http_send_with(&simulation, cases[i].path, cases[i].header, gemini, sizeof gemini - 1);
        if (reply.status != cases[i].status)
            fail_msg("case %zu: %ld, %s", i, reply.status, reply.body);
        if (cases[i].words != NULL)
            assert_non_null(
                strstr(json_text(json_member(reply.json, "error"), "message"), cases[i].words));
        http_reply_clear(&reply);
    }
    simulation_stop(&simulation);
}

// Every fault of the table has a body that its protocol's clients can read.
static void faults_have_the_shape_of_the_protocol(void **state)
{
    (void)state;
    static const struct protocol *const protocols[] = {&protocol_openai, &protocol_anthropic,
                                                       &protocol_gemini};
    const struct fault_entry *kind;
    for (size_t i = 0; (kind = fault_kind_at(i)) != NULL; i++)
        for (size_t j = 0; kind->action == FAULT_ACT_STATUS && j < 3; j++) {
            const struct player *player = player_of(NULL, protocols[j]);
            const struct protocol_error *error = excuse_find(kind->name, player);
            struct excuse_values values = {.model = "m", .limit = kind->limit};
            struct error why = {0};
            struct buffer body, headers;
            if (error == NULL)
                fail_msg("%s: nobody says so", kind->name);
            buffer_init(&body, 1 << 16);
            buffer_init(&headers, 1 << 16);
            struct excuse_out out = {&body, &headers, NULL};
            excuse_write(player, error, &values, &out);
            assert_true(error->status >= 300 && error->status <= 599);
            if (error->raw == NULL) {
                cJSON *parsed = json_parse(body.data, body.length, &why);
                if (parsed == NULL)
                    fail_msg("%s, %s: %s in %s", protocols[j]->name, kind->name, why.message,
                             body.data);
                const cJSON *inner = json_member(parsed, "error");
                assert_non_null(json_text(inner, "message"));
                if (protocols[j] == &protocol_anthropic)
                    assert_string_equal(json_text(parsed, "type"), "error");
                if (protocols[j] == &protocol_gemini)
                    assert_int_equal(json_integer(inner, "code", 0), error->status);
                cJSON_Delete(parsed);
            }
            buffer_clear(&body);
            buffer_clear(&headers);
        }
}

// What is read as a stream begins, goes on and ends as Anthropic's reference says.
static void anthropic_streams(void **state)
{
    (void)state;
    struct completion completion = {.model = "m",
                                    .text = "red \"one\"",
                                    .finish = "stop",
                                    .input_tokens = 10,
                                    .cached_tokens = 4,
                                    .output_tokens = 3,
                                    .stream = true};
    struct buffer out;
    buffer_init(&out, 1 << 16);
    protocol_anthropic.write(&completion, &out);
    static const char *const events[] = {
        "message_start",       "content_block_start", "ping",
        "content_block_delta", "content_block_delta", "content_block_delta",
        "content_block_stop",  "message_delta",       "message_stop",
    };
    const char *at = buffer_text(&out);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        char line[60];
        snprintf(line, sizeof line, "event: %s\ndata: {", events[i]);
        assert_int_equal(strncmp(at, line, strlen(line)), 0);
        const char *data = strchr(at, '\n') + strlen("\ndata: ");
        const char *end = strstr(data, "\n\n");
        struct error why = {0};
        cJSON *parsed = json_parse(data, (size_t)(end - data), &why);
        if (parsed == NULL)
            fail_msg("%s: %s", events[i], why.message);
        assert_string_equal(json_text(parsed, "type"), events[i]);
        cJSON_Delete(parsed);
        at = end + 2;
    }
    assert_string_equal(at, "");
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_protocols_by_path),
        cmocka_unit_test(answers_are_the_same),
        cmocka_unit_test(anthropic_caches_what_is_marked),
        cmocka_unit_test(escaped_base64_is_read),
        cmocka_unit_test(forged_spans_are_no_pictures),
        cmocka_unit_test(keys_are_in_headers_of_their_own),
        cmocka_unit_test(faults_have_the_shape_of_the_protocol),
        cmocka_unit_test(anthropic_streams),
    };
    return cmocka_run_group_tests(tests, simulation_set_up, simulation_tear_down);
}
