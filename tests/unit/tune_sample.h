// Results of tuning runs as they might be, for the tests of what shows them.
#ifndef VQAGEN_TUNE_SAMPLE_H
#define VQAGEN_TUNE_SAMPLE_H

#include "tune_result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// One level of an endpoint that serves `capacity` calls at once, each in base_ms, and refuses some
// of what is beyond that.
static inline struct tune_level sample_level(unsigned concurrency, double capacity, double base_ms)
{
    double served = concurrency < capacity ? concurrency : capacity;
    double queued = concurrency > capacity ? concurrency / capacity : 1;
    double wobble = 1 + 0.02 * sin(concurrency * 1.7);
    struct tune_level level = {
        .concurrency = concurrency,
        .seconds = 20,
        .calls_per_second = served / base_ms * 1000 * wobble,
        .p50_ms = base_ms * 0.93 * queued / wobble,
        .p95_ms = base_ms * 1.9 * queued,
        .p99_ms = base_ms * 2.8 * pow(queued, 1.4),
        .mean_ms = base_ms * queued,
        .first_token_p50_ms = base_ms * 0.31 * queued,
        .in_flight = concurrency * 0.99,
        .littles_ratio = 1.004,
        .cost_per_1000_items = 0.412 + 0.002 * queued,
        .saturated = concurrency > capacity * 1.15,
        .refined = fabs(concurrency - capacity) < capacity * 0.4,
    };
    level.items_per_second = level.calls_per_second / 2.31;
    level.replies = (long long)(level.calls_per_second * level.seconds);
    level.calls = level.replies;
    if (queued > 1.2) {
        level.faults[0] =
            (struct tune_kind){"rate_limited", (long long)((double)level.replies * 0.08 * queued)};
        level.faults[1] =
            (struct tune_kind){"overloaded", (long long)((double)level.replies * 0.02 * queued)};
        level.faults[2] = (struct tune_kind){"server_error", 2};
        level.fault_count = 3;
        for (size_t i = 0; i < 3; i++)
            level.calls += level.faults[i].count;
    }
    level.input_tokens = level.replies * 1130;
    level.cached_tokens = level.replies * 610;
    level.output_tokens = level.replies * 48;
    return level;
}

static inline void sample_sides(struct tune_result *result)
{
    static const struct tune_side sides[] = {{2048, 85, 120, 120, 1, 2210, 611000, 0.94},
                                             {1536, 85, 120, 119, 0.9917, 1480, 366000, 0.66},
                                             {1024, 85, 120, 117, 0.975, 765, 171000, 0.412},
                                             {768, 85, 120, 110, 0.9167, 510, 98000, 0.31},
                                             {512, 85, 120, 101, 0.8417, 255, 46000, 0.21},
                                             {256, 85, 120, 79, 0.6583, 130, 14000, 0.16}};
    memcpy(result->sides, sides, sizeof sides);
    result->side_count = sizeof sides / sizeof sides[0];
}

static inline void sample_histogram(struct tune_result *result, double base_ms)
{
    result->histogram_ms = base_ms / 10;
    for (int i = 0; i < TUNE_BUCKETS; i++) {
        double x = log((i + 0.5) / 9.0) / 0.42;
        result->histogram[i] = (long long)(70 * exp(-x * x / 2) * 9 / (i + 3) + 0.35);
    }
}

// A ladder of doubled levels with two more round the knee.
static inline void sample_result(struct tune_result *result, double capacity, double base_ms)
{
    *result = (struct tune_result){.when = "2026-03-14T09:26:53Z",
                                   .endpoint = "https://api.example.com/v1",
                                   .model = "gpt-4.1-mini",
                                   .base_ms = base_ms,
                                   .knee = (unsigned)capacity,
                                   .concurrency = (unsigned)(capacity * 0.9),
                                   .batch_size = 4 * (unsigned)capacity,
                                   .max_side = 1024,
                                   .per_image = 4,
                                   .calls = 911,
                                   .cost = 0.38,
                                   .seconds = 271.4};
    for (double level = 1; level <= capacity * 4; level *= 2) {
        unsigned at = (unsigned)level;
        if (result->level_count > 0 && capacity * 0.9 <= at &&
            capacity * 0.9 > result->levels[result->level_count - 1].concurrency) {
            result->levels[result->level_count++] =
                sample_level(result->concurrency, capacity, base_ms);
            if (capacity * 1.2 < at)
                result->levels[result->level_count++] =
                    sample_level((unsigned)(capacity * 1.2), capacity, base_ms);
        }
        result->levels[result->level_count++] = sample_level(at, capacity, base_ms);
    }
    snprintf(
        result->reason, sizeof result->reason,
        "Beyond %u requests in flight throughput grows by less than 5 %% while latency doubles; "
        "%u keeps a tenth in hand. 1024 px gives the answers of 2048 px in 97.5 %% of cases at "
        "less than half of the cost.",
        result->knee, result->concurrency);
    sample_sides(result);
    sample_histogram(result, base_ms);
    result->drafts[0] = (struct tune_draft){1, 0.97, 2.9, 0.41, 2610};
    result->drafts[1] = (struct tune_draft){4, 0.95, 2.31, 0.29, 1870};
    result->drafts[2] = (struct tune_draft){8, 0.88, 2.24, 0.28, 1790};
    result->draft_count = 3;
}

#endif
