#include "payload.h"

#include "exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_users(void **state)
{
    (void)state;
    struct error why = {0};
    struct payload *payload = payload_new("hello", 5, 4, 3, &why);
    assert_non_null(payload);
    assert_string_equal(payload->base64, "aGVsbG8=");
    assert_int_equal(payload->length, 8);
    assert_int_equal(payload->width, 4);
    assert_int_equal(payload->height, 3);
    assert_int_equal(payload->users, 1);
    assert_ptr_equal(payload_hold(payload), payload);
    assert_int_equal(payload->users, 2);
    payload_drop(payload);
    assert_int_equal(payload->users, 1);
    payload_drop(payload);
    payload_drop(NULL);
}

static void test_too_large(void **state)
{
    (void)state;
    struct error why = {0};
    assert_null(payload_new("x", (size_t)3 << 30, 1, 1, &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
}

// An exchange lets go of its payload when it is freed.
static void test_exchange_drops_payload(void **state)
{
    (void)state;
    struct error why = {0};
    struct payload *payload = payload_new("hello", 5, 4, 3, &why);
    struct exchange *exchange = exchange_new(100, &why);
    assert_int_equal(exchange_body_length(exchange), 0);
    exchange->payload = payload_hold(payload);
    buffer_append_text(&exchange->head, "ab");
    buffer_append_text(&exchange->tail, "c");
    assert_int_equal(exchange_body_length(exchange), 11);
    exchange_free(exchange);
    exchange_free(NULL);
    assert_int_equal(payload->users, 1);
    payload_drop(payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_exchange_drops_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
