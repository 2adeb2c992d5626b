#include "completion.h"

#include "json.h"
#include "token_count.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void cuts_at_max_tokens_between_characters(void **state)
{
    static const char text[] = "ab 图片 cd 图片图片图片";
    (void)state;
    for (long long most = 1; most < 20; most++) {
        struct buffer changed;
        struct completion completion = {.text = text, .finish = "stop"};
        buffer_init(&changed, 1000);
        completion_cut(&completion, most, &changed);
        bool cut = text_tokens(text) > most;
        assert_string_equal(completion.finish, cut ? "length" : "stop");
        assert_true(text_tokens(completion.text) <= (cut ? most : 20));
        assert_memory_equal(completion.text, text, strlen(completion.text));
        assert_true(strlen(completion.text) > 0);
        assert_true(((unsigned char)text[strlen(completion.text)] & 0xc0) != 0x80);
        buffer_clear(&changed);
    }
}

static void a_long_text_is_cut_quickly(void **state)
{
    (void)state;
    struct buffer text, changed;
    buffer_init(&text, 1 << 22);
    buffer_init(&changed, 1 << 22);
    for (int i = 0; i < 300000; i++)
        buffer_append_text(&text, "word ");
    struct completion completion = {.text = buffer_text(&text), .finish = "stop"};
    completion_cut(&completion, 10, &changed);
    assert_int_equal(strlen(completion.text), 40);
    buffer_clear(&text);
    buffer_clear(&changed);
}

static void writes_openais_shapes(void **state)
{
    (void)state;
    struct buffer out;
    struct error why = {0};
    struct completion completion = {.model = "m",
                                    .text = "a \"quoted\" word\n",
                                    .finish = "stop",
                                    .input_tokens = 7,
                                    .cached_tokens = 3,
                                    .output_tokens = 2};
    buffer_init(&out, 10000);
    completion_write(&completion, &out);
    cJSON *json = json_parse(out.data, out.length, &why);
    const cJSON *choice = cJSON_GetArrayItem(json_member(json, "choices"), 0);
    assert_string_equal(json_text(json_member(choice, "message"), "content"), completion.text);
    assert_string_equal(json_text(choice, "finish_reason"), "stop");
    assert_int_equal(json_integer(json_member(json, "usage"), "total_tokens", 0), 9);
    cJSON_Delete(json);
    buffer_empty(&out);
    completion.stream = true;
    completion_write(&completion, &out);
    assert_memory_equal(out.data, "data: {", 7);
    assert_non_null(strstr(out.data, "\n\ndata: [DONE]\n\n"));
    buffer_empty(&out);
    completion_write_error("no", "t", "", NULL, &out);
    assert_string_equal(out.data, "{\"error\":{\"message\":\"no\",\"type\":\"t\",\"param\":null,"
                                  "\"code\":null}}");
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_at_max_tokens_between_characters),
        cmocka_unit_test(a_long_text_is_cut_quickly),
        cmocka_unit_test(writes_openais_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
