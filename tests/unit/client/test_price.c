#include "unit.h"

#include "price.h"

#include <stdlib.h>
#include <string.h>

static void models_are_found_under_their_names(void **state)
{
    static const struct {
        const char *model, *row;
    } rows[] = {
        {"gpt-4.1", "gpt-4.1"},
        {"gpt-4.1-2025-04-14", "gpt-4.1"},
        {"gpt-4.1-mini", "gpt-4.1-mini"},
        {"gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"},
        {"GPT-4.1-Mini", "gpt-4.1-mini"},
        {"openai/gpt-4o-mini", "gpt-4o-mini"},
        {"models/gemini-2.5-flash", "gemini-2.5-flash"},
        {"gemini-2.5-flash-001", "gemini-2.5-flash"},
        {"gemini-2.5-flash-lite", "gemini-2.5-flash-lite"},
        {"claude-haiku-4-5-20251001", "claude-haiku-4-5"},
        {"claude-haiku-4-5@20251001", "claude-haiku-4-5"},
        {"claude-opus-5-5", "claude-opus-5-5"},
        {"claude-opus-5", "claude-opus-5"},
        {"claude-opus-5-20260901", "claude-opus-5"},
        {"qwen/qwen3-vl-plus:free", "qwen3-vl-plus"},
        {"mistral-medium-latest", "mistral-medium"},
        {"gpt-4.1-turbo", NULL},
        {"gpt-4.10", NULL},
        {"claude-opus-5-7", NULL}, // another model, not a date
        {"my-gpt-4.1", NULL},
        {"builtin", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct price *price = price_find(rows[i].model);
        const char *found = price != NULL ? price->model : "none";
        const char *wanted = rows[i].row != NULL ? rows[i].row : "none";
        if (strcmp(found, wanted) != 0)
            fail_msg("%s: %s, not %s", rows[i].model, found, wanted);
    }
}

static void the_first_row_wins_and_patterns_match(void **state)
{
    (void)state;
    const struct price own[] = {{.model = "gpt-*-mini", .input = 1},
                                {.model = "gpt-4.1-mini", .input = 2},
                                {.model = "local/*", .input = 3}};
    assert_true(price_search(own, 3, "gpt-4.1-mini")->input == 1);
    assert_true(price_search(own, 3, "local/llava")->input == 3);
    assert_null(price_search(own, 3, "gpt-4.1"));
    assert_null(price_search(own, 0, "gpt-4.1-mini"));
}

static void every_row_is_whole(void **state)
{
    (void)state;
    size_t i = 0;
    for (const struct price *price; (price = price_at(i)) != NULL; i++) {
        if (price_find(price->model) != price)
            fail_msg("%s is hidden by a row before it", price->model);
        assert_true(price->input > 0 && price->output > price->input);
        assert_true(price->cached < price->input);
        assert_int_equal(strlen(price->date), 10);
        assert_true(strcmp(price->date, "2025-01-01") > 0);
        assert_true(price->source[0] != '\0');
    }
    assert_true(i >= 25);
}

static void costs_are_by_kind_of_token(void **state)
{
    (void)state;
    const struct price price = {.input = 3, .cached = 0.3, .cache_write = 3.75, .output = 15};
    struct usage usage = usage_unknown;
    assert_int_equal(price_cost(&price, &usage), -1);
    usage.input_tokens = 1000;
    assert_int_equal(price_cost(&price, &usage), -1); // the output is missing
    usage.output_tokens = 100;
    assert_int_equal(price_cost(&price, &usage), 3000000 + 1500000);
    usage.cached_tokens = 600;
    assert_int_equal(price_cost(&price, &usage), 400 * 3000 + 600 * 300 + 1500000);
    usage.cache_write_tokens = 400;
    assert_int_equal(price_cost(&price, &usage), 400 * 3750 + 600 * 300 + 1500000);
    usage.cached_tokens = 5000; // more than there are: a defect of the endpoint, no refund
    assert_int_equal(price_cost(&price, &usage), 1000 * 300 + 1500000);
    usage.reasoning_tokens = 90; // within the output already
    assert_int_equal(price_cost(&price, &usage), 1000 * 300 + 1500000);
}

static void without_a_price_of_their_own_caches_cost_as_input(void **state)
{
    (void)state;
    const struct price price = {.input = 2, .cached = -1, .cache_write = -1, .output = 8};
    const struct usage usage = {1000, 500, 200, -1, 10, -1};
    assert_int_equal(price_cost(&price, &usage), 1000 * 2000 + 10 * 8000);
}

// Whatever the mix, the estimate of before holds.
static void the_most_is_never_exceeded(void **state)
{
    (void)state;
    for (size_t i = 0; price_at(i) != NULL; i++)
        for (long long cached = 0; cached <= 1000; cached += 250)
            for (long long written = 0; written <= 1000; written += 250) {
                const struct usage usage = {1000, cached, written, -1, 77, -1};
                long long most = price_most(price_at(i), 1000, 77);
                if (price_cost(price_at(i), &usage) > most)
                    fail_msg("%s: %lld cached, %lld written", price_at(i)->model, cached, written);
            }
}

static void sums_are_written_as_people_write_them(void **state)
{
    static const struct {
        long long nano;
        const char *text;
    } rows[] = {
        {0, "$0.00"},
        {1, "$0.000000001"},
        {4200000, "$0.0042"},
        {42000000, "$0.042"},
        {420000000, "$0.42"},
        {99999999, "$0.100"},
        {12340000000, "$12.34"},
        {1234567890000, "$1234.57"},
    };
    char text[PRICE_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(price_write(rows[i].nano, text), rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_found_under_their_names),
        cmocka_unit_test(the_first_row_wins_and_patterns_match),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(costs_are_by_kind_of_token),
        cmocka_unit_test(without_a_price_of_their_own_caches_cost_as_input),
        cmocka_unit_test(the_most_is_never_exceeded),
        cmocka_unit_test(sums_are_written_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
