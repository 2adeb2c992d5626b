#include "ledger.h"

#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ledger *open_ledger(void **state)
{
    struct error why = {0};
    (void)state;
    struct ledger *ledger = ledger_new(1000, &why);
    assert_non_null(ledger);
    return ledger;
}

static cJSON *read_counts(struct ledger *ledger)
{
    struct buffer text;
    struct error why = {0};
    buffer_init(&text, 1 << 20);
    ledger_write(ledger, 1, 2, 3, &text);
    cJSON *counts = json_parse(text.data, text.length, &why);
    assert_non_null(counts);
    buffer_clear(&text);
    return counts;
}

static void knows_thousands_of_bodies_again(void **state)
{
    struct ledger *ledger = open_ledger(state);
    // Many share the low half of their prints, so that they crowd one place of the table.
    for (unsigned turn = 0; turn < 3; turn++)
        for (uint64_t i = 0; i < 20000; i++) {
            struct fingerprint print = {i % 100 * 1024, i};
            assert_int_equal(ledger_seen(ledger, &print), turn);
        }
    cJSON *counts = read_counts(ledger);
    const cJSON *bodies = json_member(counts, "bodies");
    assert_int_equal(json_integer(bodies, "distinct", 0), 20000);
    assert_int_equal(json_integer(bodies, "repeated", 0), 40000);
    cJSON_Delete(counts);
    ledger_free(ledger);
}

static void counts_what_was_answered_twice(void **state)
{
    struct ledger *ledger = open_ledger(state);
    struct fingerprint print = {1, 2};
    struct outcome outcome = {
        .status = 200, .answered = true, .input_tokens = 10, .output_tokens = 3, .bytes_in = 7};
    ledger_seen(ledger, &print);
    ledger_outcome(ledger, &print, &outcome);
    ledger_seen(ledger, &print);
    ledger_outcome(ledger, &print, &outcome);
    ledger_seen(ledger, &print);
    ledger_outcome(ledger, &print, &outcome);
    ledger_unsent(ledger, &print, &outcome); // the third did not arrive
    cJSON *counts = read_counts(ledger);
    const cJSON *bodies = json_member(counts, "bodies"),
                *by_status = json_member(counts, "by_status");
    assert_int_equal(json_integer(bodies, "answered", 0), 2);
    assert_int_equal(json_integer(bodies, "answered_again", 0), 1);
    assert_int_equal(json_integer(json_member(counts, "tokens"), "input", 0), 20);
    assert_int_equal(json_integer(by_status, "200", 0), 2);
    assert_int_equal(json_integer(by_status, "none", 0), 1);
    cJSON_Delete(counts);
    ledger_free(ledger);
}

static void a_beginning_is_kept_for_five_minutes(void **state)
{
    struct ledger *ledger = open_ledger(state);
    struct fingerprint print = {1, 2}, other = {1, 3};
    assert_false(ledger_cached(ledger, &print, 1000));
    assert_true(ledger_cached(ledger, &print, 1001));
    assert_false(ledger_cached(ledger, &other, 1001));
    assert_true(ledger_cached(ledger, &print, 301001));
    assert_false(ledger_cached(ledger, &print, 601002));
    // More beginnings than a set of the table holds push out the oldest.
    for (uint64_t i = 10; i < 14; i++)
        ledger_cached(ledger, &(struct fingerprint){1, i}, 601003 + (int64_t)i);
    assert_false(ledger_cached(ledger, &other, 601100));
    assert_true(ledger_cached(ledger, &(struct fingerprint){1, 13}, 601100));
    ledger_free(ledger);
}

static void keeps_the_last_reasons(void **state)
{
    struct ledger *ledger = open_ledger(state);
    for (int i = 0; i < 40; i++) {
        char message[40];
        snprintf(message, sizeof message, "reason %d", i / 2);
        ledger_invalid(ledger, 400, message);
    }
    cJSON *counts = read_counts(ledger);
    const cJSON *reasons = json_member(counts, "invalid_reasons"), *reason;
    assert_int_equal(json_integer(counts, "invalid", 0), 40);
    assert_int_equal(cJSON_GetArraySize(reasons), 16);
    cJSON_ArrayForEach(reason, reasons)
    {
        assert_int_equal(json_integer(reason, "count", 0), 2);
        assert_true(atoi(json_text(reason, "message") + 7) >= 4);
    }
    cJSON_Delete(counts);
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_thousands_of_bodies_again),
        cmocka_unit_test(counts_what_was_answered_twice),
        cmocka_unit_test(a_beginning_is_kept_for_five_minutes),
        cmocka_unit_test(keeps_the_last_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
