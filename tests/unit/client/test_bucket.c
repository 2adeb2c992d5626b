// Rate limits as buckets.
#include "unit.h"

#include "bucket.h"

static const struct bucket_cost cost = {300, 100};

static struct limit_headers said(int64_t limit, int64_t remaining, int64_t reset_ms)
{
    struct limit_headers limits = {.requests = {limit, remaining, reset_ms},
                                   .tokens = {-1, -1, -1},
                                   .input_tokens = {-1, -1, -1},
                                   .output_tokens = {-1, -1, -1}};
    return limits;
}

// Sends as fast as it may and tells the most within any minute of ten.
static long long most_in_a_minute(long long requests, long long tokens, long long *total)
{
    enum { MINUTES = 10, MS = MINUTES * 60000 };
    static unsigned short sent[MS];
    struct buckets buckets;
    buckets_init(&buckets, requests, tokens);
    *total = 0;
    for (int64_t now = 0; now < MS; now++) {
        sent[now] = 0;
        while (buckets_wait_ms(&buckets, &cost, now) == 0) {
            buckets_take(&buckets, &cost, now);
            sent[now]++;
            ++*total;
        }
    }
    long long most = 0, within = 0;
    for (int now = 0; now < MS; now++) {
        within += sent[now] - (now >= 60000 ? sent[now - 60000] : 0);
        most = within > most ? within : most;
    }
    return most;
}

static void the_limit_holds_in_any_minute(void **state)
{
    (void)state;
    static const struct {
        long long requests, tokens, most, least_total;
    } cases[] = {
        {600, 0, 600, 5650}, {60, 0, 60, 560},     {3, 0, 3, 20},
        {1, 0, 2, 9},        {0, 40000, 100, 900}, {600, 40000, 100, 900},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long long total, most = most_in_a_minute(cases[i].requests, cases[i].tokens, &total);
        print_message("%lld requests, %lld tokens: most %lld in a minute, %lld in ten\n",
                      cases[i].requests, cases[i].tokens, most, total);
        assert_true(most <= cases[i].most);
        assert_true(total >= cases[i].least_total);
    }
}

static void a_wait_is_as_long_as_it_must_be(void **state)
{
    (void)state;
    struct buckets buckets;
    buckets_init(&buckets, 60, 0);
    for (int i = 0; i < 3; i++)
        buckets_take(&buckets, &cost, 0);
    int64_t wait = buckets_wait_ms(&buckets, &cost, 0);
    assert_in_range(wait, 1000, 1100);
    assert_true(buckets_wait_ms(&buckets, &cost, wait - 5) > 0);
    assert_int_equal(buckets_wait_ms(&buckets, &cost, wait), 0);
    // A call larger than the bucket goes when it is full, not never.
    buckets_init(&buckets, 0, 1000);
    assert_int_equal(buckets_wait_ms(&buckets, &cost, 0), 0);
    buckets_take(&buckets, &cost, 0);
    assert_in_range(buckets_wait_ms(&buckets, &cost, 0), 20000, 30000);
}

static void what_a_call_took_corrects_the_estimate(void **state)
{
    (void)state;
    struct buckets buckets;
    buckets_init(&buckets, 0, 60000); // 950 a second, 3000 at once
    for (int i = 0; i < 6; i++)
        buckets_take(&buckets, &cost, 0);
    assert_int_equal(buckets_wait_ms(&buckets, &cost, 0), 0);
    buckets_correct(&buckets, &cost, &(struct bucket_cost){1300, 100}, 0); // 1000 more
    assert_in_range(buckets_wait_ms(&buckets, &cost, 0), 800, 900);
    buckets_correct(&buckets, &cost, &(struct bucket_cost){-1, -1}, 0); // nothing said
    assert_in_range(buckets_wait_ms(&buckets, &cost, 0), 800, 900);
    buckets_correct(&buckets, &cost, &(struct bucket_cost){0, 0}, 0); // refused: it took none
    assert_in_range(buckets_wait_ms(&buckets, &cost, 0), 400, 450);
}

