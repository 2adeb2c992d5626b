#include "unit.h"

#include "json.h"

#include <string.h>

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
                                       cmocka_unit_test(fields_are_separated_by_commas),
                                       cmocka_unit_test(parse_errors_name_the_place)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
