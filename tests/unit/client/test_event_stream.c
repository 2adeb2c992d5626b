#include "event_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Each event as "name|data;".
static bool write_event(void *context, const struct event *event, struct error *why)
{
    struct buffer *out = context;
    assert_int_equal(event->data[event->length], '\0');
    if (strcmp(event->data, "stop") == 0)
        return error_set(why, ERR_REPLY, "stopped");
    buffer_append_text(out, event->name);
    buffer_append_char(out, '|');
    buffer_append(out, event->data, event->length);
    buffer_append_char(out, ';');
    return true;
}

// The events of a stream that comes in pieces of `piece` bytes, from `first` on.
static char *split(const char *text, size_t length, size_t first, size_t piece)
{
    struct buffer out;
    struct event_stream stream;
    struct error why = {0};
    buffer_init(&out, 1 << 16);
    event_stream_init(&stream, 1 << 12, write_event, &out);
    for (size_t at = 0; at < length;) {
        size_t part = at == 0 && first > 0 ? first : piece;
        if (part > length - at)
            part = length - at;
        // An allocation of its own, so that a read past the piece is caught.
        char *bytes = malloc(part);
        memcpy(bytes, text + at, part);
        if (!event_stream_feed(&stream, bytes, part, &why))
            fail_msg("%s", why.message);
        free(bytes);
        at += part;
    }
    assert_true(event_stream_end(&stream, &why));
    event_stream_clear(&stream);
    return buffer_take(&out);
}

static void expect_split(const char *text, const char *expected)
{
    size_t length = strlen(text);
    for (size_t first = 0; first <= length; first++) {
        char *got = split(text, length, first, length);
        assert_string_equal(got, expected);
        free(got);
    }
    for (size_t piece = 1; piece <= 3; piece++) {
        char *got = split(text, length, 0, piece);
        assert_string_equal(got, expected);
        free(got);
    }
}

static void test_lines(void **state)
{
    (void)state;
    expect_split("", "");
    expect_split("data: a\n\n", "|a;");
    expect_split("data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;");
    expect_split("data: a\r\rdata: b\r\r", "|a;|b;");
    expect_split("data: a\n\r\ndata: b\r\n\n", "|a;|b;");
    expect_split("\n\n\r\n\rdata: a\n\n\n\ndata: b\n\n", "|a;|b;");
    expect_split("data: a\ndata: b\r\ndata: c\r\n\n", "|a\nb\nc;");
}

static void test_fields(void **state)
{
    (void)state;
    expect_split(": comment\n:\n\ndata: a\n: in between\ndata: b\n\n", "|a\nb;");
    expect_split("event: ping\ndata: {}\n\ndata: a\n\n", "ping|{};|a;");
    expect_split("event: first\nevent: second\ndata: a\n\n", "second|a;");
    expect_split("event: lost\n\ndata: a\n\n", "|a;");
    expect_split("id: 1\nretry: 5\ndatum: x\ndata\n: y\ndata:z\n\n", "|\nz;");
    expect_split("data:\n\n", "|;");
    expect_split("data:  two\n\n", "| two;");
    expect_split("data: a: b\n\n", "|a: b;");
    expect_split("{\"data\": 1}\n\n", "");
}

static void test_mark(void **state)
{
    (void)state;
    expect_split("\xef\xbb\xbf"
                 "data: a\n\n",
                 "|a;");
    expect_split("\xef\xbb\xbf\n\n"
                 "data: a\n\n",
                 "|a;");
    expect_split("data: \xef\xbb\xbf\n\n\xef\xbb\xbf"
                 "data: b\n\n",
                 "|\xef\xbb\xbf;");
}

static void test_end(void **state)
{
    (void)state;
    expect_split("data: a\n\ndata: b\n", "|a;|b;");
    expect_split("data: a\n\ndata: b", "|a;|b;");
    expect_split("data: a\n\n: b", "|a;");
    expect_split("data: a\n\nevent: b", "|a;");
}

static void test_nul(void **state)
{
    (void)state;
    char *got = split("data: a\0b\n\n", 11, 0, 1);
    assert_memory_equal(got, "|a\0b;", 5);
    free(got);
}

static void expect_failure(const char *text, size_t max_event_bytes, enum error_kind kind)
{
    struct buffer out;
    struct event_stream stream;
    struct error why = {0};
    buffer_init(&out, 1 << 16);
    event_stream_init(&stream, max_event_bytes, write_event, &out);
    bool good = true;
    for (size_t at = 0; good && at < strlen(text); at++)
        good = event_stream_feed(&stream, text + at, 1, &why);
    assert_false(good);
    assert_int_equal(why.kind, kind);
    event_stream_clear(&stream);
    buffer_clear(&out);
}

static void test_ceiling(void **state)
{
    (void)state;
    expect_failure("data: 0123456789\n\n", 15, ERR_TOO_LARGE);
    expect_failure(": 01234567890123456789", 15, ERR_TOO_LARGE);
    expect_failure("data: 01\ndata: 23\ndata: 45\ndata: 67\ndata: 89\n\n", 14, ERR_TOO_LARGE);
    expect_failure("event: 0123456789\n", 15, ERR_TOO_LARGE);
    expect_failure("data: a\n\ndata: stop\n\n", 100, ERR_REPLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_fields), cmocka_unit_test(test_mark),
        cmocka_unit_test(test_end),   cmocka_unit_test(test_nul),    cmocka_unit_test(test_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