static void headers_say_what_is_left(void **state)
{
    (void)state;
    struct buckets buckets;
    buckets_init(&buckets, 0, 0);
    struct limit_headers limits = said(-1, -1, -1);
    buckets_learn(&buckets, &limits, 0);
    assert_int_equal(buckets_wait_ms(&buckets, &cost, 0), 0);
    assert_false(buckets_are_empty(&buckets, 0));
    // 60 a minute, refilled steadily: half gone, so half a minute until it is full.
    limits = said(60, 30, 30000);
    buckets_learn(&buckets, &limits, 0);
    for (int i = 0; i < 29; i++)
        buckets_take(&buckets, &cost, 0);
    assert_in_range(buckets_wait_ms(&buckets, &cost, 0), 0, 1001);
    limits = said(60, 0, 60000);
    buckets_learn(&buckets, &limits, 0);
    assert_true(buckets_are_empty(&buckets, 0));
    assert_in_range(buckets_wait_ms(&buckets, &cost, 0), 1000, 2100);
    assert_int_equal(buckets_wait_ms(&buckets, &cost, 2200), 0);
}

// 600 in a fixed minute: hardly any gone, and still a whole minute until it is full.
static void a_minute_by_the_clock_is_spread(void **state)
{
    (void)state;
    struct buckets buckets;
    buckets_init(&buckets, 0, 0);
    struct limit_headers limits = said(600, 590, 60000);
    buckets_learn(&buckets, &limits, 0);
    int sent = 0;
    for (int64_t now = 0; now < 10000; now++)
        while (buckets_wait_ms(&buckets, &cost, now) == 0) {
            buckets_take(&buckets, &cost, now);
            sent++;
        }
    print_message("%d sent in the first ten seconds\n", sent);
    assert_in_range(sent, 100, 135);
    limits = said(600, 0, 20000);
    buckets_learn(&buckets, &limits, 40000);
    assert_in_range(buckets_wait_ms(&buckets, &cost, 40000), 20000, 20001);
    assert_int_equal(buckets_wait_ms(&buckets, &cost, 60001), 0);
}

// A day's limit that is used up, or a header that is wrong: one call a minute finds out.
static void none_left_for_hours_is_asked_about(void **state)
{
    (void)state;
    enum { HOURS_MS = 6 * 3600 * 1000 };
    struct buckets buckets;
    buckets_init(&buckets, 0, 0);
    struct limit_headers limits = said(1000, 0, HOURS_MS);
    buckets_learn(&buckets, &limits, 5000);
    assert_int_equal(buckets_used_up_ms(&buckets, 5000), HOURS_MS);
    int sent = 0;
    for (int64_t now = 5000; now < 5000 + 600000; now += 10)
        while (buckets_wait_ms(&buckets, &cost, now) == 0) {
            buckets_take(&buckets, &cost, now);
            sent++;
        }
    assert_in_range(sent, 9, 10);
    // It was wrong.
    limits = said(1000, 900, 1000);
    buckets_learn(&buckets, &limits, 700000);
    assert_in_range(buckets_wait_ms(&buckets, &cost, 700000), 0, 100);
    assert_int_equal(buckets_used_up_ms(&buckets, 700000), 0);
}

static void input_and_output_are_counted_apart(void **state)
{
    (void)state;
    struct buckets buckets;
    buckets_init(&buckets, 0, 0);
    struct limit_headers limits = said(-1, -1, -1);
    limits.output_tokens = (struct limit_bucket){8000, 50, 59625};
    buckets_learn(&buckets, &limits, 0);
    assert_true(buckets_wait_ms(&buckets, &cost, 0) > 0);
    assert_int_equal(buckets_wait_ms(&buckets, &(struct bucket_cost){1000000, 0}, 5000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_limit_holds_in_any_minute),
                                       cmocka_unit_test(a_wait_is_as_long_as_it_must_be),
                                       cmocka_unit_test(what_a_call_took_corrects_the_estimate),
                                       cmocka_unit_test(headers_say_what_is_left),
                                       cmocka_unit_test(a_minute_by_the_clock_is_spread),
                                       cmocka_unit_test(none_left_for_hours_is_asked_about),
                                       cmocka_unit_test(input_and_output_are_counted_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
