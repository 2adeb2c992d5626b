#include "tune_samples.h"

#include <stdlib.h>

struct tune_sample *tune_samples_add(struct tune_samples *samples, int64_t now_us)
{
    if (samples->count == samples->room) {
        size_t room = samples->room > 0 ? 2 * samples->room : 1024;
        struct tune_sample *list = realloc(samples->list, room * sizeof *list);
        if (list == NULL)
            return NULL;
        samples->list = list;
        samples->room = room;
    }
    struct tune_sample *sample = &samples->list[samples->count++];
    *sample = (struct tune_sample){.start_us = now_us,
                                   .end_us = INT64_MAX,
                                   .first_token_ms = -1,
                                   .input_tokens = -1,
                                   .cached_tokens = -1,
                                   .output_tokens = -1,
                                   .cost_nano = -1};
    return sample;
}

void tune_samples_clear(struct tune_samples *samples)
{
    free(samples->list);
    *samples = (struct tune_samples){0};
}

size_t tune_samples_first_open(const struct tune_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++)
        if (samples->list[i].end_us == INT64_MAX)
            return i;
    return samples->count;
}

struct tune_tally tune_samples_count(const struct tune_samples *samples, size_t first,
                                     int64_t from_us)
{
    struct tune_tally tally = {0};
    for (size_t i = first; i < samples->count; i++) {
        const struct tune_sample *at = &samples->list[i];
        if (at->left_out || at->end_us < from_us || at->end_us == INT64_MAX)
            continue;
        tally.replies += at->kind == NULL;
        tally.refused += at->kind != NULL && at->refused;
        tally.failed += at->kind != NULL && !at->refused;
    }
    return tally;
}

const char *tune_samples_last_fault(const struct tune_samples *samples)
{
    for (size_t i = samples->count; i-- > 0;)
        if (samples->list[i].kind != NULL && !samples->list[i].refused)
            return samples->list[i].kind;
    return "";
}
