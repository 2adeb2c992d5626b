// Tokens of a call, guessed and corrected.
#include "unit.h"

#include "estimate.h"

static void guesses_are_corrected_by_what_calls_take(void **state)
{
    (void)state;
    struct estimate estimate;
    estimate_init(&estimate, "openai");
    const struct demand demand = {
        .step = STEP_ANSWER, .text_bytes = 800, .width = 512, .height = 512};
    struct bucket_cost cost = estimate_cost(&estimate, &demand);
    print_message("first guess: %.0f and %.0f\n", cost.input, cost.output);
    assert_true(cost.input > 454 && cost.input < 456); // 200 of text, 85 + 170 of the picture
    assert_true(cost.output > 100);
    struct usage usage = {.input_tokens = 910, .cached_tokens = -1, .output_tokens = 20};
    for (int i = 0; i < 60; i++)
        estimate_learn(&estimate, &demand, &usage);
    cost = estimate_cost(&estimate, &demand);
    print_message("then: %.0f and %.0f\n", cost.input, cost.output);
    assert_true(cost.input > 909 && cost.input < 911);
    assert_true(cost.output > 19.5 && cost.output < 21);
    // Each step's answers are of their own length, the input's ratio is the model's.
    struct demand draft = demand;
    draft.step = STEP_DRAFT;
    assert_true(estimate_cost(&estimate, &draft).output > 100);
    assert_true(estimate_cost(&estimate, &draft).input > 909);
    // Nothing said is nothing learned.
    estimate_learn(&estimate, &demand, &usage_unknown);
    assert_true(estimate_cost(&estimate, &demand).input > 909);
}

static void each_provider_counts_pictures_its_own_way(void **state)
{
    (void)state;
    static const struct {
        const char *provider;
        double low, high;
    } cases[] = {{"openai", 700, 800}, {"anthropic", 1300, 1600}, {"gemini", 1000, 1100}};
    const struct demand demand = {.step = STEP_ANSWER, .width = 1024, .height = 1024};
    for (int i = 0; i < 3; i++) {
        struct estimate estimate;
        estimate_init(&estimate, cases[i].provider);
        double input = estimate_cost(&estimate, &demand).input;
        print_message("%s: %.0f\n", cases[i].provider, input);
        assert_true(input >= cases[i].low && input <= cases[i].high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(guesses_are_corrected_by_what_calls_take),
                                       cmocka_unit_test(each_provider_counts_pictures_its_own_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
