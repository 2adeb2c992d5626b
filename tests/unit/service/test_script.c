#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const events[] = {"data: {\"a\":\"\xe7\xba\xa2\"}\n\n", "data: {\"b\":1}\n\n",
                                     "data: {\"c\":1}\n\n", "data: [DONE]\n\n"};

// The first event at once, the next two a millisecond apart, the last with the third.
static void make(struct buffer *body, struct script *script)
{
    buffer_init(body, 100000);
    *script = (struct script){0};
    for (size_t i = 0; i < 4; i++) {
        buffer_append_text(body, events[i]);
        script_add(script, body->length, i == 1 || i == 2 ? 1000000 : 0);
    }
}

static int64_t waits_of(const struct script *script)
{
    int64_t sum = 0;
    size_t before = 0;
    for (size_t i = 0; i < script->count; i++) {
        assert_true(script->pieces[i].end > before);
        before = script->pieces[i].end;
        sum += script->pieces[i].wait_ns;
    }
    return sum;
}

static void joins_what_needs_no_wait(void **state)
{
    struct buffer body;
    struct script script;
    (void)state;
    make(&body, &script);
    assert_int_equal(script.count, 3);
    assert_int_equal(script.pieces[2].end, body.length);
    assert_int_equal(waits_of(&script), 2000000);
    assert_true(script_waits(&script));
    script_clear(&script);
    buffer_clear(&body);
}

// Comments and line ends change nothing that a reader of events sees, nor the time it takes.
static void odd_streams_say_the_same(void **state)
{
    static const enum fault_action actions[] = {FAULT_ACT_STREAM_COMMENTS, FAULT_ACT_STREAM_CRLF,
                                                FAULT_ACT_STREAM_SPLIT, FAULT_ACT_STREAM_ODD};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct buffer body, plain, wanted;
        struct script script;
        make(&body, &script);
        script_disturb(&script, &body, actions[i], NULL);
        assert_int_equal(script.pieces[script.count - 1].end, body.length);
        assert_int_equal(waits_of(&script), 2000000);
        assert_int_equal(strstr(body.data, ": keep-alive") != NULL, i == 0 || i == 3);
        assert_int_equal(strstr(body.data, "\r\n\r\n") != NULL, i == 1 || i == 3);
        if (i >= 2)
            assert_true(script.count > 9);
        buffer_init(&plain, 100000);
        buffer_init(&wanted, 100000);
        for (const char *at = body.data; *at != '\0'; at++)
            if (*at == ':' && at[1] == ' ' && at[2] == 'k')
                at += strspn(at, ": kep-aliv\r\n") - 1;
            else if (*at != '\r')
                buffer_append_char(&plain, *at);
        for (size_t j = 0; j < 4; j++)
            buffer_append_text(&wanted, events[j]);
        assert_string_equal(plain.data, wanted.data);
        script_clear(&script);
        buffer_clear(&body);
        buffer_clear(&plain);
        buffer_clear(&wanted);
    }
}

static void breaks_off_in_the_middle(void **state)
{
    struct buffer body, error;
    struct script script;
    (void)state;
    make(&body, &script);
    script_disturb(&script, &body, FAULT_ACT_STREAM_CUT, NULL);
    assert_int_equal(script.end, SCRIPT_CUT);
    assert_int_equal(script.pieces[script.count - 1].end, body.length);
    assert_null(strstr(body.data, "[DONE]"));
    assert_int_equal(strncmp(body.data, events[0], strlen(events[0])), 0);
    assert_int_not_equal(body.data[body.length - 1], '\n');
    script_clear(&script);
    buffer_clear(&body);

    make(&body, &script);
    buffer_init(&error, 100);
    buffer_append_text(&error, "{\"error\":1}");
    script_disturb(&script, &body, FAULT_ACT_STREAM_ERROR, &error);
    assert_int_equal(script.end, SCRIPT_WHOLE);
    assert_int_equal(script.pieces[script.count - 1].end, body.length);
    assert_string_equal(body.data + body.length - 19, "data: {\"error\":1}\n\n");
    assert_null(strstr(body.data, "\"c\""));
    script_clear(&script);
    buffer_clear(&body);
    buffer_clear(&error);
}

static void keeps_alive_in_front(void **state)
{
    struct buffer body;
    struct script script;
    (void)state;
    make(&body, &script);
    script_keep_alive(&script, &body, ": k\n\n", 4, 8000000);
    assert_int_equal(strncmp(body.data, ": k\n\n: k\n\n: k\n\n: k\n\ndata: {\"a\"", 30), 0);
    assert_int_equal(script.pieces[0].end, 5);
    assert_int_equal(script.pieces[script.count - 1].end, body.length);
    assert_int_equal(waits_of(&script), 10000000);
    script_clear(&script);
    buffer_clear(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_what_needs_no_wait),
        cmocka_unit_test(odd_streams_say_the_same),
        cmocka_unit_test(breaks_off_in_the_middle),
        cmocka_unit_test(keeps_alive_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
