// The money of a run: what was spent on DIR so far, what the calls in flight can cost at most, and
// whether one more may go under --max-cost.
//
// A call is let go when everything spent, everything in flight at its most and its own most stay
// within the limit. Its most is: the whole prompt at the input price (or at the price of putting it
// into a cache, where that is dearer) and an answer as long as max_tokens. The prompt is counted at
// two bytes a token and the image by its provider's formula; where an endpoint bills more than
// that, the difference is learned from its first reply, until which one call at a time is sent.
// Where that reply does not tell its tokens there is nothing to learn: from then on such calls
// count at their most, and nothing waits for a bill that never comes.
#ifndef VQAGEN_BUDGET_H
#define VQAGEN_BUDGET_H

#include "price.h"
#include "store.h"

// What a call was taken to cost before it was sent.
struct guess {
    long long most_nano;   // 0: no price is known
    double input_tokens;   // before what was learned
    unsigned image_tokens; // of them, estimated; 0: no image
};

struct budget {
    long long limit_nano;    // negative: none
    long long before_nano;   // by earlier runs on this DIR
    long long spent_nano;    // by this run, lost ones included
    long long reserved_nano; // by calls in flight, at most
    long long lost_nano;     // by requests without a reply, at most; part of spent
    long long unkept_nano;   // spent beside stored calls, and not yet in the store
    long long unpriced;      // replies of this run without a known price
    long long untold;        // replies that told no tokens, and are counted at their most
    double bill_ratio;       // largest share of billed to counted input tokens seen, 1 or more
    bool calibrated;         // a reply has shown that share, or that none is shown
    bool untold_said;        // people know of untold replies
    bool waits;              // the next call does not fit while those in flight are out
};

// What earlier runs spent is taken from the store. Replies whose price was not known then are
// counted at `price`, or at nothing when that is NULL.
void budget_init(struct budget *budget, double limit_usd, const struct store_totals *totals,
                 const struct price *price);

// What the call can cost. text_bytes: of the request without the image. price: NULL: unknown.
struct guess budget_guess(const struct budget *budget, const struct price *price, size_t text_bytes,
                          unsigned image_tokens, int max_tokens);

// Whether the call may go now, beside `in_flight` others; reserves its cost if so.
bool budget_admit(struct budget *budget, const struct guess *guess, unsigned in_flight);

// The call brought a reply: its cost, -1 when no price is known. Without usage, the most.
long long budget_settle(struct budget *budget, const struct guess *guess, const struct price *price,
                        const struct usage *usage);

// For people: tells once, with a limit, that an endpoint's replies do not say what they cost.
// Behind every budget_settle.
void budget_tell_untold(struct budget *budget, const char *endpoint);

// The call brought none. maybe_charged: the endpoint had it, and may have answered into the void.
void budget_release(struct budget *budget, const struct guess *guess, bool maybe_charged);

long long budget_all(const struct budget *budget); // spent by all runs on this DIR

// Why the run ends, and how to go on.
bool budget_exhausted(const struct budget *budget, const struct guess *next, struct error *why);

#endif
