#include "tune_knee.h"

#include <math.h>
#include <string.h>

enum { REFINED = 2 }; // levels round the knee are enough

// Levels nearer to the knee than this belong to neither side.
static const double below_knee = 0.85, beyond_knee = 1.15;

static void pool(struct knee_level *level, const struct knee_level *more);
static void find_base(struct knee *knee);
static size_t find_signs(struct knee *knee);
static void find_place(struct knee *knee, size_t first);

void knee_add(struct knee *knee, const struct knee_level *level)
{
    size_t at = 0;
    while (at < knee->count && knee->levels[at].concurrency < level->concurrency)
        at++;
    if (at < knee->count && knee->levels[at].concurrency == level->concurrency) {
        pool(&knee->levels[at], level);
        return;
    }
    if (knee->count == TUNE_LEVELS)
        return;
    memmove(&knee->levels[at + 1], &knee->levels[at], (knee->count - at) * sizeof *knee->levels);
    knee->levels[at] = *level;
    knee->count++;
}

static void pool(struct knee_level *level, const struct knee_level *more)
{
    double all = level->replies + more->replies;
    if (all <= 0)
        return;
    double a = level->replies / all, b = more->replies / all;
    double mean = a * level->mean_ms + b * more->mean_ms;
    double square =
        a * (level->deviation_ms * level->deviation_ms + level->mean_ms * level->mean_ms) +
        b * (more->deviation_ms * more->deviation_ms + more->mean_ms * more->mean_ms);
    level->mean_ms = mean;
    level->deviation_ms = sqrt(fmax(square - mean * mean, 0));
    level->replies = all;
    level->seconds += more->seconds;
    level->calls_per_second = level->seconds > 0 ? all / level->seconds : 0;
    level->ended += more->ended;
    level->refused += more->refused;
    level->failed += more->failed;
    level->slope = more->slope;
    level->slope_error = more->slope_error;
}

void knee_judge(struct knee *knee)
{
    knee->base_ms = knee->capacity_per_second = knee->place = 0;
    knee->refuses = false;
    find_base(knee);
    size_t first = find_signs(knee);
    if (knee->base_ms > 0)
        find_place(knee, first);
    if (knee->place <= 0)
        knee->refined = 0; // what was measured round a knee that was none
}

// How much later than the mean a level's replies come, in standard errors.
static double surely_above(const struct knee_level *level, const struct knee_level *base)
{
    if (level->replies < 2 || base->replies < 2)
        return 0;
    double error = sqrt(level->deviation_ms * level->deviation_ms / level->replies +
                        base->deviation_ms * base->deviation_ms / base->replies);
    return error > 0                        ? (level->mean_ms - base->mean_ms) / error
           : level->mean_ms > base->mean_ms ? 1e9
                                            : 0;
}

static bool is_slowed(const struct knee_level *level, const struct knee_level *base)
{
    return base->replies > 0 && level->mean_ms > 1.2 * base->mean_ms &&
           surely_above(level, base) > 2.5;
}

static bool refuses(const struct knee_level *level)
{
    return level->refused >= 3 && level->refused * 50 > level->ended;
}

// Levels are taken in from the lowest on, until one is slower for certain or is near the knee.
// Where more is refused nothing gets slower: such levels tell of the unloaded latency as well.
static struct knee_level base_of(const struct knee *knee)
{
    struct knee_level base = {0};
    for (size_t i = 0; i < knee->count; i++) {
        const struct knee_level *level = &knee->levels[i];
        bool near = knee->place > 0 && level->concurrency > below_knee * knee->place &&
                    !refuses(level) && level->concurrency > 1;
        if (level->replies > 0 && !near && !is_slowed(level, &base))
            pool(&base, level);
    }
    return base;
}

static void find_base(struct knee *knee)
{
    knee->base_ms = base_of(knee).mean_ms;
}

