// The rate limits in a provider's own words and headers.
#ifndef VQAGEN_THROTTLE_H
#define VQAGEN_THROTTLE_H

#include "excuses.h"
#include "rate_limits.h"

// Appends what the provider says of its limits with every answer, as header lines.
void throttle_headers(const struct player *player, const struct limit_levels *state,
                      struct buffer *out);

// The kind of fault (faults.h) that tells of a verdict, and its numbers; NULL when it was taken.
const char *throttle_kind(const struct limit_levels *state, long long tokens,
                          struct excuse_values *values);

#endif
