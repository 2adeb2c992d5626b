#include "topic.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_table_is_whole(void **state)
{
    (void)state;
    static const char *const wanted[] = {"concept",  "visual_recognition", "caption",
                                         "place",    "text_association",   "object_proportion",
                                         "position", "relative_position",  "one_of_class",
                                         "absence",  "orientation",        "counting"};
    size_t count;
    const struct topic *topics = topic_table(&count);
    assert_int_equal(count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(topics[i].name, wanted[i]);
        for (int l = 0; l < 2; l++) {
            const char *const texts[] = {topics[i].intent[l], topics[i].answer_type[l],
                                         topics[i].constraints[l], topics[i].example[l]};
            for (size_t t = 0; t < 4; t++) {
                assert_non_null(texts[t]);
                assert_true(strlen(texts[t]) > 5);
                assert_true(text_valid_utf8(texts[t], strlen(texts[t])));
                assert_null(strpbrk(texts[t], "|\n")); // it stands in a slot's line
            }
        }
        assert_null(topics[i].banned[7]);
        assert_null(topics[i].aliases[5]);
        for (size_t b = 0; topics[i].banned[b] != NULL; b++) {
            char *folded = text_fold(topics[i].banned[b]);
            assert_string_equal(folded, topics[i].banned[b]);
            free(folded);
        }
    }
}

// A name or alias leads to one topic only.
static void test_aliases_are_unique(void **state)
{
    (void)state;
    struct topics topics;
    struct error why = {0};
    assert_true(topics_init(&topics, NULL, NULL, 0, &why));
    for (size_t i = 0; i < topics.count; i++) {
        assert_ptr_equal(topics_find(&topics, topics.list[i].name), &topics.list[i]);
        for (size_t a = 0; topics.list[i].aliases[a] != NULL; a++)
            assert_ptr_equal(topics_find(&topics, topics.list[i].aliases[a]), &topics.list[i]);
    }
    topics_clear(&topics);
}

static void test_find(void **state)
{
    (void)state;
    struct topics topics;
    struct error why = {0};
    assert_true(topics_init(&topics, NULL, NULL, 0, &why));
    assert_string_equal(topics_find(&topics, "Visual-Recognition")->name, "visual_recognition");
    assert_string_equal(topics_find(&topics, " relative position ")->name, "relative_position");
    assert_string_equal(topics_find(&topics, "OCR")->name, "text_association");
    assert_string_equal(topics_find(&topics, "计数")->name, "counting");
    assert_null(topics_find(&topics, "weather"));
    assert_null(topics_find(&topics, ""));
    assert_null(topics_find(&topics, NULL));
    topics_clear(&topics);
}

static void test_choose(void **state)
{
    (void)state;
    struct topics topics;
    struct error why = {0};
    assert_true(topics_init(&topics, "counting, caption,count", NULL, 0, &why));
    assert_int_equal(topics.count, 2);
    assert_string_equal(topics.list[0].name, "caption"); // the table's order
    assert_string_equal(topics.list[1].name, "counting");
    topics_clear(&topics);

    assert_false(topics_init(&topics, "counting,wether", NULL, 0, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
    assert_non_null(strstr(why.message, "\"wether\""));
    assert_non_null(strstr(why.message, "visual_recognition"));
    assert_null(topics.list);
    error_clear(&why);
    assert_false(topics_init(&topics, " , ", NULL, 0, &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
}

static void test_own(void **state)
{
    (void)state;
    char intent[] = "ask about the\nweather";
    const struct topic_definition own[] = {{.name = "weather", .intent = intent},
                                           {.name = "Counting",
                                            .intent = "ask for sheep",
                                            .answer_type = "a number",
                                            .constraints = "only sheep",
                                            .example = "How many sheep graze by the fence?"}};
    struct topics topics;
    struct error why = {0};
    assert_true(topics_init(&topics, NULL, own, 2, &why));
    memset(intent, 'x', sizeof intent - 1); // the topics have their own copy
    assert_int_equal(topics.count, 13);
    const struct topic *weather = topics_find(&topics, "weather");
    assert_string_equal(weather->intent[LANGUAGE_ZH], "ask about the weather");
    assert_string_equal(weather->answer_type[LANGUAGE_EN], "a word or a few words");
    assert_string_equal(weather->constraints[LANGUAGE_EN], "");
    const struct topic *counting = topics_find(&topics, "counting");
    assert_string_equal(counting->intent[LANGUAGE_EN], "ask for sheep");
    assert_string_equal(counting->example[LANGUAGE_ZH], "How many sheep graze by the fence?");
    topics_clear(&topics);

    assert_true(topics_init(&topics, "weather", own, 1, &why));
    assert_int_equal(topics.count, 1);
    topics_clear(&topics);
    topics_clear(&topics); // twice does no harm
}

static void test_own_refused(void **state)
{
    (void)state;
    static const struct topic_definition bad[] = {{.name = "weather"},
                                                  {.intent = "ask"},
                                                  {.name = " ", .intent = "ask"},
                                                  {.name = "a,b", .intent = "ask"},
                                                  {.name = "a|b", .intent = "ask"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct topics topics;
        struct error why = {0};
        assert_false(topics_init(&topics, NULL, &bad[i], 1, &why));
        assert_int_equal(why.kind, ERR_SETTINGS);
    }
}

static void test_language(void **state)
{
    (void)state;
    enum language language = LANGUAGE_EN;
    assert_true(language_find("ZH", &language));
    assert_int_equal(language, LANGUAGE_ZH);
    assert_string_equal(language_name(language), "zh");
    assert_true(language_find("en", &language));
    assert_string_equal(language_name(language), "en");
    assert_false(language_find("fr", &language));
    assert_false(language_find(NULL, &language));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_whole),
        cmocka_unit_test(test_aliases_are_unique),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_own_refused),
        cmocka_unit_test(test_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
