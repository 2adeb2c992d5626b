#include "fault.h"
#include "file.h"
#include "provider.h"
#include "reply_stream.h"
#include "secret.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

static const char secret[] = "sk-test-0123456789abcdefghij";

struct expected {
    const struct provider *provider;
    char kind[40], verdict[16], lessons[100], message[200], fix[100], wait_ms[24];
    bool unreachable;
};

static const int64_t noon_ms =
    (int64_t)1769515200 * 1000; // 2026-01-27T12:00:00Z, in "header" lines

static enum transport transport_named(const char *name)
{
    static const char *const names[] = {
        [TRANSPORT_OK] = "OK",
        [TRANSPORT_DNS] = "DNS",
        [TRANSPORT_REFUSED] = "REFUSED",
        [TRANSPORT_TLS] = "TLS",
        [TRANSPORT_CONNECT_TIMEOUT] = "CONNECT_TIMEOUT",
        [TRANSPORT_FIRST_BYTE_TIMEOUT] = "FIRST_BYTE_TIMEOUT",
        [TRANSPORT_IDLE_TIMEOUT] = "IDLE_TIMEOUT",
        [TRANSPORT_TIMEOUT] = "TIMEOUT",
        [TRANSPORT_RESET] = "RESET",
        [TRANSPORT_CUT] = "CUT",
        [TRANSPORT_TOO_LARGE] = "TOO_LARGE",
        [TRANSPORT_PROXY] = "PROXY",
        [TRANSPORT_ABORTED] = "ABORTED",
        [TRANSPORT_OTHER] = "OTHER",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return (enum transport)i;
    fail_msg("no transport is called %s", name);
    return TRANSPORT_OTHER;
}

static struct endpoint_lessons lessons_named(const char *text)
{
    struct endpoint_lessons lessons = {.structured = STRUCTURED_SCHEMA};
    char copy[100];
    snprintf(copy, sizeof copy, "%s", text);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "schema") == 0)
            lessons.structured = STRUCTURED_SCHEMA;
        else if (strcmp(word, "object") == 0)
            lessons.structured = STRUCTURED_OBJECT;
        else if (strcmp(word, "none") == 0)
            lessons.structured = STRUCTURED_NONE;
        else if (strcmp(word, "no_temperature") == 0)
            lessons.no_temperature = true;
        else if (strcmp(word, "max_completion_tokens") == 0)
            lessons.max_completion_tokens = true;
        else if (strcmp(word, "cap_renamed") == 0)
            lessons.cap_renamed = true;
        else if (strcmp(word, "no_max_tokens") == 0)
            lessons.no_max_tokens = true;
        else if (strcmp(word, "stream") == 0)
            lessons.stream = true;
        else if (strcmp(word, "no_stream_usage") == 0)
            lessons.no_stream_usage = true;
        else if (strcmp(word, "thinking") == 0)
            lessons.thinking = true;
        else if (strcmp(word, "prefix") == 0)
            lessons.prefix = true;
        else if (strncmp(word, "cap=", 4) == 0)
            lessons.max_tokens_cap = atoi(word + 4);
        else
            fail_msg("no lesson is called %s", word);
    }
    return lessons;
}

