// What a diagnosis found: rung by rung what was tried and seen, one verdict, one fix.
#ifndef VQAGEN_DIAGNOSIS_H
#define VQAGEN_DIAGNOSIS_H

#include "buffer.h"
#include "cause.h"

enum rung_id {
    RUNG_SETTINGS,
    RUNG_DNS,
    RUNG_TCP,
    RUNG_TLS,
    RUNG_HTTP,
    RUNG_KEY,
    RUNG_MODEL,
    RUNG_TEXT,
    RUNG_TINY_IMAGE,
    RUNG_IMAGE,
    RUNG_VISION,
    RUNG_PARAMETERS,
    RUNG_STRUCTURED,
    RUNG_STREAM,
    RUNG_TOGETHER,
    RUNG_REPLAY, // a failed call of a run, sent again
    RUNG_COUNT
};

enum rung_result { RUNG_PASSED, RUNG_BROKEN, RUNG_SKIPPED };

struct rung {
    enum rung_id id;
    enum rung_result result;
    char *tried, *seen; // owned; NULL: not said
};

enum verdict { VERDICT_HEALTHY, VERDICT_DIAGNOSED, VERDICT_NOT_UNDERSTOOD };

struct diagnosis {
    struct rung rungs[RUNG_COUNT]; // climbed, in order
    size_t rung_count;
    char *steps;  // what was tried to bisect a failing request, a line each; owned; NULL: nothing
    char *groups; // a run's failures: a JSON array; owned; NULL: none were looked at
    enum verdict verdict;
    enum cause_id cause;
    char kind[40];     // of the fault, as in failures.jsonl; "" when none was met
    char detail[700];  // what was found, in sentences
    char fix[600];     // what to do
    char message[400]; // the endpoint's own words; ""
    unsigned calls;    // HTTP requests sent
    long long tokens;  // that they took, as the endpoint says, else estimated
    // Called for each rung as it is climbed, and for each step of a bisection; may be NULL.
    void (*tell)(void *context, const char *line);
    void *context;
};

const char *rung_name(enum rung_id id);         // "tiny_image"
const char *rung_title(enum rung_id id);        // "a tiny image"
const char *verdict_name(enum verdict verdict); // "healthy", "diagnosed", "not_understood"

void diagnosis_clear(struct diagnosis *diagnosis);

// Adds a rung, and tells it. The texts are copied, with secrets hidden; NULL is fine.
void diagnosis_add(struct diagnosis *diagnosis, enum rung_id id, enum rung_result result,
                   const char *tried, const char *seen);

// Adds a line about the search behind the verdict, and tells it.
void diagnosis_step(struct diagnosis *diagnosis, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The verdict. fault NULL: no exchange failed. detail and fix NULL: the cause's own.
void diagnosis_blame(struct diagnosis *diagnosis, enum cause_id cause, const struct fault *fault,
                     const char *detail, const char *fix);

// One JSON object: verdict, kind, cause, fix, calls, rungs and what else there is.
void diagnosis_write_json(const struct diagnosis *diagnosis, struct buffer *out);

// The last lines for people: verdict and fix.
void diagnosis_write_verdict(const struct diagnosis *diagnosis, struct buffer *out);

#endif
