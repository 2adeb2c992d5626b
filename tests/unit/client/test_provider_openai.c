#include "wire_case.h"

static struct endpoint endpoint_with(struct endpoint_lessons lessons)
{
    static char model[] = "m\"1";
    return (struct endpoint){.provider = &provider_openai, .model = model, .lessons = lessons};
}

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
    "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be \\\"exact\\\".\"}," \
    "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"              \
    "\"data:image/jpeg;base64,IMAGE\"}},{\"type\":\"text\",\"text\":\"What\\nis it? 左\"}]}]"

static void test_whole_request(void **state)
{
    (void)state;
    struct endpoint endpoint =
        endpoint_with((struct endpoint_lessons){.structured = STRUCTURED_SCHEMA});
    expect_request(&endpoint, &full,
                   BEGINNING
                   ",\"max_tokens\":1000,\"temperature\":0.2,\"stream\":false,"
                   "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
                   "{\"name\":\"qa\",\"strict\":true,\"schema\":{\"type\":\"object\"}}}}");
}

static void test_without_image_or_options(void **state)
{
    (void)state;
    struct endpoint endpoint =
        endpoint_with((struct endpoint_lessons){.structured = STRUCTURED_SCHEMA});
    struct ask ask = {.prompt = "Hi", .temperature = -1};
    expect_request(&endpoint, &ask,
                   "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                   "\"stream\":false}");
    ask.temperature = 0;
    ask.system = "";
    expect_request(&endpoint, &ask,
                   "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                   "\"temperature\":0,\"stream\":false}");
}

static void test_lessons(void **state)
{
    (void)state;
    struct endpoint endpoint =
        endpoint_with((struct endpoint_lessons){.structured = STRUCTURED_OBJECT,
                                                .no_temperature = true,
                                                .max_completion_tokens = true,
                                                .max_tokens_cap = 512});
    expect_request(&endpoint, &full,
                   BEGINNING ",\"max_completion_tokens\":512,\"stream\":false,"
                             "\"response_format\":{\"type\":\"json_object\"}}");
    endpoint.lessons = (struct endpoint_lessons){.no_max_tokens = true, .no_temperature = true};
    expect_request(&endpoint, &full, BEGINNING ",\"stream\":false}");
    endpoint.lessons = (struct endpoint_lessons){.max_tokens_cap = 5000, .no_temperature = true};
    expect_request(&endpoint, &full, BEGINNING ",\"max_tokens\":1000,\"stream\":false}");
}

