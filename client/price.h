// What tokens cost: prices by model, in US dollars a million tokens, each with the date on which it
// was read and where. They change every month, so the date is shown with every cost, and the user's
// own prices (cli/price_file.h) go before this table.
//
// Costs are whole billionths of a dollar: sums of them are exact. A token at the lowest price known
// here costs 3.
#ifndef VQAGEN_PRICE_H
#define VQAGEN_PRICE_H

#include "reply.h"

#include <stddef.h>

struct price {
    const char *model;  // a model's name, or a pattern with * and ?; see price_search
    double input;       // not cached
    double cached;      // read from a cache; negative: as input
    double cache_write; // put into a cache; negative: as input
    double output;      // reasoning included
    double batch;       // what a batch call costs of these, 0.5: half; negative: not offered
    const char *date;   // "2026-10-06"
    const char *source; // for people
};

// The built-in table; NULL past the end.
const struct price *price_at(size_t index);

extern const struct price price_nothing; // of servers of one's own

// The first row for the model: its name without the maker in front ("openai/gpt-4.1"), case
// ignored, matches the pattern, or begins with a name that is followed by a date, a version or a
// variant ("gpt-4.1-2025-04-14", "claude-haiku-4-5@20251001", "qwen3-vl-plus:free" but not
// "gpt-4.1-mini"). NULL: none.
const struct price *price_search(const struct price *list, size_t count, const char *model);
const struct price *price_find(const char *model); // in the built-in table

// The cost of a reply; -1: its usage does not tell.
long long price_cost(const struct price *price, const struct usage *usage);

// The most that a call of so many tokens can cost: nothing cached, all of it put into a cache.
long long price_most(const struct price *price, double input_tokens, double output_tokens);

// "$12.34", "$0.0042": two digits from ten cents on, two significant ones below. Returns text.
enum { PRICE_TEXT = 32 };
char *price_write(long long nano, char text[PRICE_TEXT]);

#endif