static void read_line(const char *file, const char *name, const char *value,
                      struct exchange *exchange, char *sent, struct expected *expected)
{
    if (strcmp(name, "transport") == 0)
        exchange->transport = transport_named(value);
    else if (strcmp(name, "transport-message") == 0)
        snprintf(exchange->transport_message, sizeof exchange->transport_message, "%s", value);
    else if (strcmp(name, "status") == 0)
        exchange->status = atoi(value);
    else if (strcmp(name, "content-type") == 0)
        snprintf(exchange->content_type, sizeof exchange->content_type, "%s", value);
    else if (strcmp(name, "retry-after-ms") == 0)
        exchange->retry_after_ms = atoll(value);
    else if (strcmp(name, "header") == 0)
        limit_headers_take(&exchange->limits, value, strlen(value), noon_ms);
    else if (strcmp(name, "location") == 0)
        snprintf(exchange->location, sizeof exchange->location, "%s", value);
    else if (strcmp(name, "key") == 0)
        exchange->key = NULL;
    else if (strcmp(name, "sent") == 0)
        snprintf(sent, 100, "%s", value);
    else if (strcmp(name, "provider") == 0)
        expected->provider = provider_find(value);
    else if (strcmp(name, "kind") == 0)
        snprintf(expected->kind, sizeof expected->kind, "%s", value);
    else if (strcmp(name, "verdict") == 0)
        snprintf(expected->verdict, sizeof expected->verdict, "%s", value);
    else if (strcmp(name, "lessons") == 0)
        snprintf(expected->lessons, sizeof expected->lessons, "%s", value);
    else if (strcmp(name, "wait-ms") == 0)
        snprintf(expected->wait_ms, sizeof expected->wait_ms, "%s", value);
    else if (strcmp(name, "unreachable") == 0)
        expected->unreachable = strcmp(value, "yes") == 0;
    else if (strcmp(name, "message") == 0)
        snprintf(expected->message, sizeof expected->message, "%s", value);
    else if (strcmp(name, "fix") == 0)
        snprintf(expected->fix, sizeof expected->fix, "%s", value);
    else
        fail_msg("%s: no line is called '%s'", file, name);
}

// Fills the exchange and what is expected from a case's text, which is cut up.
static void read_case(const char *file, char *text, struct exchange *exchange, char *sent,
                      struct expected *expected)
{
    char *line = text;
    while (strncmp(line, "body:\n", 6) != 0) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            fail_msg("%s: no line 'body:'", file);
        *end = '\0';
        char *colon = strstr(line, ": ");
        if (*line != '#') {
            if (colon == NULL)
                fail_msg("%s: no value in '%s'", file, line);
            *colon = '\0';
            read_line(file, line, colon + 2, exchange, sent, expected);
        }
        line = end + 1;
    }
    buffer_append_text(&exchange->body, line + strlen("body:\n"));
}

static bool same_lessons(const struct endpoint_lessons *a, const struct endpoint_lessons *b)
{
    return a->structured == b->structured && a->no_temperature == b->no_temperature &&
           a->max_completion_tokens == b->max_completion_tokens &&
           a->cap_renamed == b->cap_renamed && a->no_max_tokens == b->no_max_tokens &&
           a->max_tokens_cap == b->max_tokens_cap && a->stream == b->stream &&
           a->no_stream_usage == b->no_stream_usage && a->thinking == b->thinking &&
           a->prefix == b->prefix;
}

// Prints what differs; true: nothing does.
static bool check_case(const char *file, const struct fault *fault,
                       const struct endpoint_lessons *learned, const struct expected *expected)
{
    const char *verdict = fault_verdict_name(fault->verdict);
    bool good = true;
    if (strcmp(fault->kind, expected->kind) != 0 || strcmp(verdict, expected->verdict) != 0)
        good = false;
    struct endpoint_lessons lessons = lessons_named(expected->lessons);
    if (!same_lessons(learned, &lessons))
        good = false;
    if (*expected->wait_ms != '\0' && fault->wait_ms != atoll(expected->wait_ms))
        good = false;
    if (fault->unreachable != expected->unreachable)
        good = false;
    if (strstr(fault->message, expected->message) == NULL ||
        strstr(fault->fix, expected->fix) == NULL || strstr(fault->message, secret) != NULL ||
        !text_valid_utf8(fault->message, strlen(fault->message)))
        good = false;
    if (!good)
        print_error(
            "%s\n  got  %s %s, wait %lld, unreachable %d, structured %d, no_temperature %d, "
            "max_completion_tokens %d, cap_renamed %d, no_max_tokens %d, cap %d, stream %d, "
            "no_stream_usage %d, "
            "thinking %d, prefix %d\n  fix  %s\n  said %s\n"
            "  want %s %s, lessons '%s', wait '%s', fix '%s', message '%s'\n",
            file, fault->kind, verdict, (long long)fault->wait_ms, fault->unreachable,
            learned->structured, learned->no_temperature, learned->max_completion_tokens,
            learned->cap_renamed, learned->no_max_tokens, learned->max_tokens_cap, learned->stream,
            learned->no_stream_usage, learned->thinking, learned->prefix, fault->fix,
            fault->message, expected->kind, expected->verdict, expected->lessons, expected->wait_ms,
            expected->fix, expected->message);
    return good;
}

