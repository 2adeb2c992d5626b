#include "upstream.h"

#include "provider.h"
#include "text.h"

#include <stdlib.h>

bool upstream_init(struct upstream *upstream, const struct upstream_settings *settings,
                   struct error *why)
{
    *upstream = (struct upstream){.weight = settings->weight > 0 ? settings->weight : 1,
                                  .fallback = settings->fallback,
                                  .price = settings->price};
    pace_init(&upstream->pace, &settings->pace);
    if (!endpoint_init(&upstream->endpoint, &settings->endpoint, why))
        return false;
    estimate_init(&upstream->estimate, upstream->endpoint.provider->name);
    upstream->name = text_copy(settings->name != NULL ? settings->name : upstream->endpoint.name);
    return upstream->name != NULL || error_set(why, ERR_MEMORY, "no memory for an endpoint's name");
}

void upstream_clear(struct upstream *upstream)
{
    endpoint_clear(&upstream->endpoint);
    free(upstream->name);
    free(upstream->label);
    *upstream = (struct upstream){0};
}

bool upstream_is_there(const struct upstream *upstream)
{
    return !upstream->lost && upstream->breaker.state == BREAKER_CLOSED;
}

bool upstream_is_free(const struct upstream *upstream, const struct demand *demand, int64_t now_ms)
{
    return upstream_wait_ms(upstream, demand, now_ms) == 0;
}

int64_t upstream_wait_ms(const struct upstream *upstream, const struct demand *demand,
                         int64_t now_ms)
{
    if (upstream->lost)
        return -1;
    int64_t longest = now_ms < upstream->frozen_until_ms ? upstream->frozen_until_ms - now_ms : 0;
    struct bucket_cost cost = estimate_cost(&upstream->estimate, demand);
    const int64_t waits[] = {pace_wait_ms(&upstream->pace, &cost, now_ms),
                             breaker_wait_ms(&upstream->breaker, now_ms)};
    for (int i = 0; i < 2; i++) {
        if (waits[i] < 0)
            return -1;
        longest = waits[i] > longest ? waits[i] : longest;
    }
    return longest;
}

bool upstream_wants_probe(const struct upstream *upstream, const struct demand *demand,
                          int64_t now_ms)
{
    return upstream->breaker.state == BREAKER_OPEN && upstream_is_free(upstream, demand, now_ms);
}

struct pace_call upstream_begin(struct upstream *upstream, const struct demand *demand,
                                int64_t now_ms)
{
    struct bucket_cost cost = estimate_cost(&upstream->estimate, demand);
    breaker_begin(&upstream->breaker, now_ms);
    upstream->counts.requests++;
    return pace_begin(&upstream->pace, demand->step, &cost, now_ms);
}

bool upstream_end(struct upstream *upstream, const struct pace_call *call,
                  const struct pace_result *result, int64_t now_ms)
{
    return pace_end(&upstream->pace, call, result, now_ms);
}

void upstream_freeze(struct upstream *upstream, int64_t until_ms)
{
    if (until_ms > upstream->frozen_until_ms)
        upstream->frozen_until_ms = until_ms;
}

void upstream_lose(struct upstream *upstream, const struct error *why)
{
    if (!upstream->lost)
        upstream->lost_why = *why;
    upstream->lost = true;
}
