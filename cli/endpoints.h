// Several endpoints in one run (--endpoints, and the list of that name in the settings file): each
// with settings of its own, in short text as base_url=http://gpu2:8000/v1,weight=2.
#ifndef VQAGEN_ENDPOINTS_H
#define VQAGEN_ENDPOINTS_H

#include "price_file.h"
#include "settings.h"
#include "upstreams.h"

// One of them: its own settings over those that the options of the same names give to all. Lives as
// long as the run, which borrows its texts.
struct endpoint_entry {
    struct settings settings;
    char *name;         // in rows and reports; owned; NULL: the endpoint's own
    char *key_variable; // owned; NULL
    struct price price;
    bool priced; // else its price is found by its model, as that of any
    unsigned weight;
    bool fallback;
    bool own_concurrency;
};

struct endpoints {
    struct endpoint_entry list[MAX_UPSTREAMS];
    size_t count; // 0: the run has one endpoint, as --endpoint and --base-url say
};

// Reads the list and finds each one's key: api_key_file, key_variable, or the provider's own
// variable; never VQAGEN_API_KEY, which is not said to be meant for any of them. A list and
// --endpoint or --base-url exclude each other: the nearer layer stands.
// False: ERR_USAGE, ERR_SETTINGS with the entry's number and what to write; the caller clears.
bool endpoints_read(struct settings *settings, char *const *environment,
                    struct endpoints *endpoints, struct error *why);
void endpoints_clear(struct endpoints *endpoints);

// What stands in an entry of the settings file or in a word of --endpoints, for messages.
#define ENDPOINTS_KEYS                                                                             \
    "endpoint, base_url, model, model_name, name, weight, role, key_variable, api_key_file, "      \
    "concurrency, max_concurrency, requests_per_minute, tokens_per_minute, price"

#endif
