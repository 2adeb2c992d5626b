// Which requests are refused, with what words, and what is read of the good ones.
#include "request.h"

#include "base64.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

struct world {
    struct request_rules rules;
    struct fingerprinter *fingerprinter;
    struct pictures *pictures;
    char *picture; // a good picture's base64
};

static int set_up(void **state)
{
    static struct world world;
    struct error why = {0};
    struct sample samples[SAMPLE_COUNT];
    samples_load(samples, 85, 2048);
    struct buffer base64;
    buffer_init(&base64, 1 << 20);
    base64_encode(samples[0].jpeg.data, samples[0].jpeg.length, &base64);
    world.picture = buffer_take(&base64);
    samples_clear(samples);
    world.fingerprinter = fingerprinter_new(&why);
    world.pictures = pictures_new(true, 4, &why);
    assert_non_null(world.fingerprinter);
    assert_non_null(world.pictures);
    world.rules = (struct request_rules){
        .strict = true, .fingerprinter = world.fingerprinter, .pictures = world.pictures};
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    pictures_free(world->pictures);
    fingerprinter_free(world->fingerprinter);
    free(world->picture);
    return 0;
}

static bool read_openai(const struct request_rules *rules, const char *body, size_t length,
                        struct chat_request *request, struct request_fault *fault)
{
    return request_read(&request_form_openai, rules, NULL, body, length, request, fault);
}

// A user message with a picture by that URL.
static char *picture_body(const char *url)
{
    struct buffer body;
    buffer_init(&body, 1 << 24);
    buffer_append_text(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                              "{\"type\":\"image_url\",\"image_url\":{\"url\":");
    json_write_string(&body, url);
    buffer_append_text(&body, "}}]}]}");
    return buffer_take(&body);
}

static void check_refused(const struct request_rules *rules, const char *body, size_t length,
                          int status, const char *words)
{
    struct chat_request request;
    struct request_fault fault;
    if (read_openai(rules, body, length, &request, &fault))
        fail_msg("taken: %.300s", body);
    if (fault.status != status || strstr(fault.message, words) == NULL)
        fail_msg("%d %s, not %d %s: %.300s", fault.status, fault.message, status, words, body);
    request_clear(&request);
}

#define USER "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]"
#define GOOD "\"model\":\"m\"," USER

static void refuses_what_providers_refuse(void **state)
{
    static const char *const cases[][2] = {
        {"", "JSON"},
        {"{", "JSON"},
        {"[]", "must be a JSON object"},
        {"{" GOOD "} x", "JSON"},
        {"{" GOOD ",\"user\":\"\xff\"}", "UTF-8"},
        {"{" USER "}", "model"},
        {"{\"model\":7," USER "}", "model"},
        {"{\"model\":\"m\"}", "messages"},
        {"{\"model\":\"m\",\"messages\":[]}", "messages"},
        {"{\"model\":\"m\",\"messages\":[7]}", "role"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}", "'robot'"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]}", "role 'user'"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}", "messages[0].content"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[]}]}", "content"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{}]}]}", "'null'"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
         "messages[0].content[0].text"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
         "\"image_url\":\"data:\"}]}]}",
         "an object with a 'url'"},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"image_url\","
         "\"image_url\":{\"url\":\"data:image/jpeg;base64,AAAA\"}}]}]}",
         "only allowed for messages with role 'user'"},
        {"{" GOOD ",\"max_tokens\":\"5\"}", "'max_tokens': expected an integer"},
        {"{" GOOD ",\"max_tokens\":1.5}", "'max_tokens': expected an integer"},
        {"{" GOOD ",\"max_tokens\":0}", "'max_tokens': 0 is not between"},
        {"{" GOOD ",\"max_tokens\":5,\"max_completion_tokens\":5}", "at the same time"},
        {"{" GOOD ",\"temperature\":2.1}", "'temperature': 2.1"},
        {"{" GOOD ",\"temperature\":\"0\"}", "'temperature': expected a decimal"},
        {"{" GOOD ",\"n\":2}", "'n'"},
        {"{" GOOD ",\"stream\":1}", "'stream'"},
        {"{" GOOD ",\"stream_options\":{\"include_usage\":true}}", "only allowed when 'stream'"},
        {"{" GOOD ",\"response_format\":{\"type\":\"json_object\"}}", "the word 'json'"},
        {"{" GOOD ",\"flavour\":1}", "Unrecognized request argument supplied: flavour"},
        {"{" GOOD ",\"response_format\":{\"type\":\"xml\"}}", "'xml'"},
        {"{" GOOD ",\"response_format\":\"json\"}", "response_format.type"},
        {"{" GOOD ",\"response_format\":{\"type\":\"json_schema\"}}", "name"},
        {"{" GOOD ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a "
         "b\",\"schema\":{}}}}",
         "name"},
        {"{" GOOD ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\","
         "\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":{}}}}}",
         "additionalProperties"},
        {"{" GOOD ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\","
         "\"strict\":true,\"schema\":{\"type\":\"object\",\"additionalProperties\":false,"
         "\"required\":[],\"properties\":{\"a\":{\"type\":\"string\"}}}}}}",
         "including every key"},
    };
    const struct world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(&world->rules, cases[i][0], strlen(cases[i][0]), 400, cases[i][1]);
}