static bool run_case(const char *file, char *text)
{
    struct error why = {0};
    struct exchange *exchange = exchange_new(1 << 20, &why);
    assert_non_null(exchange);
    exchange->key = secret;
    char sent[100] = "schema";
    struct expected expected = {.provider = &provider_openai};
    read_case(file, text, exchange, sent, &expected);
    if (*expected.lessons == '\0')
        snprintf(expected.lessons, sizeof expected.lessons, "%s", sent);
    if (expected.provider == NULL)
        fail_msg("%s: no such provider", file);
    struct endpoint endpoint = {.provider = expected.provider};
    struct endpoint_lessons then = lessons_named(sent);
    endpoint.lessons = then;
    struct reply reply;
    struct fault fault;
    fault_classify(&endpoint, &then, exchange, &reply, &fault);
    bool good = check_case(file, &fault, &endpoint.lessons, &expected);
    good = good && reply.text == NULL;
    // The same refusal again and again teaches less and less, and then fails the call.
    for (int round = 0; good && fault.verdict == FAULT_ADAPT; round++) {
        struct endpoint_lessons now = endpoint.lessons;
        fault_classify(&endpoint, &now, exchange, &reply, &fault);
        if (round == 3) {
            print_error("%s: still learning in round %d\n", file, round);
            good = false;
        }
    }
    reply_clear(&reply);
    exchange_free(exchange);
    return good;
}

static char *read_file(const char *file)
{
    struct buffer text;
    struct error why = {0};
    buffer_init(&text, 1 << 20);
    if (!file_read(file, &text, &why))
        fail_msg("%s", why.message);
    return buffer_take(&text);
}

// Many cases in one file, each below a line "=== NAME".
static size_t run_cases(const char *file, size_t *bad)
{
    char *text = read_file(file), name[300], *next = strstr(text, "\n=== ");
    size_t count = 0;
    while (next != NULL) {
        char *title = next + strlen("\n=== "), *end = strchr(title, '\n');
        if (end == NULL)
            fail_msg("%s: nothing below the last title", file);
        *end = '\0';
        next = strstr(end + 1, "\n=== ");
        if (next != NULL)
            *next = '\0';
        snprintf(name, sizeof name, "%s: %s", file, title);
        *bad += !run_case(name, end + 1);
        count++;
    }
    free(text);
    return count;
}

