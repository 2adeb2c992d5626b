// Where the calls go: a provider's preset, the address, the key, the model, and what has been
// learned about the endpoint from its refusals.
#ifndef VQAGEN_ENDPOINT_H
#define VQAGEN_ENDPOINT_H

#include "lessons.h"

struct provider;
struct capability;

// A known provider or local server. Constant table, in endpoint.c; each figure has its source
// there.
struct endpoint_preset {
    const char *name;         // as given to --endpoint: "openai", "vllm", ...
    const char *title;        // for people: "OpenAI"
    const char *base_url;     // what stands before the provider's path
    const char *key_variable; // customary environment variable; NULL for local servers
    const char *url_variable; // customary variable for the base URL, or NULL
    const char *provider;     // wire format, see provider.h
    bool local;               // a server of the user's own: needs no key, names models verbatim
    const char
        *prefix_path; // where a reply's beginning is taken, in place of "/v1"; NULL: no other
};

// The preset that is meant, by name or by its own address; NULL: none.
const struct endpoint_preset *endpoint_preset_meant(const char *endpoint, const char *base_url);

// The preset at whose own address the URL's host is; NULL: none, or a local server's.
const struct endpoint_preset *endpoint_preset_at_host(const char *url);

// In table order; NULL past the end. "builtin" and "custom" are not in it.
const struct endpoint_preset *endpoint_preset_at(size_t index);
const struct endpoint_preset *endpoint_preset_find(const char *name); // NULL: none of that name

enum model_naming {
    MODEL_NAMING_AUTO, // verbatim for local presets, else normalized when it begins with '/'
    MODEL_NAMING_VERBATIM,
    MODEL_NAMING_NORMALIZED, // last path component, lower case, no trailing slash
};

// --thinking: how much the model thinks before it answers. AUTO sends nothing.
enum thinking { THINKING_AUTO, THINKING_OFF, THINKING_LOW, THINKING_MEDIUM, THINKING_HIGH };

// --prefix: whether the reply's beginning is sent along. AUTO: where the model is known to take it
// and no schema.
enum prefix_use { PREFIX_AUTO, PREFIX_OFF, PREFIX_ON };

struct endpoint_settings {
    const char *endpoint; // preset name or http(s) URL; NULL with base_url set
    const char *base_url; // overrides the preset's; NULL: the preset's
    const char *api_key;  // NULL: none given
    bool own_key;         // VQAGEN_API_KEY is not meant for it: for messages
    const char *model;
    enum model_naming naming;
    bool allow_plain_http; // send the key over http:// to a host that is not private
    bool stream;           // ask for replies as streams
    enum thinking thinking;
    enum prefix_use prefix;
    const struct capability *capabilities; // the user's rows, checked; borrowed during the call
    size_t capability_count;
};

struct endpoint {
    const struct provider *provider;
    char *name;       // for people and rows: preset name, or the URL's host; no secrets, no port
    char *url;        // full address of the chat call
    char *stream_url; // of a call whose reply is a stream; often the same
    char *prefix_url; // of a call that holds the reply's beginning; often the same
    char *thinking;   // JSON object: the members that switch thinking; NULL: none are sent
    char *key;        // NULL: none. Registered with secret.h
    char *model;      // as sent
    bool local;       // loopback or private address, or a local preset
    struct endpoint_lessons lessons; // what it takes, as far as is known by now
    struct endpoint_lessons begun;   // what was known before the first call
};

// Checks and completes the settings. A base URL may end in a slash, in /v1, or wrongly in the whole
// path /chat/completions (which is cut); /v1 twice becomes once; a preset's address without any
// path gets the preset's path. False: ERR_SETTINGS with what to set: no model, no such preset, no
// usable URL, a password in it, key missing where one is needed, empty, the placeholder "1", with
// quotes, blanks or line breaks in it, http:// to a public host with a key; a model that is known
// to take no images; --thinking where it is not known how the model is told.
//
// endpoint may also be "custom" or "builtin", each with base_url; "builtin" names the endpoint so.
bool endpoint_init(struct endpoint *endpoint, const struct endpoint_settings *settings,
                   struct error *why);
void endpoint_clear(struct endpoint *endpoint);

// Where a call goes that is written under the endpoint's present lessons; prefixed: it holds the
// reply's beginning.
const char *endpoint_address(const struct endpoint *endpoint, bool prefixed);

// The model's name as the naming rule says; a new string.
char *endpoint_model_name(const char *model, enum model_naming naming, bool local_preset);

// Whether the host of the URL is loopback, link-local, private (RFC 1918, fc00::/7) or a name
// without a dot or under .local / .internal / .lan / .home.arpa.
bool endpoint_host_is_private(const char *url);

#endif
