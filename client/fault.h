// Why a call failed, what that means for it, and what to do about it.
//
// One constant table of rules (fault.c) turns transport, HTTP status, body and provider into a
// kind, a verdict and a sentence. Matching order: transport, bodies that are not JSON, the
// provider's code or type, words of the message, the bare status. A new wording is a new row and a
// data-file case.
#ifndef VQAGEN_FAULT_H
#define VQAGEN_FAULT_H

#include "endpoint.h"
#include "exchange.h"
#include "reply.h"

enum fault_verdict {
    FAULT_NONE,  // not a fault
    FAULT_RETRY, // passing: again after a backoff
    FAULT_WAIT,  // rate limit: again when the endpoint says, or after a backoff
    FAULT_ADAPT, // the endpoint does not take a parameter: learn, send again at once
    FAULT_ITEM,  // this call cannot succeed; others may
    FAULT_RUN,   // no call can succeed until someone acts: stop the run
};

struct fault {
    enum fault_verdict verdict;
    const char *kind;  // "rate_limited", "key_wrong", ...: a word of the table, static
    const char *fix;   // one sentence for people, static; "" when there is nothing to do
    int http_status;   // 0: none
    int64_t wait_ms;   // what the endpoint asked for; -1: nothing
    bool for_all;      // what it says holds for every call, if it does not pass
    bool unreachable;  // nothing answered at all (DNS, refused, TLS): exit code 4 territory
    char message[400]; // the endpoint's own words or the transport's, secrets hidden, valid UTF-8
};

// Reads a finished exchange. On success (a 200 that the provider's reader understands) the verdict
// is FAULT_NONE and *reply is filled; the caller clears it. Otherwise *reply is empty, except for a
// refusal in a 200, which is a reply (finish FINISH_REFUSED) and no fault.
// An ADAPT fault has changed endpoint->lessons already, or found them changed by an earlier
// exchange's refusal; when the same refusal comes although the lesson is known, the verdict is
// FAULT_ITEM. sent: the lessons in force when the request was written.
void fault_classify(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                    const struct exchange *exchange, struct reply *reply, struct fault *fault);

const char *fault_verdict_name(enum fault_verdict verdict);

#endif
