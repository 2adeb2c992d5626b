#include "breaker.h"

// With 30 % of passing faults, which retries heal, 16 failures of 20 come once in 180,000 calls; an
// endpoint that is away gives them at once.
enum { WINDOW = 20, LEAST = 10, FAILED_PERCENT = 80 };
enum { FIRST_COOL_MS = 1000, LONGEST_COOL_MS = 30000 };

void breaker_init(struct breaker *breaker)
{
    *breaker = (struct breaker){.state = BREAKER_CLOSED};
}

int64_t breaker_wait_ms(const struct breaker *breaker, int64_t now_ms)
{
    if (breaker->state == BREAKER_PROBING)
        return -1;
    return breaker->state == BREAKER_OPEN && now_ms < breaker->probe_ms ? breaker->probe_ms - now_ms
                                                                        : 0;
}

static void change(struct breaker *breaker, enum breaker_state state, int64_t now_ms)
{
    breaker->state = state;
    breaker->changed_ms = now_ms;
}

void breaker_begin(struct breaker *breaker, int64_t now_ms)
{
    if (breaker->state != BREAKER_OPEN)
        return;
    breaker->probes++;
    change(breaker, BREAKER_PROBING, now_ms);
}

static void cool_down(struct breaker *breaker, int64_t cool_ms, int64_t now_ms)
{
    breaker->cool_ms = cool_ms < LONGEST_COOL_MS ? cool_ms : LONGEST_COOL_MS;
    breaker->probe_ms = now_ms + breaker->cool_ms;
    change(breaker, BREAKER_OPEN, now_ms);
}

enum breaker_change breaker_trip(struct breaker *breaker, int64_t now_ms)
{
    if (breaker->state != BREAKER_CLOSED)
        return BREAKER_SAME;
    breaker->count++;
    breaker->opened_ms = now_ms;
    cool_down(breaker, FIRST_COOL_MS, now_ms);
    return BREAKER_OPENED;
}

static enum breaker_change close(struct breaker *breaker, int64_t now_ms)
{
    breaker->last_for_ms = now_ms - breaker->opened_ms;
    breaker->away_ms += breaker->last_for_ms;
    breaker->recent = 0;
    breaker->noted = 0;
    change(breaker, BREAKER_CLOSED, now_ms);
    return BREAKER_BACK;
}

static enum breaker_change end_probe(struct breaker *breaker, enum breaker_outcome outcome,
                                     int64_t now_ms)
{
    if (outcome == BREAKER_ANSWERED)
        return close(breaker, now_ms);
    if (outcome == BREAKER_UNTOLD) {
        breaker->probe_ms = now_ms;
        change(breaker, BREAKER_OPEN, now_ms);
        return BREAKER_SAME;
    }
    cool_down(breaker, 2 * breaker->cool_ms, now_ms);
    return BREAKER_STILL_AWAY;
}

static void note(struct breaker *breaker, bool failed)
{
    breaker->recent = (breaker->recent << 1) | failed;
    if (breaker->noted < 64)
        breaker->noted++;
}

static unsigned recent_count(const struct breaker *breaker)
{
    return breaker->noted < WINDOW ? breaker->noted : WINDOW;
}

static unsigned recent_failed(const struct breaker *breaker)
{
    return (unsigned)__builtin_popcountll(breaker->recent & ((UINT64_C(1) << WINDOW) - 1));
}

static bool most_failed(const struct breaker *breaker)
{
    unsigned count = recent_count(breaker);
    return count >= LEAST && recent_failed(breaker) * 100 >= count * FAILED_PERCENT;
}

enum breaker_change breaker_end(struct breaker *breaker, enum breaker_outcome outcome,
                                int64_t begun_ms, int64_t now_ms)
{
    if (outcome == BREAKER_ANSWERED) {
        breaker->answered = true;
        breaker->answered_ms = now_ms;
    }
    // While it is open only the probe counts: the calls that were in flight tell of the time
    // before.
    if (breaker->state == BREAKER_PROBING && begun_ms >= breaker->changed_ms)
        return end_probe(breaker, outcome, now_ms);
    if (breaker->state != BREAKER_CLOSED || outcome == BREAKER_UNTOLD)
        return BREAKER_SAME;
    note(breaker, outcome == BREAKER_FAILED);
    if (outcome == BREAKER_FAILED && breaker->answered && most_failed(breaker))
        return breaker_trip(breaker, now_ms);
    return BREAKER_SAME;
}

int64_t breaker_away_ms(const struct breaker *breaker, int64_t now_ms)
{
    return breaker->state == BREAKER_CLOSED ? 0 : now_ms - breaker->opened_ms;
}

bool breaker_is_well(const struct breaker *breaker)
{
    unsigned count = recent_count(breaker);
    return count >= LEAST && 2 * recent_failed(breaker) <= count;
}

unsigned breaker_streak(const struct breaker *breaker)
{
    unsigned streak = 0;
    while (streak < breaker->noted && (breaker->recent >> streak & 1) != 0)
        streak++;
    return streak;
}
