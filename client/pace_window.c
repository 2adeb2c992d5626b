#include "pace_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double read_share = 0.7;

void pace_window_begin(struct pace_window *window, unsigned calls)
{
    window->number = window->number == UINT32_MAX ? 1 : window->number + 1;
    window->wanted = calls < PACE_COHORT ? calls : PACE_COHORT;
    window->begun = window->ended = 0;
}

unsigned pace_window_take(struct pace_window *window)
{
    if (window->begun >= window->wanted)
        return 0;
    window->begun++;
    return window->number;
}

void pace_window_end(struct pace_window *window, unsigned number, double level)
{
    if (number == window->number && window->ended < window->wanted)
        window->samples[window->ended++] = (float)level;
}

void pace_window_lose(struct pace_window *window, unsigned number)
{
    if (number == window->number && window->begun > 0)
        window->begun--;
}

bool pace_window_is_full(const struct pace_window *window)
{
    return window->begun >= window->wanted &&
           window->ended >= (unsigned)ceil(read_share * window->wanted);
}

static int compare_samples(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double pace_window_level(struct pace_window *window)
{
    qsort(window->samples, window->ended, sizeof *window->samples, compare_samples);
    unsigned from = (unsigned)floor((1 - read_share) * window->wanted);
    unsigned to = (unsigned)ceil(read_share * window->wanted);
    if (to > window->ended)
        to = window->ended;
    double sum = 0;
    for (unsigned i = from; i < to; i++)
        sum += (double)window->samples[i];
    return to > from ? sum / (to - from) : NAN;
}

double pace_offsets_apply(struct pace_offsets *offsets, unsigned kind, double latency_ms)
{
    static const double memory = 64, least_others = 3, slowest_learning = 0.01;
    struct pace_kind *own = &offsets->kinds[kind < PACE_KINDS ? kind : PACE_KINDS - 1];
    double sample = log(latency_ms > 0.01 ? latency_ms : 0.01), sum = 0, others = 0;
    for (struct pace_kind *at = offsets->kinds; at < offsets->kinds + PACE_KINDS; at++) {
        at->share *= 1 - 1 / memory;
        if (at != own) {
            sum += at->share * at->level;
            others += at->share;
        }
    }
    if (others >= least_others) {
        double rate = 1.0 / ++own->learned;
        own->offset += (rate > slowest_learning ? rate : slowest_learning) *
                       (sample - sum / others - own->offset);
    }
    sample -= own->offset;
    own->share += 1;
    own->level += (sample - own->level) / (own->share < 16 ? ceil(own->share) : 16);
    return sample;
}

void pace_recent_add(struct pace_recent *recent, double level)
{
    recent->samples[recent->next] = (float)level;
    recent->next = (recent->next + 1) % PACE_RECENT;
    if (recent->count < PACE_RECENT)
        recent->count++;
}

double pace_recent_median(const struct pace_recent *recent, unsigned count)
{
    if (count == 0 || count > PACE_RECENT || recent->count < count)
        return NAN;
    float last[PACE_RECENT];
    for (unsigned i = 0; i < count; i++)
        last[i] = recent->samples[(recent->next + PACE_RECENT - 1 - i) % PACE_RECENT];
    qsort(last, count, sizeof *last, compare_samples);
    return (double)last[count / 2];
}
