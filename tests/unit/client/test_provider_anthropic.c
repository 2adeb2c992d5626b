#include "wire_case.h"

static struct endpoint endpoint_with(struct endpoint_lessons lessons)
{
    static char model[] = "claude-x";
    return (struct endpoint){.provider = &provider_anthropic, .model = model, .lessons = lessons};
}

static const struct endpoint_lessons nothing = {.structured = STRUCTURED_SCHEMA};

static const struct ask full = {
    .system = "Be \"exact\".",
    .prompt = "What\nis it? 左",
    .image = true,
    .temperature = 0.2,
    .max_tokens = 1000,
    .schema_name = "qa",
    .schema = "{\"type\":\"object\"}",
};

#define BEGINNING                                                                                  \
    "{\"model\":\"claude-x\",\"system\":\"Be \\\"exact\\\".\",\"messages\":[{\"role\":\"user\","   \
    "\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"             \
    "\"image/jpeg\",\"data\":\"IMAGE\"},\"cache_control\":{\"type\":\"ephemeral\"}},"              \
    "{\"type\":\"text\",\"text\":\"What\\nis it? 左\"}]}]"

#define FORMAT "\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}"

static void test_whole_request(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    expect_request(&endpoint, &full,
                   BEGINNING ",\"max_tokens\":1000,\"temperature\":0.2,\"output_config\":{" FORMAT
                             "}}");
}

// max_tokens is sent even where nothing was said about it, and a temperature above 1 is none here.
static void test_without_image_or_options(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    struct ask ask = {.prompt = "Hi", .temperature = -1};
    expect_request(&endpoint, &ask,
                   "{\"model\":\"claude-x\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                   "\"max_tokens\":4096}");
    ask.temperature = 1.5;
    ask.system = "";
    expect_request(&endpoint, &ask,
                   "{\"model\":\"claude-x\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                   "\"max_tokens\":4096,\"temperature\":1}");
}

static void test_lessons(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with((struct endpoint_lessons){
        .structured = STRUCTURED_OBJECT, .no_temperature = true, .max_tokens_cap = 512});
    expect_request(&endpoint, &full, BEGINNING ",\"max_tokens\":512}");
    // No lesson takes max_tokens away, nor gives it another name.
    endpoint.lessons = (struct endpoint_lessons){.no_max_tokens = true,
                                                 .max_completion_tokens = true,
                                                 .no_temperature = true,
                                                 .max_tokens_cap = 5000};
    expect_request(&endpoint, &full, BEGINNING ",\"max_tokens\":1000}");
}

// A stream, and the beginning of the reply in place of a format.
static void test_stream_and_prefix(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with((struct endpoint_lessons){
        .structured = STRUCTURED_SCHEMA, .no_temperature = true, .stream = true, .prefix = true});
    expect_request(&endpoint, &full,
                   BEGINNING ",\"max_tokens\":1000,\"stream\":true,\"output_config\":{" FORMAT
                             "}}");
    struct ask ask = {.prompt = "Hi",
                      .temperature = -1,
                      .schema_name = "qa",
                      .schema = "{}",
                      .prefix = "{\"a\": \""};
    expect_request(&endpoint, &ask,
                   "{\"model\":\"claude-x\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                   "{\"role\":\"assistant\",\"content\":\"{\\\"a\\\": \\\"\"}],\"max_tokens\":4096,"
                   "\"stop_sequences\":[\"```\"],\"stream\":true}");
}

// --thinking goes into the user's own output_config, beside the format.
static void test_thinking(void **state)
{
    (void)state;
    static char effort[] = "{\"output_config\":{\"effort\":\"low\"}}";
    struct endpoint endpoint = endpoint_with((struct endpoint_lessons){
        .structured = STRUCTURED_SCHEMA, .no_temperature = true, .thinking = true});
    endpoint.thinking = effort;
    expect_request(&endpoint, &full,
                   BEGINNING ",\"max_tokens\":1000,\"output_config\":{" FORMAT
                             ",\"effort\":\"low\"}}");
    struct ask ask = full;
    ask.extra_body = "{\"output_config\":{\"effort\":\"max\"}}";
    expect_request(&endpoint, &ask,
                   BEGINNING ",\"max_tokens\":1000,\"output_config\":{" FORMAT
                             ",\"effort\":\"max\"}}");
}

static void test_extra_body(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    struct ask ask = full;
    ask.extra_body = "{\"output_config\":{\"effort\":\"low\"},\"max_tokens\":7,\"temperature\":0.9,"
                     "\"thinking\":{\"type\":\"disabled\"}}";
    expect_request(&endpoint, &ask,
                   BEGINNING ",\"output_config\":{" FORMAT
                             ",\"effort\":\"low\"},\"max_tokens\":7,\"temperature\":0.9,"
                             "\"thinking\":{\"type\":\"disabled\"}}");
    ask.temperature = -1;
    ask.extra_body = "{\"output_config\":{\"format\":null}}";
    expect_request(&endpoint, &ask,
                   BEGINNING ",\"max_tokens\":1000,\"output_config\":{\"format\":null}}");
    ask.extra_body = "{\"output_config\":null}";
    expect_request(&endpoint, &ask, BEGINNING ",\"max_tokens\":1000,\"output_config\":null}");
    endpoint.lessons.structured = STRUCTURED_NONE;
    ask.extra_body = "{\"output_config\":{\"effort\":\"low\"}}";
    expect_request(&endpoint, &ask,
                   BEGINNING ",\"max_tokens\":1000,\"output_config\":{\"effort\":\"low\"}}");
}

// Calls on one image are the same bytes up to the cache marker's end.
static void test_beginnings_are_equal(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    struct ask other = full;
    other.prompt = "Something else";
    other.temperature = 0.9;
    other.max_tokens = 7;
    other.schema_name = NULL;
    other.extra_body = "{\"top_k\":5}";
    char *first = request_text(&endpoint, &full);
    endpoint.lessons.no_temperature = true;
    char *second = request_text(&endpoint, &other);
    const char *marker = strstr(first, "\"ephemeral\"}},");
    assert_non_null(marker);
    assert_memory_equal(first, second, (size_t)(marker - first));
    free(first);
    free(second);
}

static void test_headers(void **state)
{
    (void)state;
    assert_string_equal(provider_anthropic.auth_header, "x-api-key: %s");
    assert_string_equal(provider_anthropic.headers[0], "anthropic-version: 2023-06-01");
    assert_null(provider_anthropic.headers[1]);
}

static void test_replies(void **state)
{
    (void)state;
    check_replies(&provider_anthropic, TEST_CASES "/reply/anthropic/*.json", 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_request),
        cmocka_unit_test(test_without_image_or_options),
        cmocka_unit_test(test_lessons),
        cmocka_unit_test(test_stream_and_prefix),
        cmocka_unit_test(test_thinking),
        cmocka_unit_test(test_extra_body),
        cmocka_unit_test(test_beginnings_are_equal),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
