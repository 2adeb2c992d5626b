#include "unit.h"

#include "distractor.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const char question[] = "What colour is the ball in the picture?";

static void say(struct distractors *distractors, const char *text)
{
    struct call call = {.replied = true, .text = text_copy(text), .attempts = 1};
    distractors_take(distractors, question, "red", LANGUAGE_EN, &call);
    call_clear(&call);
}

static void the_count_is_met_exactly(void **state)
{
    (void)state;
    struct distractors distractors;
    distractors_init(&distractors, 3, 3);
    say(&distractors, "{\"options\":[\"blue\",\"Red\",\"blue\",\"green\"]}");
    assert_int_equal(distractors.count, 2); // the answer and the repeat were refused
    assert_int_equal(distractors.chain.state, CHAIN_OPEN);
    // The next try asks for what is missing, and says what was refused.
    struct buffer prompt;
    buffer_init(&prompt, 1 << 20);
    distractors_write_prompt(&distractors, question, "red", LANGUAGE_EN, &prompt);
    assert_non_null(strstr(prompt.data, "How many: 1"));
    assert_non_null(strstr(prompt.data, "- blue\n"));
    assert_non_null(strstr(prompt.data, "- Red: "));
    buffer_clear(&prompt);
    say(&distractors, "{\"options\":[\"black\",\"white\",\"purple\"]}");
    assert_int_equal(distractors.count, 3); // never more than wanted
    assert_string_equal(distractors.kept[2], "black");
    assert_int_equal(distractors.chain.state, CHAIN_DONE);
    distractors_clear(&distractors);
}

static void too_few_after_the_last_try_is_a_rejection(void **state)
{
    (void)state;
    struct distractors distractors;
    distractors_init(&distractors, 2, 3);
    say(&distractors, "{\"options\":[\"blue\"]}");
    say(&distractors, "{\"options\":[\"green\"]}");
    assert_int_equal(distractors.chain.state, CHAIN_REJECTED);
    assert_string_equal(distractors.chain.kind, "options.count");
    distractors_clear(&distractors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_count_is_met_exactly),
                                       cmocka_unit_test(too_few_after_the_last_try_is_a_rejection)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
