#include "capacity.h"

#include "latency.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PLACES = 1000000 };

static bool parse_mode(const char *text, enum capacity_mode *mode, struct error *why)
{
    static const char *const names[] = {"queue", "refuse", "slow"};
    for (int i = 0; i < 3; i++)
        if (text == NULL || strcmp(text, names[i]) == 0) {
            *mode = (enum capacity_mode)i;
            return true;
        }
    return error_set(why, ERR_SETTINGS, "the capacity mode \"%s\" is none of queue, refuse, slow",
                     text);
}

// "40" or "13@20s" at *at, which moves on to what follows it.
static bool parse_step(const char **at, struct capacity_step *step)
{
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    unsigned long places = strtoul(*at, &end, 10);
    *step = (struct capacity_step){.places = (unsigned)places};
    *at = end;
    double seconds = 0;
    if (*end == '@' && !latency_parse_seconds(end + 1, at, &seconds))
        return false;
    step->from_ns = (int64_t)(seconds * 1e9);
    return places <= MOST_PLACES && (**at == ',' || **at == '\0');
}

static bool parse_steps(const char *text, struct capacity *capacity)
{
    for (const char *at = text;; at++) {
        struct capacity_step *step = &capacity->steps[capacity->count];
        if (!parse_step(&at, step))
            return false;
        bool later = capacity->count > 0 ? step->from_ns > step[-1].from_ns : step->from_ns == 0;
        if (!later)
            return false;
        capacity->count++;
        if (*at == '\0')
            return true;
    }
}

bool capacity_parse(const char *text, const char *mode, struct capacity *capacity,
                    struct error *why)
{
    size_t room = 1;
    *capacity = (struct capacity){0};
    if (!parse_mode(mode, &capacity->mode, why))
        return false;
    if (text == NULL || strcmp(text, "0") == 0)
        return true;
    for (const char *c = text; *c != '\0'; c++)
        room += *c == ',';
    capacity->steps = calloc(room, sizeof *capacity->steps);
    if (capacity->steps == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the capacity");
    if (parse_steps(text, capacity))
        return true;
    capacity_clear(capacity);
    return error_set(why, ERR_SETTINGS,
                     "the capacity \"%s\" is none: write 40, or 40@0s,13@20s with the seconds "
                     "since the first request, from 0s on and ascending, at most %d",
                     text, MOST_PLACES);
}

void capacity_clear(struct capacity *capacity)
{
    free(capacity->steps);
    capacity->steps = NULL;
    capacity->count = 0;
}
