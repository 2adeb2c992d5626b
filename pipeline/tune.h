// `vqagen tune`: measures an endpoint with the user's own images, and recommends settings.
//
// First the number of calls in flight: a few calls alone, then 1, 2, 4, 8, ... until nothing is
// gained (tune_knee.h), then two levels round the knee. Then questions drafted a call, and the
// same questions at several image sizes.
#ifndef VQAGEN_TUNE_H
#define VQAGEN_TUNE_H

#include "run.h"
#include "tune_result.h"

enum tune_goal { TUNE_THROUGHPUT, TUNE_LATENCY, TUNE_COST };

struct tune_settings {
    const struct run_settings *run; // input, endpoint, prompts, limits, prices
    unsigned most_concurrency;
    long long most_calls;
    enum tune_goal goal;
    double latency_goal_ms;                // of p95; 0: none
    unsigned sides[TUNE_SIDES], drafts[4]; // to compare
    size_t side_count, draft_count;
};

// False: nothing could be measured. Interrupted or stopped early: true, and result->stopped says
// why; what was measured until then is in the result.
bool tune_endpoint(const struct tune_settings *settings, struct tune_result *result,
                   struct error *why);

#endif
