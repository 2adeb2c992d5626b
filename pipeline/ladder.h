// The ladder: from the settings up to three calls at once, one rung after another, until one
// breaks. Each rung stands on those below it, so that the first broken one names the cause.
#ifndef VQAGEN_LADDER_H
#define VQAGEN_LADDER_H

#include "client.h"
#include "diagnosis.h"
#include "endpoint.h"
#include "prepare.h"

struct ladder_settings {
    struct endpoint_settings endpoint;
    struct error refused; // of the settings, before the endpoint's own were looked at
    struct client_settings client;
    struct image_limits limits;
    const char *image_file; // NULL: a detailed picture is made
    const char *system_prompt, *extra_body;
    double temperature; // negative: none
    int max_tokens;
    unsigned most_calls; // never more requests than this
};

// About how many tokens a climb to the top takes: an estimate, to be shown before.
long long ladder_estimate(const struct ladder_settings *settings);

enum { LADDER_MOST_CALLS = 20 };

// Climbs and fills in the diagnosis, whatever is found. False: the diagnosis itself failed
// (ERR_MEMORY, ERR_INPUT for the image file, ERR_INTERNAL).
bool ladder_climb(const struct ladder_settings *settings, struct diagnosis *diagnosis,
                  struct error *why);

#endif