// The gain over the next level that is well below, as for a doubling: 1 is all that can be gained.
// Levels measured round the knee are too near to each other for their gain to say anything.
// Without one there is nothing to compare with. *error: its standard error.
static double gain_of(const struct knee *knee, size_t i, double *error)
{
    const struct knee_level *level = &knee->levels[i], *below = NULL;
    *error = 0;
    for (size_t j = 0; j < i; j++)
        if (knee->levels[j].concurrency * 1.7 <= level->concurrency &&
            knee->levels[j].calls_per_second > 0)
            below = &knee->levels[j];
    if (below == NULL || level->mean_ms <= 0)
        return 1;
    double doublings = log2((double)level->concurrency / below->concurrency);
    double gain = pow(level->calls_per_second / below->calls_per_second, 1 / doublings);
    double a = level->deviation_ms / level->mean_ms, b = below->deviation_ms / below->mean_ms;
    *error = gain * sqrt(a * a / level->replies + b * b / below->replies) / doublings;
    return gain - 1;
}

static bool is_rising(const struct knee *knee, const struct knee_level *level)
{
    return level->slope > 3 * level->slope_error && level->slope_error > 0 &&
           level->slope * level->seconds > 0.5 * knee->base_ms;
}

static enum knee_sign sign_of(const struct knee *knee, size_t i, const struct knee_level *before)
{
    const struct knee_level *level = &knee->levels[i];
    if (refuses(level))
        return KNEE_REFUSED;
    if (level->mean_ms > 3 * knee->base_ms && surely_above(level, before) > 3)
        return KNEE_LATENCY;
    if (knee->limit_per_second > 0 &&
        level->concurrency >= knee->limit_per_second * knee->base_ms / 1000)
        return KNEE_LIMIT;
    double error, gain = gain_of(knee, i, &error);
    // A few calls of very different lengths may seem to bring nothing.
    if (gain + 2 * error > 0.9)
        return KNEE_NO_SIGN;
    if (gain < 0.1 || (gain < 0.6 && surely_above(level, before) > 3))
        return KNEE_GAIN;
    return gain < 0.8 && is_rising(knee, level) ? KNEE_RISING : KNEE_NO_SIGN;
}

// A level that a higher one outdoes by far was not saturated: something else held it up.
static bool is_outdone(const struct knee *knee, size_t i)
{
    for (size_t j = i + 1; j < knee->count; j++)
        if (knee->levels[j].calls_per_second > 1.3 * knee->levels[i].calls_per_second)
            return true;
    return false;
}

// Returns the first saturated level, or count.
static size_t find_signs(struct knee *knee)
{
    struct knee_level below = {0};
    size_t first = knee->count;
    for (size_t i = 0; i < knee->count; i++) {
        if (first == knee->count)
            knee->signs[i] = is_outdone(knee, i) ? KNEE_NO_SIGN : sign_of(knee, i, &below);
        else
            knee->signs[i] = refuses(&knee->levels[i]) ? KNEE_REFUSED : knee->signs[first];
        if (knee->signs[i] != KNEE_NO_SIGN && first == knee->count)
            first = i;
        if (first == knee->count)
            pool(&below, &knee->levels[i]);
    }
    return first;
}

// Where calls are refused, those that are not are as many as the endpoint takes: their own latency
// tells how many, without the noise of another level's.
static double place_at(const struct knee_level *level, double base_ms)
{
    bool unslowed = refuses(level) && level->mean_ms < 1.2 * base_ms;
    return level->calls_per_second * (unslowed ? level->mean_ms : base_ms) / 1000;
}

// Which levels are beyond the knee depends on where it is; a few rounds settle that.
static void find_place(struct knee *knee, size_t first)
{
    enum { ROUNDS = 5 };
    double limit = knee->limit_per_second * knee->base_ms / 1000;
    for (int round = 0; round < ROUNDS && first < knee->count; round++) {
        double seconds = 0, replies = 0, places = 0;
        const struct knee_level *top = &knee->levels[knee->count - 1];
        for (size_t i = 0; i < knee->count; i++) {
            const struct knee_level *level = &knee->levels[i];
            bool beyond =
                knee->place > 0 ? level->concurrency >= beyond_knee * knee->place : i >= first;
            if (!beyond && level != top)
                continue;
            seconds += level->seconds;
            replies += level->replies;
            places += place_at(level, knee->base_ms) * level->seconds;
        }
        knee->capacity_per_second = seconds > 0 ? replies / seconds : 0;
        knee->place = seconds > 0 ? places / seconds : 0;
        find_base(knee);
    }
    limit = knee->limit_per_second * knee->base_ms / 1000;
    bool told = limit > 0 && knee->count > 0 &&
                (limit < knee->place || knee->signs[first < knee->count ? first : 0] == KNEE_LIMIT);
    if (told) {
        knee->place = limit;
        knee->capacity_per_second = knee->limit_per_second;
    }
    for (size_t i = first; i < knee->count; i++)
        knee->refuses |= refuses(&knee->levels[i]);
    for (size_t i = first; i < knee->count && first < knee->count; i++)
        if (knee->levels[i].concurrency < beyond_knee * knee->place && !refuses(&knee->levels[i]))
            knee->signs[i] = KNEE_NO_SIGN;
}

