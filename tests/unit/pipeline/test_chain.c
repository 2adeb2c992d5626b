#include "unit.h"

#include "chain.h"

#include <stdlib.h>

static struct call reply(char *text, char *finish)
{
    return (struct call){.replied = true, .text = text, .finish = finish, .attempts = 1};
}

static void a_fault_is_unknown_at_once(void **state)
{
    (void)state;
    struct chain chain;
    struct call fault = {.kind = (char[]){"server_error"},
                         .message = (char[]){"HTTP 500"},
                         .http_status = 500,
                         .attempts = 4};
    chain_init(&chain, 3);
    assert_false(chain_take(&chain, &fault));
    assert_int_equal(chain.state, CHAIN_UNKNOWN);
    assert_string_equal(chain.kind, "server_error");
    assert_string_equal(chain.message, "HTTP 500");
    assert_int_equal(chain.http_status, 500);
    assert_int_equal(chain.attempts, 4);
    chain_clear(&chain);
}

static void a_refusal_is_unknown_never_a_wrong_answer(void **state)
{
    (void)state;
    struct chain chain;
    struct call call = reply((char[]){"I cannot help"}, (char[]){"refused"});
    chain_init(&chain, 3);
    assert_false(chain_take(&chain, &call));
    assert_int_equal(chain.state, CHAIN_UNKNOWN);
    assert_string_equal(chain.kind, "refused");
    chain_clear(&chain);
}

static void empty_replies_use_up_the_tries(void **state)
{
    (void)state;
    struct chain chain;
    struct call call = reply((char[]){"  "}, (char[]){"stop"});
    chain_init(&chain, 2);
    assert_false(chain_take(&chain, &call));
    assert_int_equal(chain.state, CHAIN_OPEN);
    assert_int_equal(chain.try_number, 2);
    assert_false(chain_take(&chain, &call));
    assert_int_equal(chain.state, CHAIN_UNKNOWN);
    assert_string_equal(chain.kind, "empty_reply");
    chain_clear(&chain);
}

static void reasoning_that_ate_the_budget_has_its_own_kind(void **state)
{
    (void)state;
    struct chain chain;
    struct call call = reply((char[]){""}, (char[]){"length"});
    call.reasoning = (char[]){"let me think"};
    chain_init(&chain, 1);
    assert_false(chain_take(&chain, &call));
    assert_int_equal(chain.state, CHAIN_UNKNOWN);
    assert_string_equal(chain.kind, "budget_too_small");
    assert_int_equal(chain.cuts, 1);
    chain_clear(&chain);
}

static void a_broken_rule_rejects_only_after_the_last_try(void **state)
{
    (void)state;
    struct chain chain;
    struct call call = reply((char[]){"text"}, (char[]){"stop"});
    chain_init(&chain, 2);
    assert_true(chain_take(&chain, &call));
    chain_reject(&chain, "text", "too short");
    chain_reject(&chain, "text", "too short"); // said once is enough
    chain_fail_rule(&chain, "answer.short", "too short", &call);
    assert_int_equal(chain.state, CHAIN_OPEN);
    assert_int_equal(chain.rejection_count, 1);
    chain_fail_rule(&chain, "answer.short", "too short", &call);
    assert_int_equal(chain.state, CHAIN_REJECTED);
    assert_string_equal(chain.reply, "text");
    struct prompt_rejection *list = chain_rejections(&chain);
    assert_string_equal(list[0].text, "text");
    assert_string_equal(list[0].reason, "too short");
    free(list);
    chain_clear(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_unknown_at_once),
        cmocka_unit_test(a_refusal_is_unknown_never_a_wrong_answer),
        cmocka_unit_test(empty_replies_use_up_the_tries),
        cmocka_unit_test(reasoning_that_ate_the_budget_has_its_own_kind),
        cmocka_unit_test(a_broken_rule_rejects_only_after_the_last_try)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