static void test_cases(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob(TEST_CASES "/fault/*.case", 0, NULL, &files), 0);
    size_t bad = 0, count = files.gl_pathc;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char *text = read_file(files.gl_pathv[i]);
        bad += !run_case(files.gl_pathv[i], text);
        free(text);
    }
    globfree(&files);
    assert_int_equal(glob(TEST_CASES "/fault/*.cases", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        count += run_cases(files.gl_pathv[i], &bad);
    globfree(&files);
    print_message("%zu cases\n", count);
    assert_true(count >= 900);
    assert_int_equal(bad, 0);
}

static struct exchange *answered(int status, const char *body)
{
    struct error why = {0};
    struct exchange *exchange = exchange_new(1 << 20, &why);
    assert_non_null(exchange);
    exchange->status = status;
    buffer_append_text(&exchange->body, body);
    return exchange;
}

// Whoever refuses streams and their lack ends as a refusal, not in turns for ever.
static void test_stream_either_way(void **state)
{
    (void)state;
    struct endpoint endpoint = {.provider = &provider_openai};
    struct exchange *wanted = answered(400, "{\"error\": \"This model only supports streaming\"}"),
                    *refused = answered(400, "{\"error\": \"Streaming is not supported\"}");
    struct reply reply;
    struct fault fault = {.verdict = FAULT_ADAPT};
    int calls = 0;
    while (fault.verdict == FAULT_ADAPT && calls++ < 10) {
        struct endpoint_lessons now = endpoint.lessons;
        fault_classify(&endpoint, &now, now.stream ? refused : wanted, &reply, &fault);
        reply_clear(&reply);
    }
    assert_int_equal(fault.verdict, FAULT_ITEM);
    assert_int_equal(calls, 3);
    exchange_free(wanted);
    exchange_free(refused);
}

// What becomes of a stream, by how its connection ended.
static void expect_stream(const char *bytes, enum transport transport, const char *kind,
                          const char *text)
{
    struct error why = {0};
    struct exchange *exchange = answered(200, bytes);
    exchange->transport = transport;
    exchange->stream = reply_stream_new(&provider_openai, 1 << 16, &why);
    assert_true(reply_stream_feed(exchange->stream, bytes, strlen(bytes)));
    struct endpoint endpoint = {.provider = &provider_openai, .lessons = {.stream = true}};
    const struct endpoint_lessons sent = endpoint.lessons;
    struct reply reply;
    struct fault fault;
    fault_classify(&endpoint, &sent, exchange, &reply, &fault);
    assert_string_equal(fault.kind, kind);
    assert_string_equal(reply.text != NULL ? reply.text : "-", text);
    assert_int_equal(fault.http_status, 200);
    reply_clear(&reply);
    exchange_free(exchange);
}

static void test_streams(void **state)
{
    (void)state;
#define PIECE "data: {\"choices\":[{\"delta\":{\"content\":\"red\"}}]}\n\n"
#define FINISH "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    // An answer that is whole counts, whatever became of the connection behind it.
    static const enum transport ways[] = {TRANSPORT_OK, TRANSPORT_CUT, TRANSPORT_TIMEOUT};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        expect_stream(PIECE FINISH "data: [DONE]\n\n", ways[i], "", "red");
        expect_stream(PIECE FINISH, ways[i], "", "red");
        expect_stream(PIECE "data: [DONE]\n\n", ways[i], "", "red");
    }
    expect_stream(PIECE, TRANSPORT_OK, "reply_cut", "-");
    expect_stream(PIECE, TRANSPORT_CUT, "reply_cut", "-");
    expect_stream(PIECE "data: {\"cho\n", TRANSPORT_CUT, "reply_cut", "-");
    expect_stream(PIECE, TRANSPORT_TIMEOUT, "timeout", "-");
    expect_stream(PIECE, TRANSPORT_ABORTED, "aborted", "-");
    expect_stream(PIECE, TRANSPORT_TOO_LARGE, "reply_too_large", "-");
    expect_stream(PIECE "data: {\"error\":{\"message\":\"server busy\",\"code\":503}}\n\n",
                  TRANSPORT_OK, "overloaded", "-");
    expect_stream(PIECE "data: {\"choices\":[{\"delta\":{},\"finish_reason\":"
                        "\"insufficient_system_resource\"}]}\n\n",
                  TRANSPORT_OK, "overloaded", "-");
    // What comes whole although a stream was asked for.
    expect_stream("{\"choices\":[{\"message\":{\"content\":\"red\"},\"finish_reason\":\"stop\"}]}",
                  TRANSPORT_OK, "", "red");
    expect_stream("{\"error\":{\"message\":\"server busy\",\"code\":503}}", TRANSPORT_OK,
                  "overloaded", "-");
    expect_stream("<html><title>Log in</title></html>", TRANSPORT_OK, "html_reply", "-");
    expect_stream("", TRANSPORT_OK, "reply_unreadable", "-");
    expect_stream("nothing of use", TRANSPORT_OK, "reply_unreadable", "-");
#undef PIECE
#undef FINISH
}

