// What a run of generate is told, from the settings.
#ifndef VQAGEN_GENERATE_H
#define VQAGEN_GENERATE_H

#include "endpoints.h"
#include "price_file.h"
#include "run.h"

// Texts stay the settings' and the endpoints'.
void generate_fill(const struct settings *settings, const struct endpoints *endpoints,
                   struct run_settings *run);

// The one endpoint that --endpoint and --base-url name, with its key and model.
void generate_fill_endpoint(const struct settings *settings, struct endpoint_settings *endpoint);

// The user's own prices: --price before --prices. The caller clears them.
bool generate_read_prices(const struct settings *settings, struct price_file *prices,
                          struct error *why);

#endif