static bool is_measured(const struct knee *knee, double place)
{
    for (size_t i = 0; i < knee->count; i++)
        if (fabs(knee->levels[i].concurrency - place) <= 0.08 * place)
            return true;
    return false;
}

// Beyond a soft knee throughput may go on growing, though latency grows as well.
static unsigned after_refining(const struct knee *knee)
{
    const struct knee_level *top = &knee->levels[knee->count - 1];
    double error;
    bool gains = top->concurrency > 2 * knee->place &&
                 gain_of(knee, knee->count - 1, &error) > 0.35 && !knee->refuses &&
                 top->mean_ms < 3 * knee->base_ms && !(knee->limit_per_second > 0);
    return gains && top->concurrency * 2 <= knee->most ? top->concurrency * 2 : 0;
}

// One level clearly below the knee and one clearly beyond, unless the ladder has just been there.
// Where headers tell the limit there is nothing to be seen beyond it.
static unsigned beside_knee(const struct knee *knee)
{
    static const double beside[] = {0.8, 1.3, 1.5};
    bool told = knee->limit_per_second > 0 && knee->capacity_per_second >= knee->limit_per_second;
    for (size_t i = 0; i < (told ? 1 : sizeof beside / sizeof *beside); i++) {
        double place = round(beside[i] * knee->place);
        if (place >= 1 && place <= knee->most && !is_measured(knee, place))
            return (unsigned)place;
    }
    return 0;
}

unsigned knee_next(const struct knee *knee, bool *refining)
{
    *refining = false;
    if (knee->count == 0)
        return 1;
    if (knee->place <= 0) {
        unsigned top = knee->levels[knee->count - 1].concurrency;
        unsigned next = top <= knee->most / 2 ? top * 2 : knee->most;
        return next > top ? next : 0;
    }
    *refining = true;
    unsigned place = knee->refined < REFINED ? beside_knee(knee) : 0;
    if (place > 0)
        return place;
    *refining = false;
    return after_refining(knee);
}

long long knee_wanted(unsigned concurrency)
{
    enum { SERIAL = 12, LEAST = 48, MOST = 400 };
    long long few = (long long)concurrency * SERIAL;
    long long wanted = 3LL * concurrency, most = concurrency * 3LL / 2;
    wanted = wanted < MOST ? wanted : most > MOST ? most : MOST;
    long long least = few < LEAST ? few : LEAST;
    return wanted > least ? wanted : least;
}

long long knee_most_calls(unsigned knee)
{
    enum { FEW = 200, EACH = 25 };
    return FEW + (long long)EACH * knee;
}

// With those that warm it up.
static long long calls_of(double concurrency)
{
    unsigned whole = (unsigned)ceil(concurrency);
    return knee_wanted(whole) + whole;
}

bool knee_may_repeat(const struct knee *knee, const struct knee_level *level, long long calls)
{
    struct knee with = *knee;
    knee_add(&with, level);
    knee_judge(&with);
    bool found = with.place > 0;
    double place = found ? with.place : level->concurrency;
    double surely = found ? place / beyond_knee : place; // it may have been found too high
    unsigned left = with.refined < REFINED ? REFINED - with.refined : 0;
    double to_come = (double)left * (double)calls_of(1.5 * place);
    if (!found) // its double, and round it
        to_come += (double)calls_of(2 * place);
    return (double)(calls + calls_of(level->concurrency)) + to_come <=
           (double)knee_most_calls((unsigned)surely);
}
