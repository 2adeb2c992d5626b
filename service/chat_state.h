// The insides of chat.h, for chat*.c only.
#ifndef VQAGEN_CHAT_STATE_H
#define VQAGEN_CHAT_STATE_H

#include "chat.h"
#include "conditions.h"
#include "latency.h"
#include "model.h"
#include "rate_limits.h"

#include <stdio.h>

struct chat {
    struct request_rules rules;
    struct conditions conditions;
    struct fault_plan faults;
    struct latency latency;
    uint64_t seed;
    struct capacity capacity;
    struct rate_limits *limits;  // NULL: none
    const struct player *player; // NULL: each protocol's own
    const char *not_found;       // the kind of fault of an unknown path
    int64_t token_ns;            // between two tokens; 0: no time
    size_t max_body;
    bool canned, blind, early, fault_models;
    char *key, *path;                  // owned; or NULL
    char *model_names, *refused_names; // owned; what the lists point into
    char **models, **refused;          // owned
    struct repertoire *repertoire;
    struct fingerprinter *fingerprinter;
    struct pictures *pictures;
    struct ledger *ledger;
    FILE *log; // a line is one call of fwrite, so that threads do not mix theirs
};

void chat_reply_begin(const struct chat *chat, const struct protocol *protocol,
                      struct chat_reply *reply);

// Makes it a refusal in the words of that kind of fault.
void chat_reply_refuse(struct chat_reply *reply, const char *kind,
                       const struct excuse_values *values);
void chat_reply_error(struct chat_reply *reply, const struct protocol_error *error,
                      const struct excuse_values *values);
void chat_reply_no_memory(struct chat_reply *reply);

#endif
