// The smallest change that makes a failing request pass, found by trying variants of it.
//
// Pure search over a function that tries a variant: it knows nothing of requests. A request that
// fails can be changed in up to 32 ways (a parameter left out, a smaller image, a shorter text);
// each is a bit. Making a further change is taken never to make a passing request fail.
#ifndef VQAGEN_BISECT_H
#define VQAGEN_BISECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bisect_outcome {
    BISECT_PASSED,
    BISECT_FAILED,
    BISECT_BROKEN, // the try says nothing: an outage, a rate limit, no memory
};

struct bisect {
    size_t count;    // of changes, 1 to 32
    uint32_t hint;   // changes that the refusal's words point at; tried first. 0: none
    bool all_passes; // it does, and need not be tried
    unsigned budget; // tries allowed
    enum bisect_outcome (*attempt)(void *context, uint32_t changes);
    void *context;
};

enum bisect_end {
    BISECT_FOUND,         // making the changes in `needed` passes, and none of them can be left out
    BISECT_NOTHING_HELPS, // all changes together fail too
    BISECT_EXHAUSTED,     // the budget is used up; `needed` passes, though less might do
    BISECT_UNSTEADY,      // a try was broken
};

struct bisect_result {
    enum bisect_end end;
    uint32_t needed; // 0 when nothing was found to pass
    unsigned tries;
};

void bisect_find(const struct bisect *bisect, struct bisect_result *result);

// The border between a size that passes and a larger one that fails, by halving the ratio until
// fails / passes is at most `ratio`, or the tries are used up. attempt says how size n went.
struct bisect_range {
    double passes, fails; // known at the start; narrowed
    double ratio;         // 1.1: within 10 %
    unsigned budget;
    enum bisect_outcome (*attempt)(void *context, double size);
    void *context;
};

// Returns the number of tries. A broken try ends it.
unsigned bisect_narrow(struct bisect_range *range);

#endif
