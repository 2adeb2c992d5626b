#include "spending.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct price dear = {.input = 10, .output = 50, .date = "2026-11-01", .source = "a page"};
static struct price own = {.input = 1, .output = 2, .date = "", .source = "--price"};

static void expect(const struct run *run, const char *sentence)
{
    char text[400];
    spending_tell(run, text, sizeof text);
    assert_string_equal(text, sentence);
}

static void the_cost_is_told_with_the_prices(void **state)
{
    (void)state;
    struct run *run = calloc(1, sizeof *run);
    struct upstream list[] = {{.price = &dear}, {.price = &dear}, {.price = &own}, {.price = NULL}};
    assert_non_null(run);
    run->upstreams = (struct upstreams){.list = list, .count = 4};
    expect(run, "");
    run->budget.spent_nano = 1500000000;
    expect(run, "cost $1.50 (prices of 2026-11-01, a page; --price)");
    run->budget.before_nano = 500000000;
    run->budget.lost_nano = 250000000;
    expect(run,
           "cost $1.50 (prices of 2026-11-01, a page; --price), $2.00 with earlier runs; up to "
           "$0.25 of it for requests that brought no reply and may have been charged");
    run->budget = (struct budget){.unpriced = 3};
    expect(run, "cost: price unknown for 3 replies; --price INPUT,OUTPUT gives it");
    free(run);
}

static void the_nearest_price_counts(void **state)
{
    (void)state;
    char model[] = "gpt-4.1-mini", unknown[] = "no-such-model-anywhere";
    struct price rows[] = {own};
    struct run_settings settings = {0};
    struct upstream upstream = {.endpoint = {.model = model, .local = true}};
    assert_ptr_equal(spending_price(&settings, &upstream), &price_nothing);
    upstream.endpoint.local = false;
    assert_ptr_equal(spending_price(&settings, &upstream), price_find(model));
    assert_non_null(price_find(model));
    rows[0].model = "gpt-*";
    settings.prices = rows;
    settings.price_count = 1;
    assert_ptr_equal(spending_price(&settings, &upstream), rows);
    upstream.endpoint.local = true;
    assert_ptr_equal(spending_price(&settings, &upstream), rows);
    upstream.endpoint.local = false;
    upstream.endpoint.model = unknown;
    assert_null(spending_price(&settings, &upstream));
    upstream.price = &own;
    assert_ptr_equal(spending_price(&settings, &upstream), &own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cost_is_told_with_the_prices),
        cmocka_unit_test(the_nearest_price_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
