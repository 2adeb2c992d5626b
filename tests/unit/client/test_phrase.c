#include "phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct buffer read_text(const char *text)
{
    struct buffer sentences;
    buffer_init(&sentences, 10000);
    phrase_append(&sentences, text);
    return sentences;
}

static void words_are_plain(void **state)
{
    static const struct {
        const char *text, *sentences;
    } cases[] = {
        {"", "  \n"},
        {"ModelNotExist", " model not exist \n"},
        {"model_not_found", " model not found \n"},
        {"InvalidAPIKey", " invalid api key \n"},
        {"maxOutputTokens: 5MB!", " max output tokens 5 mb \n  \n"},
        {"It doesn't, can't and cannot.", " it does not can not and can not \n  \n"},
        {"It doesn\u2019t. OpenAI says so", " it does not \n openai says so \n"},
        {"see https://x.test/model/not-found now", " see now \n"},
        {"gpt-4o-mini is gone", " is gone \n"},
        {"base64-encoded", " base64 encoded \n"},
        {"v1.2 of messages.0.content", " v1 2 of messages 0 content \n"},
        {"\u6a21\u578b\u4e0d\u5b58\u5728\uff0c\u8bf7\u68c0\u67e5\u3002",
         " \u6a21\u578b\u4e0d\u5b58\u5728 \u8bf7\u68c0\u67e5 \n  \n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer sentences = read_text(cases[i].text);
        assert_string_equal(buffer_text(&sentences), cases[i].sentences);
        buffer_clear(&sentences);
    }
}

static void one_sentence_holds_both(void **state)
{
    static const struct {
        const char *text, *about, *says;
        bool holds;
    } cases[] = {
        {"The model does not exist", "model", "not exist", true},
        {"The model is fine. The page does not exist", "model", "not exist", false},
        {"The model is fine. The page does not exist", NULL, "not exist", true},
        {"models were not yet found", "model", "not~found", true},
        {"not at any time that we know found", NULL, "not~found", false},
        {"not one, not found", NULL, "not~found", true},
        {"a supermodel is not found", "model", "not found", false},
        {"the remodelled thing", "model", NULL, false},
        {"limits", NULL, "limit ", false},
        {"the limit", NULL, "limit ", true},
        {"x", NULL, "a|b|x", true},
        {"x", NULL, "a|b", false},
        {"\u8be5\u6a21\u578b\u4e0d\u652f\u6301\u56fe\u7247", "\u56fe\u7247", "\u4e0d\u652f\u6301",
         true},
        {"\u53c2\u6570temperature\u975e\u6cd5", "temperature", "\u975e\u6cd5", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer sentences = read_text(cases[i].text);
        if (phrase_says(buffer_text(&sentences), cases[i].about, cases[i].says) != cases[i].holds)
            fail_msg("%s", cases[i].text);
        buffer_clear(&sentences);
    }
}

static void a_name_is_hidden(void **state)
{
    struct buffer sentences =
        read_text("The model vision/image_net does not take it. vision/image_net");
    (void)state;
    phrase_hide(&sentences, "vision/image_net");
    assert_true(phrase_says(buffer_text(&sentences), "model", "not take"));
    assert_false(phrase_says(buffer_text(&sentences), "vision|image", NULL));
    // A name of one word may be any word.
    phrase_hide(&sentences, "model");
    assert_true(phrase_says(buffer_text(&sentences), "model", NULL));
    phrase_hide(&sentences, "");
    buffer_clear(&sentences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_plain),
        cmocka_unit_test(one_sentence_holds_both),
        cmocka_unit_test(a_name_is_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