static void test_success(void **state)
{
    (void)state;
    struct exchange *exchange = answered(
        200, "{\"choices\":[{\"message\":{\"content\":\"red\"},\"finish_reason\":\"stop\"}]}");
    struct endpoint endpoint = {.provider = &provider_openai};
    struct reply reply;
    struct fault fault;
    fault_classify(&endpoint, &endpoint.lessons, exchange, &reply, &fault);
    assert_int_equal(fault.verdict, FAULT_NONE);
    assert_string_equal(reply.text, "red");
    reply_clear(&reply);
    exchange_free(exchange);
}

// A refusal in a 200 is an answer: the item is rejected for it, the call has not failed.
static void test_refusal_is_a_reply(void **state)
{
    (void)state;
    struct exchange *exchange = answered(
        200, "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I cannot help.\"},"
             "\"finish_reason\":\"stop\"}]}");
    struct endpoint endpoint = {.provider = &provider_openai};
    struct reply reply;
    struct fault fault;
    fault_classify(&endpoint, &endpoint.lessons, exchange, &reply, &fault);
    assert_int_equal(fault.verdict, FAULT_NONE);
    assert_int_equal(reply.finish, FINISH_REFUSED);
    assert_string_equal(reply.refusal, "I cannot help.");
    reply_clear(&reply);
    exchange_free(exchange);
}

// Two calls were under way when the first refusal taught the lesson: the second one's refusal is
// sent again too, and takes nothing more away.
static void test_lesson_learned_meanwhile(void **state)
{
    (void)state;
    struct exchange *exchange =
        answered(400, "{\"error\":{\"message\":\"response_format is not supported\"}}");
    struct endpoint endpoint = {.provider = &provider_openai};
    endpoint.lessons.structured = STRUCTURED_OBJECT;
    struct endpoint_lessons sent = {.structured = STRUCTURED_SCHEMA};
    struct reply reply;
    struct fault fault;
    fault_classify(&endpoint, &sent, exchange, &reply, &fault);
    assert_int_equal(fault.verdict, FAULT_ADAPT);
    assert_int_equal(endpoint.lessons.structured, STRUCTURED_OBJECT);
    sent.structured = STRUCTURED_OBJECT;
    fault_classify(&endpoint, &sent, exchange, &reply, &fault);
    assert_int_equal(fault.verdict, FAULT_ADAPT);
    assert_int_equal(endpoint.lessons.structured, STRUCTURED_NONE);
    sent.structured = STRUCTURED_NONE;
    fault_classify(&endpoint, &sent, exchange, &reply, &fault);
    assert_int_equal(fault.verdict, FAULT_ITEM);
    exchange_free(exchange);
}

// Bodies made to break a reader: deep nesting, endless text, bytes that are no text.
static void test_hostile_bodies(void **state)
{
    (void)state;
    size_t length = 300000;
    char *body = malloc(length + 1);
    static const char fillings[] = {'[', '{', '"', '<', '\\', (char)0xff, 'x', '\n', '1'};
    static const int statuses[] = {200, 400, 429, 500};
    struct endpoint endpoint = {.provider = &provider_openai};
    for (size_t i = 0; i < sizeof fillings; i++)
        for (size_t j = 0; j < sizeof statuses / sizeof *statuses; j++) {
            memset(body, fillings[i], length);
            body[length] = '\0';
            struct exchange *exchange = answered(statuses[j], "");
            buffer_append(&exchange->body, body, length);
            struct reply reply;
            struct fault fault;
            fault_classify(&endpoint, &endpoint.lessons, exchange, &reply, &fault);
            assert_int_not_equal(fault.verdict, FAULT_NONE);
            assert_true(text_valid_utf8(fault.message, strlen(fault.message)));
            exchange_free(exchange);
        }
    free(body);
}

int main(void)
{
    secret_register(secret);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_stream_either_way),
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_refusal_is_a_reply),
        cmocka_unit_test(test_lesson_learned_meanwhile),
        cmocka_unit_test(test_hostile_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
