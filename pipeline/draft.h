// Drafting: the questions of one image, all missing ones in one call. Each slot's topic and type
// come from a hash of the seed and the image's id; a topic that does not apply may be declined for
// another, and a next try asks for the missing slots only.
#ifndef VQAGEN_DRAFT_H
#define VQAGEN_DRAFT_H

#include "chain.h"
#include "question.h"

struct draft_slot {
    unsigned number; // 1 ...
    const struct topic *topic;
    enum question_type type;
    char *question;    // owned; NULL while missing
    uint64_t declined; // topics refused by the model for this slot, as bits of their places
    struct chain_rejection *rejections; // owned
    size_t rejection_count;
    unsigned filled_in_try; // 0: not filled
    const char *rule;       // last failed rule; NULL
};

struct draft {
    struct chain chain;
    struct draft_slot *slots; // owned
    unsigned slot_count;
    const struct topics *topics;
    enum language language;
    uint64_t seed;
    const char *id;                         // of the image; borrowed
    const char *claim, *prefilled, *answer; // of the record, or NULL; borrowed
};

struct draft_settings {
    const struct topics *topics;
    enum language language;
    uint64_t seed;
    unsigned tries;
    unsigned share_multiple_choice, share_fill_in_blank;
};

// Slots with their topics and types. given may name a topic and a type that then hold for every
// slot.
bool draft_init(struct draft *draft, const struct draft_settings *settings, unsigned slots,
                const struct question *given, struct error *why);
void draft_clear(struct draft *draft);

// The type of a slot when the record does not say: by weights, from a hash.
enum question_type draft_pick_type(const struct draft_settings *settings, const char *id,
                                   unsigned slot);

// The prompt of the wanted call: the slots still missing.
void draft_write_prompt(const struct draft *draft, struct buffer *out);

// Feeds the wanted call. Afterwards slots are filled, the chain wants a next try, or it has ended;
// slots that are still missing then failed.
void draft_take(struct draft *draft, const struct call *call);

#endif