// Of the other protocols what their references say of thinking, in their words.
static void refuses_thinking_that_does_not_fit(void **state)
{
    const struct world *world = *state;
#define ANTHROPIC(more)                                                                            \
    "{\"model\":\"m\",\"max_tokens\":2000,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}"     \
    "]" more "}"
#define GEMINI(thinking)                                                                           \
    "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":{"                        \
    "\"thinkingConfig\":" thinking "}}"
    static const struct {
        const struct request_form *form;
        const char *body, *words; // NULL: it is taken
    } cases[] = {
        {&request_form_anthropic, ANTHROPIC(""), NULL},
        {&request_form_anthropic, ANTHROPIC(",\"thinking\":{\"type\":\"adaptive\"}"), NULL},
        {&request_form_anthropic,
         ANTHROPIC(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}"), NULL},
        {&request_form_anthropic,
         ANTHROPIC(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1000}"), "1024"},
        {&request_form_anthropic,
         ANTHROPIC(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}"),
         "greater than `thinking.budget_tokens`"},
        {&request_form_anthropic,
         ANTHROPIC(",\"temperature\":0,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}"),
         "may only be set to 1"},
        {&request_form_anthropic, ANTHROPIC(",\"thinking\":{\"type\":\"deep\"}"), "'deep'"},
        {&request_form_gemini, GEMINI("{\"thinkingBudget\":0}"), NULL},
        {&request_form_gemini, GEMINI("{\"thinkingLevel\":\"low\"}"), NULL},
        {&request_form_gemini, GEMINI("{\"thinkingLevel\":\"low\",\"thinkingBudget\":1}"),
         "only one"},
        {&request_form_gemini, GEMINI("{\"budget\":1}"), "\"budget\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chat_request request;
        struct request_fault fault;
        bool taken = request_read(cases[i].form, &world->rules, "m", cases[i].body,
                                  strlen(cases[i].body), &request, &fault);
        if (taken != (cases[i].words == NULL))
            fail_msg("case %zu: %s", i, fault.message);
        if (!taken)
            assert_non_null(strstr(fault.message, cases[i].words));
        request_clear(&request);
    }
}

static void refuses_pictures_that_are_not_whole(void **state)
{
    const struct world *world = *state;
    size_t length = strlen(world->picture);
    static const char head[] = "data:image/jpeg;base64,";
    char *url = malloc(length + 100), *broken = malloc(length + 100);
    assert_non_null(url);
    assert_non_null(broken);
    sprintf(broken, "%.*s\n%s", 500, world->picture, world->picture + 500);
    char *cut = strndup(world->picture, length / 8 * 4);
    const struct {
        const char *head, *base64, *words;
    } cases[] = {
        {"https://example.org/", "a.jpg", "fetches nothing"},
        {"data:image/png;base64,", world->picture, "takes image/jpeg"},
        {"data:image/jpg;base64,", world->picture, "takes image/jpeg"},
        {"", world->picture, "does not begin with"},
        {head, "", "empty"},
        {head, "@0", "byte 0x40 at position 0"},
        {head, "AAA", "3 characters"},
        {head, "AA=A", "byte 0x3d at position 2"},
        {head, "AAB=", "group of four"},
        {head, "AAAA", "no JPEG"},
        {head, broken, "(a line break)"},
        {head, cut, "cannot be decoded"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sprintf(url, "%s%s", cases[i].head, cases[i].base64);
        char *body = picture_body(url);
        check_refused(&world->rules, body, strlen(body), 400, cases[i].words);
        free(body);
    }
    free(cut);
    free(broken);
    free(url);
}

static void structured_output_is_refused_as_told(void **state)
{
    static const char object[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"As JSON.\"},"
        "{\"role\":\"user\",\"content\":\"q\"}],"
        "\"response_format\":{\"type\":\"json_object\"}}";
    static const char schema[] =
        "{" GOOD ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\","
        "\"schema\":{\"type\":\"object\"}}}}";
    static const char *const bodies[] = {object, schema};
    static const bool taken[3][2] = {{true, true}, {true, false}, {false, false}};
    const struct world *world = *state;
    struct request_rules rules = world->rules;
    for (int mode = STRUCTURED_MODE_SCHEMA; mode <= STRUCTURED_MODE_NONE; mode++)
        for (int i = 0; i < 2; i++) {
            struct chat_request request;
            struct request_fault fault;
            rules.structured = (enum structured_mode)mode;
            assert_int_equal(read_openai(&rules, bodies[i], strlen(bodies[i]), &request, &fault),
                             taken[mode][i]);
            assert_int_equal(request.format, taken[mode][i]);
            if (!taken[mode][i])
                assert_string_equal(fault.param, "response_format");
            request_clear(&request);
        }
}

static void lenient_rules_take_more(void **state)
{
    static const char body[] = "{" GOOD ",\"flavour\":1,\"temperature\":7}";
    const struct world *world = *state;
    struct request_rules rules = world->rules;
    struct chat_request request;
    struct request_fault fault;
    rules.strict = false;
    assert_true(read_openai(&rules, body, strlen(body), &request, &fault));
    request_clear(&request);
}

static void reads_a_picture_however_it_is_written(void **state)
{
    const struct world *world = *state;
    struct fingerprint prints[2];
    size_t length = strlen(world->picture);
    char *url = malloc(length + 100), *escaped = malloc(2 * length + 300);
    assert_non_null(url);
    assert_non_null(escaped);
    sprintf(url, "data:image/jpeg;base64,%s", world->picture);
    char *plain = picture_body(url), *to = escaped;
    for (const char *at = plain; *at != '\0'; at++) { // as PHP writes JSON
        if (*at == '/')
            *to++ = '\\';
        *to++ = *at;
    }
    *to = '\0';
    const char *bodies[] = {plain, escaped};
    for (int i = 0; i < 2; i++) {
        struct chat_request request;
        struct request_fault fault;
        if (!read_openai(&world->rules, bodies[i], strlen(bodies[i]), &request, &fault))
            fail_msg("%d: %s", i, fault.message);
        assert_true(request.image);
        assert_int_equal(request.picture.width, 640);
        assert_int_equal(request.picture.facts.shape_count, 3);
        assert_int_equal(request.image_tokens, 85 + 170 * 2);
        prints[i] = request.picture.print;
        request_clear(&request);
    }
    assert_true(fingerprint_equal(&prints[0], &prints[1]));
    free(escaped);
    free(plain);
    free(url);
}

static void tells_bodies_apart(void **state)
{
    const struct world *world = *state;
    static const char *const bodies[] = {"{" GOOD "}", "{" GOOD " }", "{", "{}", ""};
    struct fingerprint prints[5];
    for (int i = 0; i < 5; i++) {
        struct chat_request request;
        struct request_fault fault;
        read_openai(&world->rules, bodies[i], strlen(bodies[i]), &request, &fault);
        prints[i] = request.print;
        request_clear(&request);
        for (int j = 0; j < i; j++)
            assert_false(fingerprint_equal(&prints[i], &prints[j]));
    }
}

static void survives_changed_bytes(void **state)
{
    const struct world *world = *state;
    char url[4000];
    snprintf(url, sizeof url, "data:image/jpeg;base64,%.2000s", world->picture);
    char *body = picture_body(url);
    size_t length = strlen(body);
    uint64_t random = 1;
    for (int i = 0; i < 3000; i++) {
        char *copy = malloc(length);
        assert_non_null(copy);
        memcpy(copy, body, length);
        for (int j = 0; j < 3; j++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            copy[(random >> 33) % length] = (char)(random >> 20);
        }
        struct chat_request request;
        struct request_fault fault;
        size_t cut = i % 2 == 0 ? length : (size_t)(random >> 40) % length;
        assert_false(read_openai(&world->rules, copy, cut, &request, &fault));
        assert_int_equal(fault.status, 400);
        request_clear(&request);
        free(copy);
    }
    free(body);
}

static void forgets_the_oldest_picture(void **state)
{
    (void)state;
    struct error why = {0};
    struct fingerprinter *with = fingerprinter_new(&why);
    struct pictures *pictures = pictures_new(false, 3, &why);
    // More than its room, again and again: each is told apart from the others.
    for (int i = 0; i < 200; i++) {
        char text[16];
        struct fingerprint print;
        struct picture_entry entry;
        snprintf(text, sizeof text, "A%03d", i * 7 % 10);
        assert_true(fingerprint_make(with, text, 4, &print, &why));
        assert_true(pictures_get(pictures, &print, text, 4, &entry, &why));
        assert_true(fingerprint_equal(&entry.print, &print));
        assert_string_equal(entry.code, "unsupported_image_media_type");
    }
    pictures_free(pictures);
    fingerprinter_free(with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_providers_refuse),
        cmocka_unit_test(refuses_thinking_that_does_not_fit),
        cmocka_unit_test(refuses_pictures_that_are_not_whole),
        cmocka_unit_test(structured_output_is_refused_as_told),
        cmocka_unit_test(lenient_rules_take_more),
        cmocka_unit_test(reads_a_picture_however_it_is_written),
        cmocka_unit_test(tells_bodies_apart),
        cmocka_unit_test(survives_changed_bytes),
        cmocka_unit_test(forgets_the_oldest_picture),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
