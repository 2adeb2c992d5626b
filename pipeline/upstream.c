#include "upstream.h"

bool upstream_init(struct upstream *upstream, const struct endpoint_settings *settings,
                   unsigned concurrency, struct error *why)
{
    *upstream = (struct upstream){.concurrency = concurrency};
    return endpoint_init(&upstream->endpoint, settings, why);
}

void upstream_clear(struct upstream *upstream)
{
    endpoint_clear(&upstream->endpoint);
}

bool upstream_is_free(const struct upstream *upstream, int64_t now_ms)
{
    return upstream_wait_ms(upstream, now_ms) == 0;
}

int64_t upstream_wait_ms(const struct upstream *upstream, int64_t now_ms)
{
    if (upstream->in_flight >= upstream->concurrency)
        return -1;
    return now_ms < upstream->frozen_until_ms ? upstream->frozen_until_ms - now_ms : 0;
}

void upstream_begin(struct upstream *upstream)
{
    upstream->in_flight++;
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
