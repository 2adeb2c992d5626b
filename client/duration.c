#include "duration.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Nobody waits longer than this, and sums stay far from an overflow.
static const double longest_ms = 366.0 * 24 * 3600 * 1000;

static const struct unit {
    const char *word;
    double ms;
} units[] = {
    {"milliseconds", 1}, {"millisecond", 1}, {"msec", 1},      {"ms", 1},        {"seconds", 1e3},
    {"second", 1e3},     {"secs", 1e3},      {"sec", 1e3},     {"minutes", 6e4}, {"minute", 6e4},
    {"mins", 6e4},       {"min", 6e4},       {"hours", 3.6e6}, {"hour", 3.6e6},  {"days", 8.64e7},
    {"day", 8.64e7},     {"s", 1e3},         {"m", 6e4},       {"h", 3.6e6},     {"d", 8.64e7},
};

// The unit at `at`, a word by itself or followed by the next number; NULL: none.
static const struct unit *unit_at(const char *at)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].word);
        if (strncasecmp(at, units[i].word, length) == 0 && !isalpha((unsigned char)at[length]))
            return &units[i];
    }
    return NULL;
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

// A decimal number without sign or exponent; NULL: none is there.
static const char *number_at(const char *at, double *value)
{
    if (!isdigit((unsigned char)*at))
        return NULL;
    *value = 0;
    for (; isdigit((unsigned char)*at); at++)
        *value = *value * 10 + (*at - '0');
    if (*at == '.' && isdigit((unsigned char)at[1])) {
        double place = 0.1;
        for (at++; isdigit((unsigned char)*at); at++, place /= 10)
            *value += place * (*at - '0');
    }
    return at;
}

int64_t duration_parse_ms(const char *text)
{
    double total = 0, value;
    bool any = false;
    const char *at = skip_blanks(text), *next;
    while ((next = number_at(at, &value)) != NULL) {
        const struct unit *unit = unit_at(skip_blanks(next));
        if (unit == NULL && any)
            break;
        total += value * (unit != NULL ? unit->ms : 1e3);
        any = true;
        if (unit == NULL)
            break;
        at = skip_blanks(skip_blanks(next) + strlen(unit->word));
    }
    if (!any)
        return -1;
    if (total > longest_ms)
        total = longest_ms;
    // Rounded up, but 1.146 s must not become 1147 ms for want of binary exactness.
    int64_t ms = (int64_t)total;
    return total - (double)ms > 1e-4 ? ms + 1 : ms;
}

int64_t duration_find_ms(const char *lower)
{
    static const char *const openings[] = {
        "try again in ", "try again after ", "retry in ",       "retry after ",
        "retry-after: ", "retrydelay ",      "retry_after ",    "retry_after_seconds ",
        "available in ", "reset after ",     "resets in ",      "wait for ",
        "please wait ",  "reset in ",        "retry again in ",
    };
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        size_t length = strlen(openings[i]);
        for (const char *at = strstr(lower, openings[i]); at != NULL;
             at = strstr(at + 1, openings[i])) {
            int64_t ms = duration_parse_ms(at + length);
            if (ms >= 0)
                return ms;
        }
    }
    return -1;
}

int64_t duration_retry_after_ms(const char *value, int64_t wall_ms)
{
    const char *at = skip_blanks(value);
    double seconds;
    const char *end = number_at(at, &seconds);
    if (end != NULL && *skip_blanks(end) == '\0')
        return duration_parse_ms(at);
    time_t date = curl_getdate(at, NULL);
    if (date == (time_t)-1)
        return -1;
    int64_t wait = (int64_t)date * 1000 - wall_ms;
    return wait > 0 ? wait : 0;
}
