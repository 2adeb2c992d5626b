#include "file.h"
#include "json.h"
#include "provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

// The request as it goes out, with IMAGE where the base64 would stand.
static char *request_text(const struct endpoint *endpoint, const struct ask *ask)
{
    struct buffer head, tail;
    struct error why = {0};
    buffer_init(&head, 1 << 20);
    buffer_init(&tail, 1 << 20);
    if (!provider_openai.write_request(endpoint, ask, &head, &tail, &why))
        fail_msg("%s", why.message);
    if (ask->image)
        buffer_append_text(&head, "IMAGE");
    buffer_append_text(&head, buffer_text(&tail));
    buffer_clear(&tail);
    cJSON *parsed = json_parse(head.data, head.length, &why);
    if (parsed == NULL)
        fail_msg("%s: %s", why.message, head.data);
    cJSON_Delete(parsed);
    return buffer_take(&head);
}

static void expect_request(const struct endpoint *endpoint, const struct ask *ask,
                           const char *expected)
{
    char *text = request_text(endpoint, ask);
    assert_string_equal(text, expected);
    free(text);
}

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

static const char *shown(const char *text)
{
    return text != NULL ? text : "-";
}

// One "name: value" of the expectation against the reply.
static bool check_line(const char *file, const char *name, const char *value,
                       const struct reply *reply)
{
    char number[32] = "";
    const char *got = number;
    if (strcmp(name, "text") == 0)
        got = shown(reply->text);
    else if (strcmp(name, "reasoning") == 0)
        got = shown(reply->reasoning);
    else if (strcmp(name, "refusal") == 0)
        got = shown(reply->refusal);
    else if (strcmp(name, "model") == 0)
        got = shown(reply->model);
    else if (strcmp(name, "finish") == 0)
        got = finish_name(reply->finish);
    else if (strcmp(name, "input") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.input_tokens);
    else if (strcmp(name, "cached") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.cached_tokens);
    else if (strcmp(name, "output") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.output_tokens);
    else if (strcmp(name, "reasoning-tokens") == 0)
        snprintf(number, sizeof number, "%lld", reply->usage.reasoning_tokens);
    else
        fail_msg("%s: nothing is called '%s'", file, name);
    if (strcmp(got, value) != 0)
        print_error("%s: %s is '%s', not '%s'\n", file, name, got, value);
    return strcmp(got, value) == 0;
}

static bool check_reply(const char *file, char *expectation, const struct reply *reply)
{
    bool good = true;
    char *rest = NULL;
    for (char *line = strtok_r(expectation, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            fail_msg("%s: no value in '%s'", file, line);
        *colon = '\0';
        good = check_line(file, line, colon + 2, reply) && good;
    }
    return good;
}

static bool run_case(const char *file)
{
    struct buffer body, expectation;
    struct error why = {0};
    buffer_init(&body, 1 << 20);
    buffer_init(&expectation, 1 << 20);
    char name[4096];
    snprintf(name, sizeof name, "%.*s.expected", (int)(strlen(file) - strlen(".json")), file);
    if (!file_read(file, &body, &why) || !file_read(name, &expectation, &why))
        fail_msg("%s", why.message);
    struct reply reply;
    // Without a NUL behind it, so that a reader that runs over the end is caught.
    char *exact = malloc(body.length > 0 ? body.length : 1);
    memcpy(exact, buffer_text(&body), body.length);
    bool read = provider_openai.read_reply(exact, body.length, &reply, &why);
    free(exact);
    bool refused = strcmp(buffer_text(&expectation), "refused: yes\n") == 0;
    bool good = read != refused;
    if (!good)
        print_error("%s: %s\n", file, read ? "was taken for a reply" : why.message);
    if (!read)
        good = good && why.kind == ERR_REPLY && reply.text == NULL;
    else if (good)
        good = check_reply(file, expectation.data, &reply);
    reply_clear(&reply);
    buffer_clear(&body);
    buffer_clear(&expectation);
    return good;
}

static void test_replies(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob(TEST_CASES "/reply/*.json", 0, NULL, &files), 0);
    size_t bad = 0;
    for (size_t i = 0; i < files.gl_pathc; i++)
        bad += !run_case(files.gl_pathv[i]);
    print_message("%zu cases\n", files.gl_pathc);
    globfree(&files);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_request),
        cmocka_unit_test(test_without_image_or_options),
        cmocka_unit_test(test_lessons),
        cmocka_unit_test(test_extra_body),
        cmocka_unit_test(test_beginnings_are_equal),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
