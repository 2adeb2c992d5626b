// A reply that arrives in pieces: what a stream's events have brought so far.
#ifndef VQAGEN_REPLY_DRAFT_H
#define VQAGEN_REPLY_DRAFT_H

#include "buffer.h"
#include "reply.h"

#include <cjson/cJSON.h>

struct reply_draft {
    struct buffer text, reasoning, refusal; // pieces put together
    char *model;                            // owned; or NULL
    enum finish finish;
    bool begun;     // an event of an answer was read
    bool finished;  // the model said why it ended: nothing of the answer can be missing
    cJSON *counted; // members of the usage objects, the last of each name; owned; or NULL
    struct usage usage;
    char *error; // the JSON of an error that came in place of more; owned; or NULL
};

void reply_draft_init(struct reply_draft *draft, size_t max_bytes); // of text and reasoning each
void reply_draft_clear(struct reply_draft *draft);

// Appends a piece as it came; NULL is none.
void reply_draft_add(struct buffer *to, const char *piece);

// Keeps the first name that is said.
void reply_draft_name_model(struct reply_draft *draft, const char *model);

// Adds what a usage object says to what earlier ones said, and returns all of it, borrowed; a
// later count replaces an earlier one of the same name. NULL: not an object, or no memory.
const cJSON *reply_draft_count(struct reply_draft *draft, const cJSON *usage);

// Keeps the first error, as JSON.
void reply_draft_fail(struct reply_draft *draft, const cJSON *error);

// The reply so far, as valid UTF-8; the draft keeps nothing of it. False: ERR_MEMORY,
// ERR_TOO_LARGE.
bool reply_draft_take(struct reply_draft *draft, struct reply *reply, struct error *why);

#endif
