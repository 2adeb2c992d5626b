// `vqagen merge`: finished parts of one input (see shard.h) become the DIR that one run over all of
// it would have made: the same dataset.jsonl, byte for byte, and a store that a run goes on with.
// Screening is repeated over the whole (see merge_screen.h). When items are left open by it, there
// is a dataset.jsonl.part until a run on the whole has completed them.
#ifndef VQAGEN_MERGE_H
#define VQAGEN_MERGE_H

#include "error.h"

#include <stddef.h>

struct merge_settings {
    const char *const *parts; // DIRs of the parts, in any order
    size_t part_count;
    const char *directory; // that the whole goes to: without a run in it
};

struct merge_summary {
    long long items, accepted, rejected, unknown;
    long long open;      // kept by the whole though their part left them out: not asked yet
    bool screening_left; // the parts have verdicts by which nothing was left out; not joined
};

// False: ERR_INPUT for parts that do not belong together, are missing or given twice, or are not
// finished, with their names; ERR_USAGE for a part that a run is writing to; ERR_DISK. What was
// begun then lies in DIR/merge.part, and the next merge into DIR begins anew.
bool merge_parts(const struct merge_settings *settings, struct merge_summary *summary,
                 struct error *why);

#endif
