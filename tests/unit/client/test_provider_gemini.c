#include "wire_case.h"

static struct endpoint endpoint_with(struct endpoint_lessons lessons)
{
    static char model[] = "gemini-x";
    return (struct endpoint){.provider = &provider_gemini, .model = model, .lessons = lessons};
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
    "{\"systemInstruction\":{\"parts\":[{\"text\":\"Be \\\"exact\\\".\"}]},\"contents\":[{"        \
    "\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":"          \
    "\"IMAGE\"}},{\"text\":\"What\\nis it? 左\"}]}],\"generationConfig\":{"

#define FORM                                                                                       \
    "\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"object\"}"

static void test_whole_request(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    expect_request(&endpoint, &full,
                   BEGINNING "\"maxOutputTokens\":1000,\"temperature\":0.2," FORM "}}");
}

static void test_without_image_or_options(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    struct ask ask = {.prompt = "Hi", .temperature = -1};
    expect_request(&endpoint, &ask,
                   "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],"
                   "\"generationConfig\":{}}");
    ask.temperature = 0;
    ask.system = "";
    expect_request(&endpoint, &ask,
                   "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],"
                   "\"generationConfig\":{\"temperature\":0}}");
}

static void test_lessons(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with((struct endpoint_lessons){
        .structured = STRUCTURED_OBJECT, .no_temperature = true, .max_tokens_cap = 512});
    expect_request(&endpoint, &full,
                   BEGINNING "\"maxOutputTokens\":512,\"responseMimeType\":\"application/json\"}}");
    endpoint.lessons = (struct endpoint_lessons){.no_max_tokens = true, .no_temperature = true};
    expect_request(&endpoint, &full, BEGINNING "}}");
}

// Whether it is a stream stands in the address; what switches thinking, in generationConfig.
static void test_stream_and_thinking(void **state)
{
    (void)state;
    static char budget[] = "{\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":0}}}";
    struct endpoint endpoint = endpoint_with(
        (struct endpoint_lessons){.no_temperature = true, .stream = true, .thinking = true});
    endpoint.thinking = budget;
    expect_request(&endpoint, &full,
                   BEGINNING
                   "\"maxOutputTokens\":1000,\"thinkingConfig\":{\"thinkingBudget\":0}}}");
    struct ask ask = full;
    ask.extra_body = "{\"generationConfig\":{\"topK\":5}}";
    expect_request(&endpoint, &ask,
                   BEGINNING "\"maxOutputTokens\":1000,\"topK\":5,"
                             "\"thinkingConfig\":{\"thinkingBudget\":0}}}");
}

static void test_extra_body(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    struct ask ask = full;
    ask.extra_body =
        "{\"generationConfig\":{\"topP\":0.9,\"temperature\":1},\"safetySettings\":[]}";
    expect_request(&endpoint, &ask,
                   BEGINNING "\"maxOutputTokens\":1000," FORM
                             ",\"topP\":0.9,\"temperature\":1},\"safetySettings\":[]}");
    ask.extra_body = "{\"generationConfig\":{\"responseMimeType\":\"text/plain\"}}";
    expect_request(&endpoint, &ask,
                   BEGINNING "\"maxOutputTokens\":1000,\"temperature\":0.2,"
                             "\"responseMimeType\":\"text/plain\"}}");
    ask.extra_body = "{\"generationConfig\":{\"responseSchema\":{\"type\":\"OBJECT\"}}}";
    expect_request(&endpoint, &ask,
                   BEGINNING "\"maxOutputTokens\":1000,\"temperature\":0.2,"
                             "\"responseMimeType\":\"application/json\","
                             "\"responseSchema\":{\"type\":\"OBJECT\"}}}");
    ask.extra_body = "{\"generationConfig\":5}";
    struct buffer head, tail;
    struct error why = {0};
    buffer_init(&head, 1 << 20);
    buffer_init(&tail, 1 << 20);
    assert_false(provider_gemini.write_request(&endpoint, &ask, &head, &tail, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    buffer_clear(&head);
    buffer_clear(&tail);
}

static void test_beginnings_are_equal(void **state)
{
    (void)state;
    struct endpoint endpoint = endpoint_with(nothing);
    struct ask other = full;
    other.prompt = "Something else";
    other.temperature = 0.9;
    other.schema_name = NULL;
    other.extra_body = "{\"generationConfig\":{\"topK\":5}}";
    char *first = request_text(&endpoint, &full);
    endpoint.lessons.no_temperature = true;
    char *second = request_text(&endpoint, &other);
    const char *image = strstr(first, "IMAGE\"}},");
    assert_non_null(image);
    assert_memory_equal(first, second, (size_t)(image - first));
    free(first);
    free(second);
}

static void test_replies(void **state)
{
    (void)state;
    check_replies(&provider_gemini, TEST_CASES "/reply/gemini/*.json", 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_request), cmocka_unit_test(test_without_image_or_options),
        cmocka_unit_test(test_lessons),       cmocka_unit_test(test_stream_and_thinking),
        cmocka_unit_test(test_extra_body),    cmocka_unit_test(test_beginnings_are_equal),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
