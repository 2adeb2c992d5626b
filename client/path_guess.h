// Where the chat call may be, when it is not where the settings say: other paths on the same host,
// and the other protocols' own. The key never goes to another host.
#ifndef VQAGEN_PATH_GUESS_H
#define VQAGEN_PATH_GUESS_H

#include "endpoint.h"

enum path_change {
    PATH_V1_ADDED,   // the base URL lacks its /v1
    PATH_V1_REMOVED, // the base URL has a /v1 too many
    PATH_OTHER,      // of the provider's own, or a customary one
    PATH_PROTOCOL,   // another protocol's
};

struct path_guess {
    char *url;  // of the chat call; owned
    char *base; // what --base-url should say; owned
    const struct provider *provider;
    enum path_change change;
};

enum { PATH_GUESSES = 7 };

// The likeliest first; returns how many. Stops early without memory.
size_t path_guess_list(const struct endpoint *endpoint, struct path_guess guesses[PATH_GUESSES]);
void path_guess_clear(struct path_guess *guesses, size_t count);

// The protocol whose shape a reply's body has; NULL: none that is known.
const struct provider *path_guess_protocol(const char *body, size_t length);

#endif
