// The faults that the simulated endpoint has on purpose.
#ifndef VQAGEN_FAULTS_H
#define VQAGEN_FAULTS_H

#include "error.h"

#include <stdint.h>

enum fault_action {
    FAULT_ACT_NONE,
    FAULT_ACT_STATUS,          // an error, see excuses.h
    FAULT_ACT_RESET,           // the connection is reset before any answer
    FAULT_ACT_STALL,           // never answered
    FAULT_ACT_CUT,             // half a body, with the Content-Length of a whole one
    FAULT_ACT_HTML,            // 200 with a page
    FAULT_ACT_WRONG_JSON,      // 200 with JSON of another shape
    FAULT_ACT_BROKEN_JSON,     // 200 with half a JSON text
    FAULT_ACT_EMPTY,           // 200 with empty content
    FAULT_ACT_REFUSAL,         // 200 with message.refusal
    FAULT_ACT_LENGTH,          // 200, cut as by max_tokens
    FAULT_ACT_THINK,           // 200 with a <think> block in front
    FAULT_ACT_FENCE,           // 200 with prose and a fenced block
    FAULT_ACT_REASONING,       // 200 with the reasoning in a part of its own
    FAULT_ACT_BUDGET,          // 200 cut while it was still reasoning: no text
    FAULT_ACT_ERROR_200,       // an error under the status 200
    FAULT_ACT_FILTERED,        // 200 that the content filter ended
    FAULT_ACT_RESOURCES,       // 200 that ended for want of resources, as DeepSeek says it
    FAULT_ACT_HUGE,            // 200 with megabytes of text
    FAULT_ACT_NO_USAGE,        // 200 that does not tell what it cost
    FAULT_ACT_KEEP_ALIVE,      // 200 with blank lines or comments while the caller waits
    FAULT_ACT_STREAM_CUT,      // a stream that is closed in the middle of an event
    FAULT_ACT_STREAM_STALL,    // a stream of which nothing comes any more
    FAULT_ACT_STREAM_ERROR,    // an error inside a stream
    FAULT_ACT_STREAM_NO_DONE,  // a stream without its last event
    FAULT_ACT_STREAM_COMMENTS, // comment lines between events
    FAULT_ACT_STREAM_CRLF,     // lines that end in CR LF
    FAULT_ACT_STREAM_SPLIT,    // cut at odd places, within characters
    FAULT_ACT_STREAM_ODD,      // all three
};

// What a request has that a kind can take offence at.
enum fault_trigger {
    FAULT_ON_ANY,
    FAULT_ON_FORMAT,      // response_format
    FAULT_ON_TEMPERATURE, // temperature
    FAULT_ON_MAX_TOKENS,  // max_tokens, the old name of max_completion_tokens
    FAULT_ON_CAP,         // a cap on the answer, under any name
    FAULT_ON_STREAM,      // stream
    FAULT_ON_IMAGE,       // an image
    FAULT_TRIGGERS,
};

struct fault_entry {
    const char *name;
    enum fault_action action;
    enum fault_trigger trigger;
    bool always;             // at each request, the list of models too: of a key or an address
    long long actual, limit; // numbers for its words (excuses.h)
};

struct fault_rate {
    const struct fault_entry *kind;
    double rate; // 0 to 1
};

struct fault_plan {
    struct fault_rate *rates; // owned
    size_t count;
};

// NULL past the end of the table.
const struct fault_entry *fault_kind_at(size_t index);

// texts: "KIND" or "KIND:rate". False: ERR_SETTINGS for an unknown kind (with the known ones), a
// rate out of 0 to 1, or rates that add up to more than 1; ERR_MEMORY.
bool fault_plan_init(struct fault_plan *plan, const char *const *texts, size_t count,
                     struct error *why);
void fault_plan_clear(struct fault_plan *plan);

// NULL: there is no kind of that name.
const struct fault_entry *fault_kind_find(const char *name);

// The fault for a request, or NULL. A kind that looks at the request comes first; of the others at
// most one is drawn, each with its rate.
// has: by enum fault_trigger, what the request holds.
const struct fault_entry *fault_choose(const struct fault_plan *plan, uint64_t random,
                                       const bool has[FAULT_TRIGGERS]);

#endif
