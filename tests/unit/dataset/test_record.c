// Records as a whole are tested by the cases of test_source.c; here is what no file can show.
#include "case.h"

#include "record.h"

static const struct record_context context = {"", "line", is_test_image, NULL};

static void refuses_what_could_not_be_parsed(void **state)
{
    (void)state;
    struct question question;
    struct error why = {0};
    assert_true(record_refuse(&context, 7, "bad \xff byte", &question, &why));
    assert_string_equal(question.id, "line-7");
    assert_int_equal(question.line, 7);
    assert_string_equal(question.fault, "bad \xef\xbf\xbd byte");
    question_clear(&question);
}

// Any prefix of a record, and any one byte of it changed, is read or refused, and nothing breaks.
static void survives_damaged_records(void **state)
{
    (void)state;
    static const char text[] =
        "{\"id\":12345678901234567890,\"image\":[{\"url\":\"data:image/png;base64,iVBORw0KGgo=\"}],"
        "\"question\":\"q\",\"answer\":\"(b)\",\"options\":{\"A\":\"x\",\"B\":1.5},"
        "\"question_type\":\"mcq\",\"prefill\":{\"claim\":\"c\",\"prefilled_values\":{\"a\":[]}}}";
    char changed[sizeof text];
    int read = 0;
    for (size_t at = 0; at < sizeof text - 1; at++)
        for (const char *byte = "{}[]\",:0\\-e "; *byte != '\0'; byte++) {
            memcpy(changed, text, sizeof text);
            changed[at] = *byte;
            struct error why = {0};
            cJSON *value = json_parse(changed, sizeof text - 1, &why);
            struct question question = {0};
            error_clear(&why);
            if (value != NULL) {
                assert_true(record_read(value, &context, 1, changed, &question, &why));
                assert_non_null(question.id);
                assert_true(question.fault != NULL || question.origin != IMAGE_NONE);
                read++;
            }
            question_clear(&question);
            cJSON_Delete(value);
        }
    assert_true(read > 100);
}

static void knows_image_fields(void **state)
{
    (void)state;
    assert_true(record_is_image_field("image"));
    assert_true(record_is_image_field("img_b64"));
    assert_false(record_is_image_field("picture"));
    assert_false(record_is_image_field(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_could_not_be_parsed),
        cmocka_unit_test(survives_damaged_records),
        cmocka_unit_test(knows_image_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
