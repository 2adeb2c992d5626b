// The end of an item: its line of dataset.jsonl or failures.jsonl, from what its chains hold.
#ifndef VQAGEN_ASSEMBLE_H
#define VQAGEN_ASSEMBLE_H

#include "subject.h"

// Puts the options in their seeded order, writes the record, ends the item as accepted. The place
// of the right option comes from a hash of the seed and the item's id.
void assemble_item(struct item *item, const struct recipe *recipe);

struct assemble_fault {
    const char *stage;
    enum item_state state; // ITEM_REJECTED or ITEM_UNKNOWN
    const char *kind;
    const char *message;  // or NULL
    const char *reply;    // or NULL
    const char *endpoint; // that gave it; or NULL
    int http_status;
    unsigned attempts;
    int64_t when_ms;
};
void assemble_failure(struct item *item, const struct assemble_fault *fault);

#endif
