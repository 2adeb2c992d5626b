#include "conditions.h"

#include "excuses.h"
#include "json.h"
#include "request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void each_limit_has_its_kind(void **state)
{
    static const struct conditions conditions = {.max_image_bytes = 1000,
                                                 .max_image_side = 640,
                                                 .max_images = 1,
                                                 .max_prompt = 50,
                                                 .max_output_tokens = 100};
    struct chat_request request = {
        .image_bytes = 1000, .image_side = 640, .images = 1, .characters = 50, .max_tokens = 100};
    struct excuse_values values = {0};
    (void)state;
    assert_null(conditions_broken(&conditions, &request, &values));
    request.max_tokens = 101;
    assert_string_equal(conditions_broken(&conditions, &request, &values), "cap");
    assert_int_equal(values.actual, 101);
    assert_int_equal(values.limit, 100);
    request.characters = 51;
    assert_string_equal(conditions_broken(&conditions, &request, &values), "context");
    request.images = 2;
    assert_string_equal(conditions_broken(&conditions, &request, &values), "image-count");
    request.image_side = 641;
    assert_string_equal(conditions_broken(&conditions, &request, &values), "image-side");
    request.image_bytes = 1001;
    assert_string_equal(conditions_broken(&conditions, &request, &values), "image-bytes");
    request.refused = "temperature";
    assert_string_equal(conditions_broken(&conditions, &request, &values), "parameter");
    assert_string_equal(values.name, "temperature");
    assert_null(
        conditions_broken(&(struct conditions){0}, &(struct chat_request){.images = 99}, &values));
}

// OpenAI's names stand for what the other protocols have in their place.
static void finds_parameters_in_each_protocol(void **state)
{
    static const struct {
        const struct request_form *form;
        const char *name, *body;
        bool found;
    } cases[] = {
        {&request_form_openai, "temperature", "{\"temperature\":0}", true},
        {&request_form_openai, "temperature", "{\"temperature\":null}", false},
        {&request_form_openai, "stream", "{\"stream\":false}", false},
        {&request_form_openai, "stream", "{\"stream\":true}", true},
        {&request_form_openai, "system", "{\"messages\":[{\"role\":\"system\"}]}", true},
        {&request_form_openai, "system", "{\"messages\":[{\"role\":\"user\"}]}", false},
        {&request_form_openai, "detail",
         "{\"messages\":[{\"content\":[{\"image_url\":{\"detail\":\"low\"}}]}]}", true},
        {&request_form_openai, "detail", "{\"messages\":[{\"content\":\"detail\"}]}", false},
        {&request_form_openai, "anything", "{\"anything\":{}}", true},
        {&request_form_anthropic, "system", "{\"system\":\"x\"}", true},
        {&request_form_anthropic, "response_format", "{\"output_config\":{\"format\":{}}}", true},
        {&request_form_anthropic, "stop", "{\"stop_sequences\":[]}", true},
        {&request_form_gemini, "max_tokens", "{\"generationConfig\":{\"maxOutputTokens\":1}}",
         true},
        {&request_form_gemini, "temperature", "{\"temperature\":1}", false},
        {&request_form_gemini, "system", "{\"systemInstruction\":{}}", true},
        {&request_form_gemini, "safetySettings", "{\"safetySettings\":[]}", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[40];
        char *const names[] = {name};
        struct error why = {0};
        strcpy(name, cases[i].name);
        cJSON *body = json_parse(cases[i].body, strlen(cases[i].body), &why);
        if ((conditions_named(names, 1, cases[i].form, body) != NULL) != cases[i].found)
            fail_msg("%s in %s", name, cases[i].body);
        cJSON_Delete(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_has_its_kind),
        cmocka_unit_test(finds_parameters_in_each_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
