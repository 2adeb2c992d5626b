#include "upstream.h"

#include "text.h"

#include <stdlib.h>

bool upstream_init(struct upstream *upstream, const struct upstream_settings *settings,
                   struct error *why)
{
    *upstream = (struct upstream){.weight = settings->weight > 0 ? settings->weight : 1,
                                  .fallback = settings->fallback,
                                  .concurrency = settings->concurrency};
    if (!endpoint_init(&upstream->endpoint, &settings->endpoint, why))
        return false;
    upstream->name = text_copy(settings->name != NULL ? settings->name : upstream->endpoint.name);
    return upstream->name != NULL || error_set(why, ERR_MEMORY, "no memory for an endpoint's name");
}

void upstream_clear(struct upstream *upstream)
{
    endpoint_clear(&upstream->endpoint);
    free(upstream->name);
    *upstream = (struct upstream){0};
}

bool upstream_is_there(const struct upstream *upstream)
{
    return !upstream->lost && upstream->breaker.state == BREAKER_CLOSED;
}

bool upstream_is_free(const struct upstream *upstream, int64_t now_ms)
{
    return upstream_wait_ms(upstream, now_ms) == 0;
}

int64_t upstream_wait_ms(const struct upstream *upstream, int64_t now_ms)
{
    if (upstream->lost || upstream->in_flight >= upstream->concurrency)
        return -1;
    int64_t frozen_ms = now_ms < upstream->frozen_until_ms ? upstream->frozen_until_ms - now_ms : 0;
    int64_t away_ms = breaker_wait_ms(&upstream->breaker, now_ms);
    return away_ms < 0 || away_ms > frozen_ms ? away_ms : frozen_ms;
}

bool upstream_wants_probe(const struct upstream *upstream, int64_t now_ms)
{
    return upstream->breaker.state == BREAKER_OPEN && upstream_is_free(upstream, now_ms);
}

void upstream_begin(struct upstream *upstream, int64_t now_ms)
{
    breaker_begin(&upstream->breaker, now_ms);
    upstream->in_flight++;
    upstream->counts.requests++;
}

void upstream_end(struct upstream *upstream)
{
    upstream->in_flight--;
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
