#include "case.h"

#include "call.h"

static void names_each_step(void **state)
{
    (void)state;
    assert_string_equal(call_step_name(STEP_DRAFT), "draft");
    assert_string_equal(call_step_name(STEP_ANSWER), "answer");
    assert_string_equal(call_step_name(STEP_OPTIONS), "options");
}

static void clears_everything(void **state)
{
    (void)state;
    struct call call = {.text = strdup("t"),
                        .reasoning = strdup("r"),
                        .finish = strdup("f"),
                        .model = strdup("m"),
                        .kind = strdup("k"),
                        .message = strdup("m"),
                        .endpoint = strdup("e")};
    call_clear(&call); // what is left behind, the address sanitizer reports
    assert_null(call.text);
    assert_null(call.endpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_each_step),
        cmocka_unit_test(clears_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
