// The first rung: settings that cannot be right, found before anything is sent.
#include "ladder_state.h"

#include "key_site.h"
#include "secret.h"

#include <stdio.h>
#include <string.h>

static enum cause_id cause_of_refusal(const struct endpoint_settings *settings,
                                      const struct error *refused);
static bool is_other_sites(const struct ladder *ladder, const struct key_site *site);

bool rung_settings(struct ladder *ladder, struct error *why)
{
    const struct ladder_settings *settings = ladder->settings;
    struct error refused = settings->refused;
    char tried[SEEN_BYTES], fix[300], brief[16] = "none";
    if (refused.kind == ERR_MEMORY) {
        *why = refused;
        return false;
    }
    if (refused.kind != ERR_NONE) {
        ladder_break(ladder, RUNG_SETTINGS, "", NULL,
                     strstr(refused.message, "--api-key-file") != NULL ? CAUSE_key_missing
                                                                       : CAUSE_endpoint_unset,
                     refused.message, NULL);
        return true;
    }
    if (!endpoint_init(&ladder->endpoint, &settings->endpoint, &refused)) {
        if (refused.kind != ERR_SETTINGS) {
            *why = refused;
            return false;
        }
        ladder_break(ladder, RUNG_SETTINGS, "", NULL,
                     cause_of_refusal(&settings->endpoint, &refused), refused.message, NULL);
        return true;
    }
    const struct endpoint *endpoint = &ladder->endpoint;
    if (endpoint->key != NULL)
        secret_shorten(endpoint->key, brief);
    snprintf(tried, sizeof tried, "%s, model %s, key %s, the protocol of %s", endpoint->url,
             endpoint->model, brief, endpoint->provider->name);
    const struct key_site *site = key_site_find(endpoint->key);
    if (is_other_sites(ladder, site)) {
        snprintf(fix, sizeof fix,
                 "The key begins with \"%s\", as keys of %s do, and was not sent: set a key of "
                 "this endpoint's site%s%s.",
                 site->prefix, site->title, site->preset != NULL ? ", or give --endpoint " : "",
                 site->preset != NULL ? site->preset : "");
        ladder_break(ladder, RUNG_SETTINGS, tried, NULL, CAUSE_key_other_site, NULL, fix);
        return true;
    }
    ladder_pass(ladder, RUNG_SETTINGS, tried, NULL);
    return true;
}

// What the settings lack shows when it is put in: whatever then passes was the fault.
static enum cause_id cause_of_refusal(const struct endpoint_settings *settings,
                                      const struct error *refused)
{
    struct endpoint_settings mended = *settings;
    struct endpoint endpoint;
    if (strstr(refused->message, "unencrypted") != NULL)
        return CAUSE_key_unencrypted;
    if (strstr(refused->message, "takes no images") != NULL)
        return CAUSE_no_vision;
    bool address = settings->base_url != NULL ||
                   (settings->endpoint != NULL && strstr(settings->endpoint, "://") != NULL);
    mended.thinking = THINKING_AUTO;
    mended.allow_plain_http = true; // else the key put in below would be refused for that
    if (settings->thinking != THINKING_AUTO && endpoint_init(&endpoint, &mended, NULL)) {
        endpoint_clear(&endpoint);
        return CAUSE_parameter_refused;
    }
    mended.model = "any";
    mended.api_key = "any-key-will-do-here";
    if (!endpoint_init(&endpoint, &mended, NULL))
        return address ? CAUSE_address_unusable : CAUSE_endpoint_unset;
    endpoint_clear(&endpoint);
    mended.api_key = settings->api_key;
    if (!endpoint_init(&endpoint, &mended, NULL))
        return settings->api_key == NULL || *settings->api_key == '\0' ? CAUSE_key_missing
               : strstr(refused->message, "placeholder") != NULL       ? CAUSE_key_placeholder
                                                                       : CAUSE_key_malformed;
    endpoint_clear(&endpoint);
    return CAUSE_model_unset;
}

// A provider's own host takes its own keys only; who runs a gateway may give out any.
static bool is_other_sites(const struct ladder *ladder, const struct key_site *site)
{
    const char *url = ladder->endpoint.url;
    return site != NULL && !key_site_serves(site, url) && endpoint_preset_at_host(url) != NULL;
}
