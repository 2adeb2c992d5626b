#include "case.h"

#include "question.h"

static void finds_types_by_many_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum question_type type;
    } names[] = {
        {"multiple_choice", QUESTION_MULTIPLE_CHOICE},
        {"Multiple Choice", QUESTION_MULTIPLE_CHOICE},
        {"MCQ", QUESTION_MULTIPLE_CHOICE},
        {"choice", QUESTION_MULTIPLE_CHOICE},
        {"选择题", QUESTION_MULTIPLE_CHOICE},
        {"fill_in_blank", QUESTION_FILL_IN_BLANK},
        {"fill-in-the-blank", QUESTION_FILL_IN_BLANK},
        {" Fill ", QUESTION_FILL_IN_BLANK},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        enum question_type type = QUESTION_UNSET;
        if (!question_type_find(names[i].name, &type))
            fail_msg("%s is not found", names[i].name);
        assert_int_equal(type, names[i].type);
        enum question_type again = QUESTION_UNSET;
        assert_true(question_type_find(question_type_name(type), &again));
        assert_int_equal(again, type);
    }
    enum question_type type = QUESTION_UNSET;
    assert_false(question_type_find("essay", &type));
    assert_false(question_type_find("", &type));
    assert_int_equal(type, QUESTION_UNSET);
    assert_string_equal(question_type_name(QUESTION_UNSET), "");
}

static void clears_everything(void **state)
{
    (void)state;
    struct question question = {.id = strdup("a"), .option_count = 1, .fault = strdup("b")};
    question.options = calloc(1, sizeof *question.options);
    question.options[0] = strdup("x");
    question_clear(&question);
    assert_null(question.id);
    assert_int_equal(question.option_count, 0);
    question_clear(&question);
}

static void test_copy(void **state)
{
    (void)state;
    static char id[] = "a", text[] = "What is ____?", first[] = "red", second[] = "blue";
    char *options[] = {first, second};
    struct question copy,
        question = {.id = id, .question = text, .options = options, .option_count = 2};
    assert_true(question_copy(&question, &copy));
    assert_ptr_not_equal(copy.id, question.id);
    assert_string_equal(copy.question, text);
    assert_null(copy.answer);
    assert_int_equal(copy.option_count, 2);
    assert_string_equal(copy.options[1], "blue");
    question_clear(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(finds_types_by_many_names),
        cmocka_unit_test(clears_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
