#include "unit.h"

#include "budget.h"

#include <string.h>

// Dollars a million: 1 input, 10 output. A token costs 1,000 and 10,000 nanodollars.
static const struct price price = {
    .model = "m", .input = 1, .cached = 0.1, .cache_write = -1, .output = 10};

static struct budget budget_of(double limit)
{
    const struct store_totals totals = {0};
    struct budget budget;
    budget_init(&budget, limit, &totals, &price);
    return budget;
}

static struct usage usage_of(long long input, long long output)
{
    struct usage usage = usage_unknown;
    usage.input_tokens = input;
    usage.output_tokens = output;
    return usage;
}

static void a_guess_is_the_most(void **state)
{
    (void)state;
    struct budget budget = budget_of(1);
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    assert_int_equal(guess.most_nano, (1000 + 500) * 1000 + 100 * 10000);
    assert_int_equal(guess.image_tokens, 500);
    assert_true(budget_guess(&budget, &price, 2000, 500, 0).most_nano > guess.most_nano);
    assert_int_equal(budget_guess(&budget, NULL, 2000, 500, 100).most_nano, 0);
}

static void what_is_in_flight_counts_at_its_most(void **state)
{
    (void)state;
    struct budget budget = budget_of(0.005); // two calls of 2,500,000 fit
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    const struct usage usage = usage_of(100, 10);
    assert_true(budget_admit(&budget, &guess, 0));
    assert_int_equal(budget_settle(&budget, &guess, &price, &usage), 200000);
    assert_true(budget_admit(&budget, &guess, 0));
    assert_false(budget_admit(&budget, &guess, 1));
    assert_true(budget.waits);
    // One that ends for less makes room for the next.
    assert_int_equal(budget_settle(&budget, &guess, &price, &usage), 200000);
    assert_false(budget.waits);
    assert_true(budget_admit(&budget, &guess, 0));
    budget_release(&budget, &guess, false);
    assert_int_equal(budget.reserved_nano, 0);
    assert_int_equal(budget_all(&budget), 400000);
}

static void one_call_at_a_time_until_a_bill_was_seen(void **state)
{
    (void)state;
    struct budget budget = budget_of(100);
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    assert_true(budget_admit(&budget, &guess, 0));
    assert_false(budget_admit(&budget, &guess, 1));
    const struct usage usage = usage_of(3000, 10); // twice what was counted
    budget_settle(&budget, &guess, &price, &usage);
    assert_true(budget_admit(&budget, &guess, 1));
    struct guess next = budget_guess(&budget, &price, 2000, 500, 100);
    assert_int_equal(next.most_nano, 2 * 1500 * 1000 + 100 * 10000);
}

static void without_a_limit_nothing_waits(void **state)
{
    (void)state;
    struct budget budget = budget_of(-1);
    struct guess guess = budget_guess(&budget, &price, 1 << 30, 500, 1 << 30);
    for (unsigned i = 0; i < 100; i++)
        assert_true(budget_admit(&budget, &guess, i));
}

static void calls_that_cost_nothing_are_not_limited(void **state)
{
    (void)state;
    struct budget budget = budget_of(0);
    struct guess guess = budget_guess(&budget, &price_nothing, 1000, 500, 100);
    for (unsigned i = 0; i < 10; i++)
        assert_true(budget_admit(&budget, &guess, i));
}

static void earlier_runs_count(void **state)
{
    (void)state;
    struct budget budget;
    const struct store_totals totals = {.replies = 10,
                                        .input_tokens = 1000,
                                        .output_tokens = 100,
                                        .cost_nano = 700,
                                        .other_nano = 50,
                                        .unpriced = 5};
    budget_init(&budget, 1, &totals, NULL);
    assert_int_equal(budget_all(&budget), 750);
    // Half of the replies had no price: they are taken to be half of the tokens.
    budget_init(&budget, 1, &totals, &price);
    assert_int_equal(budget_all(&budget), 750 + (1000 * 1000 + 100 * 10000) / 2);
}

static void lost_requests_count_at_their_most(void **state)
{
    (void)state;
    struct budget budget = budget_of(1);
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    assert_true(budget_admit(&budget, &guess, 0));
    budget_release(&budget, &guess, true);
    assert_int_equal(budget_all(&budget), guess.most_nano);
    assert_int_equal(budget.unkept_nano, guess.most_nano);
    assert_int_equal(budget.reserved_nano, 0);
}

static void replies_without_usage_count_at_their_most(void **state)
{
    (void)state;
    struct budget budget = budget_of(1);
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    assert_true(budget_admit(&budget, &guess, 0));
    assert_int_equal(budget_settle(&budget, &guess, &price, &usage_unknown), guess.most_nano);
    assert_int_equal(budget.untold, 1);
    assert_int_equal(budget_settle(&budget, &(struct guess){0}, NULL, &usage_unknown), -1);
    assert_int_equal(budget.unpriced, 1);
    assert_int_equal(budget.untold, 1);
}

static void nothing_waits_for_a_bill_that_never_comes(void **state)
{
    (void)state;
    struct budget budget = budget_of(0.008); // three calls of 2,500,000 fit
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    assert_true(budget_admit(&budget, &guess, 0));
    assert_false(budget_admit(&budget, &guess, 1));
    budget_settle(&budget, &guess, &price, &usage_unknown);
    assert_true(budget_admit(&budget, &guess, 1));
    assert_true(budget_admit(&budget, &guess, 2));
    assert_false(budget_admit(&budget, &guess, 3)); // the limit is kept all the same
}

static void the_end_says_how_to_go_on(void **state)
{
    (void)state;
    struct budget budget = budget_of(0.002);
    struct guess guess = budget_guess(&budget, &price, 2000, 500, 100);
    struct error why = {0};
    assert_false(budget_admit(&budget, &guess, 0));
    assert_false(budget_exhausted(&budget, &guess, &why));
    assert_int_equal(why.kind, ERR_STOPPED);
    assert_non_null(strstr(why.message, "$0.0020"));
    assert_non_null(strstr(why.message, "higher --max-cost"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guess_is_the_most),
        cmocka_unit_test(what_is_in_flight_counts_at_its_most),
        cmocka_unit_test(one_call_at_a_time_until_a_bill_was_seen),
        cmocka_unit_test(without_a_limit_nothing_waits),
        cmocka_unit_test(calls_that_cost_nothing_are_not_limited),
        cmocka_unit_test(earlier_runs_count),
        cmocka_unit_test(lost_requests_count_at_their_most),
        cmocka_unit_test(replies_without_usage_count_at_their_most),
        cmocka_unit_test(nothing_waits_for_a_bill_that_never_comes),
        cmocka_unit_test(the_end_says_how_to_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
