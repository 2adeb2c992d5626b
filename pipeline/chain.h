// One step asked until a reply passes the rules or the tries run out: what every step of an item
// shares. A chain is fed stored calls, in order of their tries; it never reads a clock, a random
// number or a socket, so feeding it the same calls again gives the same result.
#ifndef VQAGEN_CHAIN_H
#define VQAGEN_CHAIN_H

#include "call.h"
#include "prompt.h"
#include "rules.h"

enum chain_state {
    CHAIN_OPEN,     // wants the call of try_number
    CHAIN_DONE,     // has what it asked for
    CHAIN_REJECTED, // the last try's reply broke a rule
    CHAIN_UNKNOWN,  // no verdict could be had: a fault, a refusal, replies that cannot be read
};

struct chain_rejection {
    char *text;   // what a rule refused; owned; or NULL
    char *reason; // for the model; owned
};

struct chain {
    enum chain_state state;
    unsigned try_number; // of the call wanted now; 1 ...
    unsigned tries;      // allowed
    bool asked;          // the wanted call is under way
    unsigned cuts;       // replies cut at max_tokens so far: each doubles the next cap
    struct chain_rejection *rejections; // owned
    size_t rejection_count;

    // Why it last failed: borrowed names, owned texts.
    const char *kind;
    char *kind_owned; // when the kind comes from a stored call
    char *message;
    char *reply;    // text of the last failed reply
    char *endpoint; // who the last call went to; NULL: it is not known
    int http_status;
    unsigned attempts; // requests sent for this chain
};

void chain_init(struct chain *chain, unsigned tries);
void chain_clear(struct chain *chain);

// Notes what a rule refused, for the next try's prompt.
void chain_reject(struct chain *chain, const char *text, const char *reason);

// Accounts for a call that was taken. True when its text is there to be read; false when the chain
// has moved on by itself: a fault ends it as unknown; a refusal too; an empty or cut reply
// uses up the try.
bool chain_take(struct chain *chain, const struct call *call);

// The try's reply broke a rule, or could not be read: the next try, or the end.
void chain_fail_rule(struct chain *chain, const char *rule, const char *reason,
                     const struct call *call);
void chain_fail_unreadable(struct chain *chain, const char *reason, const struct call *call);

// The rejections as the prompts take them; free the array.
struct prompt_rejection *chain_rejections(const struct chain *chain);

#endif
