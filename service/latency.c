#include "latency.h"

#include "random.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double longest = 86400; // seconds

bool latency_parse_seconds(const char *text, const char **rest, double *seconds)
{
    char *end;
    *seconds = strtod(text, &end);
    if (end == text || !isfinite(*seconds) || *seconds < 0)
        return false;
    if (text_starts(end, "ms")) {
        *seconds /= 1000;
        end += 2;
    } else if (*end == 's') {
        end++;
    }
    *rest = end;
    return *seconds <= longest;
}

bool latency_parse(const char *text, struct latency *latency, struct error *why)
{
    static const struct {
        const char *prefix;
        enum latency_kind kind;
        bool two;
    } kinds[] = {{"fixed:", LATENCY_FIXED, false},
                 {"lognormal:", LATENCY_LOGNORMAL, true},
                 {"uniform:", LATENCY_UNIFORM, true},
                 {"", LATENCY_FIXED, false}};
    const char *given = text != NULL ? text : "0", *at = given;
    size_t i = 0;
    while (!text_starts(given, kinds[i].prefix))
        i++;
    *latency = (struct latency){.kind = kinds[i].kind};
    at += strlen(kinds[i].prefix);
    bool good = latency_parse_seconds(at, &at, &latency->a);
    if (good && kinds[i].two)
        good = *at == ',' && latency_parse_seconds(at + 1, &at, &latency->b);
    good = good && *at == '\0';
    if (good && latency->kind == LATENCY_UNIFORM)
        good = latency->a <= latency->b;
    if (good && latency->kind == LATENCY_LOGNORMAL)
        good = latency->a > 0 && latency->b <= 5;
    return good || error_set(why, ERR_SETTINGS,
                             "the latency \"%s\" is none: write 0, fixed:0.5s, "
                             "lognormal:MEAN,SIGMA or uniform:FROM,TO in seconds",
                             given);
}

int64_t latency_draw(const struct latency *latency, uint64_t random)
{
    double seconds = latency->a;
    if (latency->kind == LATENCY_UNIFORM)
        seconds += (latency->b - latency->a) * random_unit(&random);
    if (latency->kind == LATENCY_LOGNORMAL) {
        // Box and Muller 1958; the median is below the mean by exp(sigma^2 / 2).
        double radius = sqrt(-2 * log(1 - random_unit(&random)));
        double normal = radius * cos(2 * acos(-1) * random_unit(&random));
        seconds = latency->a * exp(latency->b * normal - latency->b * latency->b / 2);
    }
    return (int64_t)((seconds < longest ? seconds : longest) * 1e9);
}
