#include "problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_messages(void **state)
{
    (void)state;
    static const struct {
        const char *body, *type, *message;
        enum problem_form form;
        bool is_error;
        int status;
    } cases[] = {
        {"{\"error\":{\"message\":\"m\",\"code\":429}}", "", "m", PROBLEM_JSON, true, 429},
        {"[{\"error\":{\"message\":\"m\",\"code\":\"503\"}}]", "", "m", PROBLEM_JSON, true, 503},
        {"{\"error\":\"m\"}", "", "m", PROBLEM_JSON, true, 0},
        {"{\"message\":\"m\",\"code\":\"E1\"}", "", "m", PROBLEM_JSON, true, 0},
        {"{\"code\":500,\"msg\":\"m\"}", "", "m", PROBLEM_JSON, true, 500},
        {"{\"detail\":\"m\"}", "", "m", PROBLEM_JSON, true, 0},
        {"{\"detail\":[{\"loc\":[\"body\",\"messages\",0],\"msg\":\"m\"}]}", "",
         "body.messages.0: m", PROBLEM_JSON, true, 0},
        {"{\"error\":{\"message\":\"a: {\\\"error\\\":{\\\"message\\\":\\\"b\\\"}}\"}}", "", "a: b",
         PROBLEM_JSON, true, 0},
        {"{\"error\":{\"message\":\"line\\none\"}}", "", "line one", PROBLEM_JSON, true, 0},
        {"{\"choices\":[]}", "", "{\"choices\":[]}", PROBLEM_JSON, false, 0},
        {"{\"error\":null,\"choices\":[]}", "", "{\"error\":null,\"choices\":[]}", PROBLEM_JSON,
         false, 0},
        {"[]", "", "[]", PROBLEM_JSON, false, 0},
        {"{broken", "application/json", "{broken", PROBLEM_TEXT, false, 0},
        {" plain\n text ", "", "plain text", PROBLEM_TEXT, false, 0},
        {"<html><style>b{}</style><title>502 Bad\nGateway</title></html>", "", "502 Bad Gateway",
         PROBLEM_HTML, false, 0},
        {"<div>x</div>", "text/html; charset=utf-8", "x", PROBLEM_HTML, false, 0},
        {"<script>never closed", "text/html", "", PROBLEM_HTML, false, 0},
        {"<html", "", "", PROBLEM_HTML, false, 0},
        {"<?xml version='1.0'?><Code>Denied</Code>", "application/xml",
         "<?xml version='1.0'?><Code>Denied</Code>", PROBLEM_TEXT, false, 0},
        {"", "", "", PROBLEM_EMPTY, false, 0},
        {"a\xff", "", "a\xef\xbf\xbd", PROBLEM_TEXT, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem problem;
        assert_true(problem_read(&problem, cases[i].body, strlen(cases[i].body), cases[i].type));
        if (strcmp(problem.message, cases[i].message) != 0 || problem.form != cases[i].form ||
            problem.is_error != cases[i].is_error || problem.status != cases[i].status)
            fail_msg("%s: form %d, error %d, status %d, '%s'", cases[i].body, (int)problem.form,
                     problem.is_error, problem.status, problem.message);
        problem_clear(&problem);
    }
}

static void test_words_and_codes(void **state)
{
    (void)state;
    static const char body[] =
        "{\"error\":{\"message\":\"Model Not Exist\",\"type\":\"Bad\",\"code\":1211,\"details\":[{"
        "\"retryDelay\":\"38s\",\"reason\":\"API_KEY\"}]},\"input\":\"an echo\",\"request\":{\"x\":"
        "\"another\"}}";
    struct problem problem;
    assert_true(problem_read(&problem, body, strlen(body), ""));
    assert_true(problem_says(&problem, "nothing|model not exist"));
    assert_true(problem_says(&problem, "retrydelay 38s"));
    assert_false(problem_says(&problem, "an echo|another|nothing"));
    assert_true(problem_has_code(&problem, "1211"));
    assert_true(problem_has_code(&problem, "x|api_key"));
    assert_true(problem_has_code(&problem, "bad"));
    assert_false(problem_has_code(&problem, "121|ba|211"));
    assert_false(problem_says(&problem, ""));
    problem_clear(&problem);
}

// What was refused is found on both sides of an echoed image.
static void test_long_messages(void **state)
{
    (void)state;
    size_t length = 200000;
    char *body = malloc(length + 200);
    memset(body, 'A', length + 200);
    static const char begin[] = "{\"error\":{\"message\":\"Invalid value: ";
    static const char end[] = ". unsupported image\"}}";
    memcpy(body, begin, strlen(begin));
    memcpy(body + length, end, sizeof end);
    struct problem problem;
    assert_true(problem_read(&problem, body, strlen(body), ""));
    assert_true(problem_says(&problem, "invalid value"));
    assert_true(problem_says(&problem, "unsupported image"));
    assert_true(problem.words.length < 10000);
    problem_clear(&problem);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_words_and_codes),
        cmocka_unit_test(test_long_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
