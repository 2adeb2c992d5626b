#include "stored.h"

static void keeps_every_field(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    char text[] = "the reply \xe2\x9c\x93\n", reasoning[] = "", finish_name[] = "stop";
    char model[] = "m", kind[] = "stalled", message[] = "no bytes", endpoint[] = "local";
    struct call replied = make_call("one", text);
    replied.step = STEP_OPTIONS;
    replied.try_number = 3;
    replied.repeat = 2;
    replied.round = 1;
    replied.first_token_ms = 0.25;
    replied.reasoning = reasoning;
    replied.finish = finish_name;
    replied.model = model;
    replied.endpoint = endpoint;
    struct call faulted = make_call("two", NULL);
    faulted.replied = false;
    faulted.kind = kind;
    faulted.message = message;
    faulted.http_status = 503;
    struct store *store = open_store(scratch);
    int64_t number = admit(store, "x", 0, "f").number, other = admit(store, "y", 1, "f").number;
    expect(store_add_call(store, number, &replied, &why));
    expect(store_add_call(store, number, &faulted, &why));
    expect(store_add_call(store, other, &replied, &why));
    store_close(store);

    store = open_store(scratch);
    struct call *calls;
    size_t count;
    expect(store_load_calls(store, number, &calls, &count, &why));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        struct call *call = &calls[i];
        if (digest_equal(&call->key, &replied.key)) {
            assert_int_equal(call->step, STEP_OPTIONS);
            assert_int_equal(call->try_number, 3);
            assert_int_equal(call->repeat, 2);
            assert_int_equal(call->round, 1);
            assert_true(call->replied);
            assert_string_equal(call->text, text);
            assert_string_equal(call->reasoning, "");
            assert_string_equal(call->finish, "stop");
            assert_string_equal(call->model, "m");
            assert_string_equal(call->endpoint, "local");
            assert_null(call->kind);
            assert_null(call->message);
            assert_int_equal(call->http_status, 200);
            assert_int_equal(call->input_tokens, 100);
            assert_int_equal(call->cached_tokens, -1);
            assert_int_equal(call->output_tokens, 10);
            assert_int_equal(call->reasoning_tokens, -1);
            assert_int_equal(call->attempts, 1);
            assert_true(call->latency_ms == 1.5);
            assert_true(call->first_token_ms == 0.25);
            assert_int_equal(call->when_ms, 1792000000000);
        } else {
            assert_true(digest_equal(&call->key, &faulted.key));
            assert_false(call->replied);
            assert_null(call->text);
            assert_null(call->reasoning);
            assert_string_equal(call->kind, "stalled");
            assert_string_equal(call->message, "no bytes");
            assert_int_equal(call->http_status, 503);
        }
        call_clear(call);
    }
    free(calls);
    expect(store_load_calls(store, 77, &calls, &count, &why));
    assert_int_equal(count, 0);
    free(calls);
    store_close(store);
    remove_scratch(scratch);
}

static void never_loses_a_reply(void **state)
{
    (void)state;
    char *scratch = make_scratch(), first[] = "first", second[] = "second", kind[] = "reset";
    struct store *store = open_store(scratch);
    int64_t number = admit(store, "x", 0, "f").number;
    struct call fault = make_call("k", NULL), reply = make_call("k", first),
                again = make_call("k", second);
    fault.replied = false;
    fault.kind = kind;
    fault.attempts = 4;
    fault.input_tokens = fault.output_tokens = -1;
    struct call *const order[] = {&fault, &reply, &fault, &again};
    for (size_t i = 0; i < 4; i++)
        expect(store_add_call(store, number, order[i], &why));
    struct call *calls;
    size_t count;
    expect(store_load_calls(store, number, &calls, &count, &why));
    assert_int_equal(count, 1);
    assert_true(calls[0].replied);
    assert_string_equal(calls[0].text, "first");
    assert_int_equal(calls[0].attempts, 5);
    call_clear(&calls[0]);
    free(calls);
    struct store_totals totals;
    expect(store_totals(store, &totals, &why));
    assert_int_equal(totals.calls, 1);
    assert_int_equal(totals.requests, 5);
    assert_int_equal(totals.replies, 1);
    assert_int_equal(totals.faults, 0);
    assert_int_equal(totals.input_tokens, 100);
    store_close(store);
    remove_scratch(scratch);
}

static void sums_over_all_calls(void **state)
{
    (void)state;
    char *scratch = make_scratch(), text[] = "t";
    struct store *store = open_store(scratch);
    for (int i = 0; i < 10; i++) {
        char id[16];
        snprintf(id, sizeof id, "i%d", i);
        expect(store_begin(store, &why));
        int64_t number = admit(store, id, i, "f").number;
        struct call call = make_call(id, text);
        call.replied = i % 5 != 0;
        call.attempts = 2;
        call.cached_tokens = 7;
        expect(store_add_call(store, number, &call, &why));
        expect(store_commit(store, &why));
    }
    for (int reopened = 0; reopened < 2; reopened++) {
        struct store_totals totals;
        expect(store_totals(store, &totals, &why));
        assert_int_equal(totals.calls, 10);
        assert_int_equal(totals.requests, 20);
        assert_int_equal(totals.replies, 8);
        assert_int_equal(totals.faults, 2);
        assert_int_equal(totals.input_tokens, 1000);
        assert_int_equal(totals.cached_tokens, 70);
        assert_int_equal(totals.output_tokens, 100);
        assert_int_equal(totals.reasoning_tokens, 0);
        store_close(store);
        store = open_store(scratch);
    }
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_every_field),
        cmocka_unit_test(never_loses_a_reply),
        cmocka_unit_test(sums_over_all_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
