// What the run pays: its endpoints' prices, its budget, and what is told of both.
#ifndef VQAGEN_SPENDING_H
#define VQAGEN_SPENDING_H

#include "run_state.h"

// The price of calls there: the endpoint's own, the user's for the model, nothing for a server of
// one's own, or the built-in one. NULL: unknown.
const struct price *spending_price(const struct run_settings *settings,
                                   const struct upstream *upstream);

// Finds the prices and what earlier runs spent. False: ERR_SETTINGS when --max-cost is given and a
// price is not known.
bool spending_open(struct run *run, struct error *why);

// Keeps what was spent beside stored calls. A transaction is open.
bool spending_keep(struct run *run, struct error *why);

// One sentence on what the run cost, for people; "" when it cost nothing.
void spending_tell(const struct run *run, char *text, size_t size);

// The members "cost_usd", "replies_without_price", "replies_without_tokens" and
// "prices" of a JSON object.
void spending_write(const struct run *run, struct buffer *out);

#endif