static void test_stream(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(
        (struct endpoint_lessons){.stream = true, .no_temperature = true, .no_max_tokens = true});
    expect_request(&endpoint, &full,
                   BEGINNING ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    struct ask ask = full;
    ask.extra_body = "{\"stream_options\":{\"include_obfuscation\":false}}";
    expect_request(&endpoint, &ask,
                   BEGINNING
                   ",\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}}");
    endpoint.lessons.no_stream_usage = true;
    expect_request(&endpoint, &full, BEGINNING ",\"stream\":true}");
}

// The reply's beginning stands in for a form of the response.
static void test_prefix(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with((struct endpoint_lessons){
        .structured = STRUCTURED_OBJECT, .prefix = true, .no_temperature = true});
    struct ask ask = {.prompt = "Hi",
                      .temperature = -1,
                      .schema_name = "qa",
                      .schema = "{}",
                      .prefix = "```json\n{\"a\": \""};
    static const char beginning[] =
        "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}";
    char expected[400];
    snprintf(
        expected, sizeof expected,
        "%s,{\"role\":\"assistant\",\"content\":\"```json\\n{\\\"a\\\": \\\"\",\"prefix\":true}],"
        "\"stop\":[\"```\"],\"stream\":false}",
        beginning);
    expect_request(&endpoint, &ask, expected);
    ask.extra_body = "{\"stop\":[\"END\"]}";
    snprintf(
        expected, sizeof expected,
        "%s,{\"role\":\"assistant\",\"content\":\"```json\\n{\\\"a\\\": \\\"\",\"prefix\":true}],"
        "\"stream\":false,\"stop\":[\"END\"]}",
        beginning);
    expect_request(&endpoint, &ask, expected);
    // Refused, it is left out, and the form asked for again.
    ask.extra_body = NULL;
    endpoint.lessons.prefix = false;
    snprintf(expected, sizeof expected,
             "%s],\"stream\":false,\"response_format\":{\"type\":\"json_object\"}}", beginning);
    expect_request(&endpoint, &ask, expected);
}

static void test_thinking(void **state)
{
    (void)state;
    static char thinking[] = "{\"thinking\":{\"type\":\"disabled\"},\"x\":1}";
    struct endpoint endpoint = endpoint_with(
        (struct endpoint_lessons){.thinking = true, .no_temperature = true, .no_max_tokens = true});
    endpoint.thinking = thinking;
    expect_request(&endpoint, &full,
                   BEGINNING ",\"stream\":false,\"thinking\":{\"type\":\"disabled\"},\"x\":1}");
    // What the user sets stands.
    struct ask ask = full;
    ask.extra_body = "{\"x\":2,\"thinking\":{\"type\":\"enabled\",\"y\":[]}}";
    expect_request(&endpoint, &ask,
                   BEGINNING
                   ",\"stream\":false,\"x\":2,\"thinking\":{\"type\":\"enabled\",\"y\":[]}}");
    endpoint.lessons.thinking = false;
    expect_request(&endpoint, &full, BEGINNING ",\"stream\":false}");
}

static void test_extra_body(void **state)
{
    (void)state;
    struct endpoint endpoint =
        endpoint_with((struct endpoint_lessons){.structured = STRUCTURED_SCHEMA});
    struct ask ask = full;
    ask.extra_body = "{\"temperature\": 0.9, \"max_completion_tokens\": 7, \"response_format\": "
                     "{\"type\": \"text\"}, \"thinking\": {\"type\": \"disabled\"}}";
    expect_request(&endpoint, &ask,
                   BEGINNING ",\"stream\":false,\"temperature\":0.9,\"max_completion_tokens\":7,"
                             "\"response_format\":{\"type\":\"text\"},"
                             "\"thinking\":{\"type\":\"disabled\"}}");
    ask.extra_body = "{}";
    ask.schema_name = NULL;
    expect_request(&endpoint, &ask,
                   BEGINNING ",\"max_tokens\":1000,\"temperature\":0.2,\"stream\":false}");
}

// Calls on one image differ behind the image only, whatever is asked and learned.
static void test_beginnings_are_equal(void **state)
{
    (void)state;
    struct endpoint endpoint =
        endpoint_with((struct endpoint_lessons){.structured = STRUCTURED_SCHEMA});
    struct buffer heads[2], tail;
    struct error why = {0};
    struct ask other = full;
    other.prompt = "Something else";
    other.temperature = 0.9;
    other.max_tokens = 7;
    other.schema_name = NULL;
    other.extra_body = "{\"top_p\":0.5}";
    for (int i = 0; i < 2; i++) {
        buffer_init(&heads[i], 1 << 20);
        buffer_init(&tail, 1 << 20);
        assert_true(provider_openai.write_request(&endpoint, i == 0 ? &full : &other, &heads[i],
                                                  &tail, &why));
        endpoint.lessons.max_completion_tokens = true;
        buffer_clear(&tail);
    }
    assert_string_equal(heads[0].data, heads[1].data);
    buffer_clear(&heads[0]);
    buffer_clear(&heads[1]);
}

static void test_replies(void **state)
{
    (void)state;
    check_replies(&provider_openai, TEST_CASES "/reply/*.json", 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_request), cmocka_unit_test(test_without_image_or_options),
        cmocka_unit_test(test_lessons),       cmocka_unit_test(test_stream),
        cmocka_unit_test(test_prefix),        cmocka_unit_test(test_thinking),
        cmocka_unit_test(test_extra_body),    cmocka_unit_test(test_beginnings_are_equal),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
