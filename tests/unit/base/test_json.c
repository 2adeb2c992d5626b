#include "unit.h"

#include "json.h"
#include "random.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static void strings_come_back_as_they_were(void **state)
{
    (void)state;
    const char *text = "a \"b\" \\ \n\t\x01 你好 \x7f";
    struct buffer out;
    struct error why = {0};
    buffer_init(&out, 1000);
    json_write_string(&out, text);
    cJSON *value = json_parse(out.data, out.length, &why);
    assert_non_null(value);
    assert_string_equal(value->valuestring, text);
    cJSON_Delete(value);
    buffer_empty(&out);
    json_write_string(&out, "bad \xff byte");
    assert_string_equal(out.data, "\"bad \xef\xbf\xbd byte\"");
    buffer_empty(&out);
    json_write_string(&out, NULL);
    assert_string_equal(out.data, "null");
    buffer_clear(&out);
}

// A string written one character at a time.
static void write_slowly(struct buffer *out, const char *text)
{
    buffer_append_char(out, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
        utf8proc_int32_t c;
        utf8proc_ssize_t used = utf8proc_iterate(at, -1, &c);
        const char *short_escape = *at < 0x80 ? strchr(from, *at) : NULL;
        if (used <= 0)
            buffer_append_text(out, "\xef\xbf\xbd");
        else if (short_escape != NULL)
            buffer_append_format(out, "\\%c", to[short_escape - from]);
        else if (c < 0x20 || c == 0x7f)
            buffer_append_format(out, "\\u%04x", (unsigned)c);
        else
            buffer_append(out, at, (size_t)used);
        at += used > 0 ? used : 1;
    }
    buffer_append_char(out, '"');
}

static void assert_written_as_slowly(const char *text)
{
    struct buffer out, expected;
    buffer_init(&out, 1000);
    buffer_init(&expected, 1000);
    json_write_string(&out, text);
    write_slowly(&expected, text);
    assert_string_equal(out.data, expected.data);
    buffer_clear(&out);
    buffer_clear(&expected);
}

// Every byte and every lead of a character at each place of the eight that are looked at together.
static void strings_are_escaped_wherever_they_must_be(void **state)
{
    (void)state;
    for (int c = 1; c < 0x100; c++)
        for (int place = 0; place < 9; place++) {
            char text[] = "abcdefghijklmnop";
            text[place] = (char)c;
            assert_written_as_slowly(text);
        }
    for (int first = 0xc0; first < 0x100; first++)
        for (int second = 0x70; second < 0xd0; second += 2)
            for (int third = 0x70; third < 0xd0; third += 9) {
                char text[40];
                snprintf(text, sizeof text, "%c%c%c\xbf%c%c", first, second, third, first, second);
                assert_written_as_slowly(text);
            }
    static const char bytes[] =
        "aaaaaaaaz~ !\"\\\n\x01\x1f\x7f\x80\xff\xe4\xbd\xa0\xed\xa0\xf0\x9f";
    uint64_t random = 3;
    for (int i = 0; i < 20000; i++) {
        char text[40] = "";
        for (size_t left = random_below(&random, sizeof text); left > 0; left--)
            text[left - 1] = bytes[random_below(&random, sizeof bytes - 1)];
        text[sizeof text - 1] = '\0';
        assert_written_as_slowly(text);
    }
}

static void fields_are_separated_by_commas(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 1000);
    buffer_append_char(&out, '{');
    json_write_string_field(&out, "a", "x");
    json_write_integer_field(&out, "b", -3);
    json_write_real_field(&out, "c", 0.1);
    json_write_bool_field(&out, "d", true);
    buffer_append_char(&out, '}');
    assert_string_equal(out.data, "{\"a\":\"x\",\"b\":-3,\"c\":0.1,\"d\":true}");
    buffer_clear(&out);
}

static void parse_errors_name_the_place(void **state)
{
    (void)state;
    struct error why = {0};
    assert_null(json_parse("{\"a\":1} x", 9, &why));
    assert_string_equal(why.message, "not JSON: text after the value, at byte 8");
    error_clear(&why);
    assert_null(json_parse("{\"a\":", 5, &why));
    assert_int_equal(why.kind, ERR_RECORD);
    char deep[5000];
    memset(deep, '[', sizeof deep);
    error_clear(&why);
    assert_null(json_parse(deep, sizeof deep, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(strings_come_back_as_they_were),
                                       cmocka_unit_test(strings_are_escaped_wherever_they_must_be),
                                       cmocka_unit_test(fields_are_separated_by_commas),
                                       cmocka_unit_test(parse_errors_name_the_place)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
