#include "breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// A letter an outcome, a second each: a answered, f failed, u untold. Returns the last change.
static enum breaker_change play(struct breaker *breaker, int64_t *now_ms, const char *outcomes)
{
    enum breaker_change change = BREAKER_SAME;
    for (; *outcomes != '\0'; outcomes++) {
        int64_t begun_ms = *now_ms;
        breaker_begin(breaker, begun_ms);
        *now_ms += 1000;
        change = breaker_end(breaker,
                             *outcomes == 'a'   ? BREAKER_ANSWERED
                             : *outcomes == 'f' ? BREAKER_FAILED
                                                : BREAKER_UNTOLD,
                             begun_ms, *now_ms);
    }
    return change;
}

static struct breaker begin(const char *outcomes, int64_t *now_ms)
{
    struct breaker breaker;
    breaker_init(&breaker);
    *now_ms = 10000;
    play(&breaker, now_ms, outcomes);
    return breaker;
}

static void test_opens_probes_closes(void **state)
{
    (void)state;
    int64_t now_ms;
    struct breaker breaker = begin("aaaaaaaaaaaaaaaaaaaafffffffffffffff", &now_ms);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_int_equal(breaker_streak(&breaker), 15);
    assert_int_equal(play(&breaker, &now_ms, "f"), BREAKER_OPENED);
    assert_int_equal(breaker_wait_ms(&breaker, now_ms), 1000);
    static const int64_t cool_downs[] = {2000, 4000, 8000, 16000, 30000, 30000};
    for (int i = 0; i < 6; i++) {
        now_ms += breaker_wait_ms(&breaker, now_ms);
        assert_int_equal(breaker_wait_ms(&breaker, now_ms), 0);
        breaker_begin(&breaker, now_ms);
        assert_int_equal(breaker_wait_ms(&breaker, now_ms), -1); // one probe at a time
        assert_int_equal(breaker_end(&breaker, BREAKER_FAILED, now_ms, now_ms), BREAKER_STILL_AWAY);
        assert_int_equal(breaker_wait_ms(&breaker, now_ms), cool_downs[i]);
    }
    int64_t away_ms = breaker_away_ms(&breaker, now_ms);
    assert_int_equal(away_ms, 1000 + 2000 + 4000 + 8000 + 16000 + 30000);
    now_ms += 30000;
    assert_int_equal(play(&breaker, &now_ms, "a"), BREAKER_BACK);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_int_equal(breaker_away_ms(&breaker, now_ms), 0);
    assert_int_equal(breaker.last_for_ms, away_ms + 31000);
    assert_int_equal(breaker.away_ms, away_ms + 31000);
    assert_int_equal(breaker.count, 1);
    assert_int_equal(breaker.probes, 7);
    // The next outage begins with a short cool-down again, and counts afresh.
    assert_int_equal(play(&breaker, &now_ms, "aaffffffff"), BREAKER_OPENED);
    assert_int_equal(breaker_wait_ms(&breaker, now_ms), 1000);
    assert_int_equal(breaker.count, 2);
}

static void test_never_answered_is_not_away(void **state)
{
    (void)state;
    int64_t now_ms;
    struct breaker breaker = begin("ffffffffffffffffffffffffffffff", &now_ms);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_int_equal(breaker_wait_ms(&breaker, now_ms), 0);
    // Unless one knows better, who has another endpoint.
    assert_int_equal(breaker_trip(&breaker, now_ms), BREAKER_OPENED);
    assert_int_equal(breaker_wait_ms(&breaker, now_ms), 1000);
    now_ms += 1000;
    assert_int_equal(play(&breaker, &now_ms, "f"), BREAKER_STILL_AWAY);
    now_ms += 2000;
    assert_int_equal(play(&breaker, &now_ms, "a"), BREAKER_BACK);
}

static void test_passing_faults_open_nothing(void **state)
{
    (void)state;
    int64_t now_ms;
    struct breaker breaker = begin("a", &now_ms);
    for (int i = 0; i < 50; i++)
        play(&breaker, &now_ms, "fffafaffaf"); // 70 %
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_int_equal(breaker_streak(&breaker), 1);
}

static void test_late_words_count_for_nothing(void **state)
{
    (void)state;
    int64_t now_ms;
    struct breaker breaker = begin("a", &now_ms);
    assert_int_equal(breaker_trip(&breaker, now_ms), BREAKER_OPENED);
    assert_int_equal(breaker_trip(&breaker, now_ms), BREAKER_SAME);
    // Begun before it opened.
    assert_int_equal(breaker_end(&breaker, BREAKER_FAILED, now_ms - 500, now_ms), BREAKER_SAME);
    assert_int_equal(breaker_end(&breaker, BREAKER_ANSWERED, now_ms - 500, now_ms), BREAKER_SAME);
    assert_int_equal(breaker_wait_ms(&breaker, now_ms), 1000);
    now_ms += 1000;
    breaker_begin(&breaker, now_ms);
    assert_int_equal(breaker_end(&breaker, BREAKER_FAILED, now_ms - 1, now_ms), BREAKER_SAME);
    assert_int_equal(breaker.state, BREAKER_PROBING);
    // A probe that was given up frees the way for the next one.
    assert_int_equal(breaker_end(&breaker, BREAKER_UNTOLD, now_ms, now_ms + 5), BREAKER_SAME);
    assert_int_equal(breaker_wait_ms(&breaker, now_ms + 5), 0);
}

static void test_is_well_while_half_are_answered(void **state)
{
    (void)state;
    static const struct {
        const char *outcomes;
        bool well;
    } cases[] = {
        {"", false},
        {"aaaaaaaaa", false}, // few
        {"aaaaaaaaaa", true},
        {"fafafafafafafafafafa", true},
        {"aaaaaaaaaaaaaaaaaaaafffffffffff", false},
        {"fffffffffffafafafaaaaaaaaaaaaaaa", true}, // long ago
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t now_ms;
        struct breaker breaker = begin(cases[i].outcomes, &now_ms);
        if (breaker_is_well(&breaker) != cases[i].well)
            fail_msg("\"%s\": %d", cases[i].outcomes, !cases[i].well);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_probes_closes),
        cmocka_unit_test(test_never_answered_is_not_away),
        cmocka_unit_test(test_passing_faults_open_nothing),
        cmocka_unit_test(test_late_words_count_for_nothing),
        cmocka_unit_test(test_is_well_while_half_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
