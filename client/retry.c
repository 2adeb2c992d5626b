#include "retry.h"

struct retry_settings retry_settings_default(void)
{
    return (struct retry_settings){
        .retries = 3, .base_ms = 2000, .max_ms = 60000, .max_wait_ms = 600000};
}

// base, 2 base, 4 base, ... up to max.
static int64_t backoff_ms(const struct retry_settings *settings, unsigned attempt, bool well)
{
    enum { DOUBLED_WHILE_WELL = 3 };
    int64_t wait = settings->base_ms;
    if (well && attempt > DOUBLED_WHILE_WELL)
        attempt = DOUBLED_WHILE_WELL;
    for (unsigned i = 1; i < attempt && wait < settings->max_ms; i++)
        wait *= 2;
    return wait < settings->max_ms ? wait : settings->max_ms;
}

int64_t retry_wait_ms(const struct retry_settings *settings, const struct fault *fault,
                      unsigned attempt, bool well, double unit)
{
    // A lesson is learned once, so sending again at once ends by itself and uses up no retry.
    if (fault->verdict == FAULT_ADAPT)
        return 0;
    if (fault->verdict != FAULT_RETRY && fault->verdict != FAULT_WAIT)
        return -1;
    if (attempt > settings->retries)
        return -1;
    // "Retry-After: 0" is a gateway's way of not knowing; taken at its word it would burn all
    // retries within a few milliseconds.
    if (fault->wait_ms > 0) {
        if (fault->wait_ms > settings->max_wait_ms)
            return -1;
        return fault->wait_ms + (int64_t)((double)fault->wait_ms * 0.1 * unit);
    }
    well = well && fault->verdict == FAULT_RETRY; // who says "too much" is to be relieved
    return (int64_t)((double)backoff_ms(settings, attempt, well) * (0.1 + 0.9 * unit));
}
