#include "model_list.h"

#include "provider.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct model_list read_list(const char *body)
{
    struct model_list list = {0};
    assert_true(model_list_read(&list, body, strlen(body), NULL));
    return list;
}

static void reads_all_shapes(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"b/c\"}]}",
        "{\"data\":[{\"type\":\"model\",\"id\":\"a\",\"display_name\":\"A\"},{\"id\":\"b/c\"}]}",
        "{\"models\":[{\"name\":\"models/a\"},{\"name\":\"b/c\"}]}",
        "[{\"id\":\"a\"},{\"id\":\"b/c\"}]",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct model_list list = read_list(bodies[i]);
        assert_int_equal(list.count, 2);
        assert_string_equal(list.names[0], "a");
        assert_true(model_list_holds(&list, "b/c"));
        assert_false(model_list_holds(&list, "c"));
        model_list_clear(&list);
    }
}

static void other_bodies_are_empty_lists(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "", "<html>", "{}", "{\"data\":{}}", "{\"data\":[1,null]}", "null"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct model_list list = read_list(bodies[i]);
        assert_int_equal(list.count, 0);
        model_list_clear(&list);
    }
}

static void the_nearest_names_come_first(void **state)
{
    (void)state;
    struct model_list list =
        read_list("{\"data\":[{\"id\":\"whisper-1\"},{\"id\":\"openai/gpt-4o-mini\"},"
                  "{\"id\":\"gpt-4o\"},{\"id\":\"Qwen/Qwen2.5-VL-7B-Instruct\"}]}");
    static const struct {
        const char *name, *nearest;
    } cases[] = {{"gpt-4o-mini", "openai/gpt-4o-mini"},
                 {"gpt4o", "gpt-4o"},
                 {"qwen2.5-vl", "Qwen/Qwen2.5-VL-7B-Instruct"},
                 {"GPT-4O", "gpt-4o"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *near[3] = {NULL};
        assert_true(model_list_nearest(&list, cases[i].name, near, 3) >= 1);
        assert_string_equal(near[0], cases[i].nearest);
    }
    const char *near[2];
    assert_int_equal(model_list_nearest(&list, "zz", near, 2), 0);
    assert_int_equal(model_list_nearest(&list, "gpt-4o", near, 1), 1);
    model_list_clear(&list);
}

static void the_list_lies_beside_the_chat_call(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://a/v1/chat/completions", "https://a/v1/models"},
        {"https://a/v1/messages", "https://a/v1/models"},
        {"https://a/v1beta/models/gemini-x:generateContent", "https://a/v1beta/models"},
        {"https://a/v1/chat/completions?api-version=1", "https://a/v1/models"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char url[200];
        strcpy(url, cases[i][0]);
        struct endpoint endpoint = {.url = url, .provider = &provider_openai};
        char *found = model_list_url(&endpoint);
        assert_string_equal(found, cases[i][1]);
        free(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_shapes),
        cmocka_unit_test(other_bodies_are_empty_lists),
        cmocka_unit_test(the_nearest_names_come_first),
        cmocka_unit_test(the_list_lies_beside_the_chat_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
